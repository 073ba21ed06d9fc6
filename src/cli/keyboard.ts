import { type Key, keysIn } from "../report/live/keys.ts";

/** The keys that a person presses on the terminal. */
export interface Keyboard {
  listen(onKeys: (keys: readonly Key[]) => void): void;
  /** The terminal is as it was before. */
  close(): void;
}

/**
 * The keyboard of this process's terminal; undefined: it has none, or works in the background, where
 * reading would stop it. Ctrl-C and Ctrl-Z stay signals.
 */
export function openKeyboard(): Keyboard | undefined {
  if (!Deno.stdin.isTerminal() || Deno.build.os === "windows" || !inForeground()) return undefined;
  let closed = false;
  const raw = (on: boolean) => {
    try {
      Deno.stdin.setRaw(on, { cbreak: true });
    } catch {
      closed = true; // the terminal is gone
    }
  };
  // After Ctrl-Z and fg the terminal is as the shell has set it.
  const onContinue = () => closed || raw(true);
  return {
    listen(onKeys) {
      raw(true);
      Deno.addSignalListener("SIGCONT", onContinue);
      void read((sent) => closed || onKeys(keysIn(sent)));
    },
    close() {
      if (closed) return;
      raw(false);
      closed = true;
      Deno.removeSignalListener("SIGCONT", onContinue);
    },
  };
}

async function read(onSent: (sent: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  try {
    for (;;) {
      const count = await Deno.stdin.read(buffer);
      if (count === null) return;
      onSent(decoder.decode(buffer.subarray(0, count), { stream: true }));
    }
  } catch {
    // The terminal is gone: there are no more keys.
  }
}

/** Whether the terminal is this process's group's; true where that is not to be found out. */
function inForeground(): boolean {
  try {
    const stat = Deno.readTextFileSync("/proc/self/stat");
    // Behind the program's name, which may contain anything: state, parent, group, session, terminal, its group.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground;
  } catch {
    return true;
  }
}
