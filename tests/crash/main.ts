/** `deno task test:crash --runs 500 [--seed N] [--jobs N]`: crash runs, and a table of what came of them. */
import { parseArgs } from "node:util";
import { crashRun } from "./crash_run.ts";
import { deathsOf, inWords } from "./deaths.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
  },
});
const [runs, first, jobs] = [values.runs, values.seed, values.jobs].map(Number) as [
  number,
  number,
  number,
];

const byDeaths = new Map<number, { runs: number; equal: number; ms: number }>();
const failed: string[] = [];
const encoder = new TextEncoder();
const print = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));

let next = first;
async function work(): Promise<void> {
  for (let seed = next++; seed < first + runs; seed = next++) {
    const { deaths, ms, problems } = await crashRun(deathsOf(seed));
    const row = byDeaths.get(deaths) ?? { runs: 0, equal: 0, ms: 0 };
    byDeaths.set(deaths, row);
    row.runs++;
    row.ms += ms;
    if (problems.length === 0) row.equal++;
    else {
      failed.push(`seed ${seed}`);
      print(`seed ${seed} (${deathsOf(seed).map(inWords).join(", ")}):`);
      for (const problem of problems) print(`  ${problem}`);
    }
  }
}
await Promise.all(Array.from({ length: jobs }, work));

print("| kills in a run | runs | equal results | mean time |");
print("| -------------: | ---: | ------------: | --------: |");
for (const [deaths, row] of [...byDeaths].sort(([a], [b]) => a - b)) {
  const mean = (row.ms / row.runs / 1000).toFixed(1);
  print(`| ${deaths} | ${row.runs} | ${row.equal} | ${mean} s |`);
}
print(`seeds ${first} to ${first + runs - 1}: ${runs - failed.length} of ${runs} equal`);
Deno.exit(failed.length === 0 ? 0 : 1);
