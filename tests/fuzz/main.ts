/** `deno task test:fuzz --runs 100000 [--seed N] [--reader NAME]`: a table of what came of it. */
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";
import { READERS } from "./readers.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    reader: { type: "string" },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const encoder = new TextEncoder();
const print = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));

print("| reader | inputs | seeds | problems | slowest | memory |");
print("| --- | ---: | --- | ---: | ---: | ---: |");
let failed = false;
for (const reader of READERS) {
  if (values.reader !== undefined && values.reader !== reader.name) continue;
  const { slowestMs, peakMiB, problems } = await fuzz(reader, runs, seed);
  const seeds = `${seed} to ${seed + runs - 1}`;
  const slowest = `${Math.round(slowestMs)} ms`;
  print(
    `| ${reader.name} | ${runs} | ${seeds} | ${problems.length} | ${slowest} | ${
      Math.round(peakMiB)
    } MiB |`,
  );
  for (const { seed, what } of problems.slice(0, 5)) print(`seed ${seed}: ${what}`);
  failed ||= problems.length > 0;
}
Deno.exit(failed ? 1 : 0);
