import { Failed } from "../domain/failed.ts";
import type { Io } from "./context.ts";
import { messageOf } from "../util/text.ts";

const DEFAULT_COLUMNS = 80;
const WAIT_MS = 5;

type Output = { writeSync(bytes: Uint8Array): number };
type Variables = { get(name: string): string | undefined };

/** The real terminal, or whatever stdout and stderr are connected to. */
export function realIo(): Io {
  const env = Deno.env;
  const stdoutIsTerminal = Deno.stdout.isTerminal();
  const stderrIsTerminal = Deno.stderr.isTerminal();
  const err = writer(Deno.stderr);
  return {
    out: writer(Deno.stdout, (why) => err(`warning: stdout cannot be written: ${why}\n`)),
    err,
    get cwd() {
      return currentFolder();
    },
    stdoutIsTerminal,
    stderrIsTerminal,
    colorOut: wantsColor(stdoutIsTerminal, env),
    colorErr: wantsColor(stderrIsTerminal, env),
    redraws: stderrIsTerminal && canRedraw(env),
    columns: terminalColumns(stdoutIsTerminal || stderrIsTerminal, env),
  };
}

/** Throws `usage` if the folder was deleted, or its name is not text. */
function currentFolder(): string {
  try {
    return Deno.cwd();
  } catch (error) {
    const message = `the current folder cannot be used: ${messageOf(error)}`;
    throw new Failed({ reason: "usage", message, hint: "cd to your project's folder" });
  }
}

/** `NO_COLOR` wins over `FORCE_COLOR` (`0` is off); without them, only a terminal gets colour. */
export function wantsColor(isTerminal: boolean, env: Variables): boolean {
  if (env.get("NO_COLOR")) return false;
  const forced = env.get("FORCE_COLOR");
  if (forced) return forced !== "0" && forced !== "false";
  return isTerminal && env.get("TERM") !== "dumb";
}

/** Whether a terminal can move the cursor: an editor's cannot, and a CI log keeps every line. */
function canRedraw(env: Variables): boolean {
  const inBuild = !["", "0", "false", undefined].includes(env.get("CI"));
  return env.get("TERM") !== "dumb" && !inBuild;
}

function terminalColumns(isTerminal: boolean, env: Variables): number {
  const told = Number(env.get("COLUMNS"));
  if (Number.isInteger(told) && told > 0) return told;
  if (!isTerminal) return DEFAULT_COLUMNS;
  try {
    return Deno.consoleSize().columns || DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS; // a terminal that knows no size
  }
}

/**
 * Writes whole texts, synchronously. If the reader has gone (`parex … | head`), the rest is dropped and the
 * command continues. The same if nothing can be written, as on a full disk; then `onLost` is called with the
 * reason, once.
 */
export function writer(
  output: Output,
  onLost: (why: string) => void = () => {},
): (text: string) => void {
  const encoder = new TextEncoder();
  let gone = false;
  return (text) => {
    let bytes = encoder.encode(text);
    while (bytes.length > 0 && !gone) {
      try {
        bytes = bytes.subarray(output.writeSync(bytes));
      } catch (error) {
        // The other end made the pipe non-blocking and has not read yet.
        if (error instanceof Deno.errors.WouldBlock) pause();
        else gone = true;
        if (gone && !readerHasGone(error)) onLost(messageOf(error));
      }
    }
  };
}

/** A pipe without a reader, or a closed terminal. */
function readerHasGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Error && "code" in error && error.code === "EIO";
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
}
