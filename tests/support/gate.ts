import { shellWord } from "../../src/exec/quote.ts";
import { inTime } from "./until.ts";

/**
 * A place in a shell script where it waits until the test lets it go on. Nothing is polled, and
 * nothing depends on who is faster: it is a named pipe, whose two ends wait for one another.
 */
export interface Gate extends AsyncDisposable {
  /** The shell command that waits. */
  wait: string;
  /** Comes back when a script waits. */
  reached(): Promise<void>;
  /** Lets the one go on that waits, or the next one that comes. */
  open(): Promise<void>;
}

/** The command that waits at a gate, which is a word of the shell. */
export function waitAtGate(gate: string): string {
  // The gate's end comes without a newline, which is no error here.
  return `read -r _ < ${gate} || :\n`;
}

/** Makes a gate of a path at which nothing is yet. */
export async function gateAt(path: string): Promise<Gate> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  if (!success) throw new Error(`cannot make the gate ${path}`);
  let held: Deno.FsFile | undefined;
  const reached = async () => {
    if (held) return;
    const opening = Deno.open(path, { write: true });
    try {
      held = await inTime(`a script at the gate ${path}`, opening);
    } catch (error) {
      // Opens the other end, for the thread that waits there would never end.
      using _ = await Deno.open(path, { read: true });
      (await opening).close();
      throw error;
    }
  };
  const close = () => {
    held?.close();
    held = undefined;
  };
  return {
    wait: waitAtGate(shellWord(path)),
    reached,
    open: async () => {
      await reached();
      close();
    },
    [Symbol.asyncDispose]: () => {
      close();
      return Promise.resolve();
    },
  };
}
