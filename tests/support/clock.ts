/** Hours that go by at once: no test waits for the end of a limit, or has to be done before it. */
import { fileURLToPath } from "node:url";
import type { ParexOptions } from "./parex.ts";

/** The clock of a parex in a process of its own. */
export interface Clock {
  /** With these that parex goes by it. */
  options: Pick<ParexOptions, "preload" | "env">;
  ahead(ms: number): Promise<void>;
}

/** A clock that is kept in a file of this folder. */
export function clockIn(folder: string): Clock {
  const file = `${folder}/clock`;
  return {
    options: {
      preload: fileURLToPath(new URL("clock_ahead.ts", import.meta.url)),
      env: { PAREX_TEST_CLOCK: file },
    },
    ahead: (ms) => Deno.writeTextFile(file, String(ms)),
  };
}

/** The clock of what runs in the test's own thread, until it is disposed of. */
export function ownClock(): Disposable & { ahead(ms: number): void } {
  const now = Date.now;
  return {
    ahead: (ms) => {
      Date.now = () => now() + ms;
    },
    [Symbol.dispose]: () => {
      Date.now = now;
    },
  };
}
