import type { Io } from "./context.ts";

/** With fewer branches, the progress would be gone before anybody can read it. */
const MANY = 50;
const STEP = 10;

/** Shows on a terminal how many branches have been examined; undefined if nothing can be redrawn. */
export function progressOf(io: Io): ((done: number, all: number) => void) | undefined {
  if (!io.stderrIsTerminal || !io.redraws) return undefined;
  return (done, all) => {
    if (all < MANY) return;
    if (done === all) io.err("\r\x1b[K");
    else if (done % STEP === 0) io.err(`\r\x1b[Klooked at ${done} of ${all} branches`);
  };
}
