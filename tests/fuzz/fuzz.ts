import { cpuUsage } from "node:process";
import { mutant } from "./mutate.ts";
import type { Reader } from "./readers.ts";

export interface Fuzzed {
  runs: number;
  /** Of the processor. */
  slowestMs: number;
  /** Of the whole process, at its largest. */
  peakMiB: number;
  problems: { seed: number; what: string }[];
}

const MAX_MS = 1_000;
const MAX_MIB = 512;
const LOOK_EVERY = 200;

/** Gives a reader `runs` inputs, those of the seeds from `first` on. */
export async function fuzz(reader: Reader, runs: number, first: number): Promise<Fuzzed> {
  const result: Fuzzed = { runs, slowestMs: 0, peakMiB: 0, problems: [] };
  for (let seed = first; seed < first + runs; seed++) {
    const input = mutant(reader.corpus, seed);
    const begun = processorMs();
    const what = await problemOf(reader, input);
    const ms = processorMs() - begun;
    if (what !== undefined) result.problems.push({ seed, what });
    // The collection of what earlier inputs left may fall on one that is quick.
    if (ms > MAX_MS && await isSlow(reader, input)) {
      result.problems.push({ seed, what: `took ${Math.round(ms)} ms` });
    }
    result.slowestMs = Math.max(result.slowestMs, ms);
    if ((seed - first) % LOOK_EVERY === 0) {
      result.peakMiB = Math.max(result.peakMiB, Deno.memoryUsage().rss / 2 ** 20);
    }
  }
  if (result.peakMiB > MAX_MIB) {
    result.problems.push({ seed: first, what: `${Math.round(result.peakMiB)} MiB of memory` });
  }
  return result;
}

async function problemOf(reader: Reader, input: Uint8Array): Promise<string | undefined> {
  try {
    return await reader.read(input);
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
}

async function isSlow(reader: Reader, input: Uint8Array): Promise<boolean> {
  const begun = processorMs();
  await problemOf(reader, input);
  return processorMs() - begun > MAX_MS;
}

/** What this process has computed: unlike time, no other process takes any of it. */
function processorMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1_000;
}
