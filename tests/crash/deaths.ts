import { randomFrom } from "../support/random.ts";
import type { Death } from "./crash_run.ts";

/** At most this often parex is killed within a run. */
const MOST = 10;
const MOMENTS = ["before", "within", "after"] as const;
/** An undisturbed run has about twice as many lines. */
const LINES = 40;
/** About as long as it takes to the first line, and from one line to the next. */
const START_MS = 600;
const LINE_MS = 100;

/** The deaths that a seed stands for, always the same. */
export function deathsOf(seed: number): Death[] {
  const random = randomFrom(seed);
  const upTo = (limit: number) => Math.floor(random() * limit);
  // Few kills are the usual case, and the quick one to try.
  const count = 1 + Math.floor(random() ** 2 * MOST);
  return Array.from({ length: count }, (): Death => {
    if (upTo(3) === 0) {
      const line = upTo(LINES);
      return { line, ms: upTo(line === 0 ? START_MS : LINE_MS) };
    }
    const moment = MOMENTS[upTo(MOMENTS.length)] ?? "after";
    return { moment, event: "*", nth: 1 + upTo(LINES) };
  });
}

/** A death in words, such as `before line 12` or `83 ms after line 4`. */
export function inWords(death: Death): string {
  if ("ms" in death) return `${death.ms} ms after line ${death.line}`;
  const { moment, event, nth } = death;
  return `${moment} ${event === "*" ? "line" : event} ${nth}`;
}
