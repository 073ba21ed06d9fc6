/**
 * The binary beside an empty program compiled in the same way: its size, and its time to `--version`
 * and `--help`. By turns, so that what else the machine does falls on all.
 *
 *     deno run -A bench/startup.ts
 */
import { join } from "node:path";
import { compile, compileParex, printTable, run, spread, spreadText } from "./support.ts";

const RUNS = 31;

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
await Deno.writeTextFile(join(folder, "empty.ts"), "");
const [empty] = await compile(join(folder, "empty.ts"), join(folder, "empty"));
const [parex] = await compileParex(join(folder, "parex"));

const ms: Record<"empty" | "version" | "help", number[]> = { empty: [], version: [], help: [] };
for (let turn = 0; turn < RUNS; turn++) {
  ms.empty.push(await run([empty], folder));
  ms.version.push(await run([parex, "--version"], folder));
  ms.help.push(await run([parex, "--help"], folder));
}
const megabytes = (await Deno.stat(parex)).size / 1e6;
const emptyMegabytes = (await Deno.stat(empty)).size / 1e6;
const row = (what: string, own: number[]) => [
  what,
  spreadText(own, 0),
  spreadText(ms.empty, 0),
  (spread(own).median / spread(ms.empty).median).toFixed(2),
];
printTable(["", "parex", "empty program", "ratio"], [
  [
    "size of the binary, MB",
    megabytes.toFixed(0),
    emptyMegabytes.toFixed(0),
    (megabytes / emptyMegabytes).toFixed(2),
  ],
  row("`parex --version`, ms", ms.version),
  row("`parex --help`, ms", ms.help),
]);
await Deno.remove(folder, { recursive: true });
