/**
 * The binary beside an empty program compiled in the same way: size, and time to `--version`.
 * Prints the table of docs/benchmarks.md.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const RUNS = 31;

/** The `compile` task's command for another program. */
async function compile(main: string, output: string): Promise<void> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const words = String(tasks.compile.command).split(" ")
    .filter((word) => !word.startsWith("$"))
    .map((word) => word === "src/main.ts" ? main : word === "dist/parex" ? output : word);
  await run(Deno.execPath(), words.slice(1));
}

async function run(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, cwd: ROOT }).output();
  if (!success) {
    throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

async function timed(program: string, args: string[]): Promise<number> {
  const started = performance.now();
  await run(program, args);
  return performance.now() - started;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function measure(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "empty.ts"), "");
  const [empty, parex] = [join(folder, "empty"), join(folder, "parex")];
  await compile(join(folder, "empty.ts"), empty);
  await compile("src/main.ts", parex);

  const ms = { empty: [] as number[], parex: [] as number[] };
  // By turns, so that what else the machine does falls on both.
  for (let turn = 0; turn < RUNS; turn++) {
    ms.empty.push(await timed(empty, []));
    ms.parex.push(await timed(parex, ["--version"]));
  }
  const row = (what: string, unit: string, own: number, other: number) =>
    `| ${what} | ${own.toFixed(0)} ${unit} | ${other.toFixed(0)} ${unit} | ${
      (own / other).toFixed(2)
    } |`;
  const sizes = [(await Deno.stat(parex)).size, (await Deno.stat(empty)).size] as const;
  console.log("| | parex | empty program | ratio |\n|---|---|---|---|");
  console.log(row("size of the binary", "MB", sizes[0] / 1e6, sizes[1] / 1e6));
  console.log(
    row("`parex --version`, median of 31", "ms", median(ms.parex), median(ms.empty)),
  );
}

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
try {
  await measure(folder);
} finally {
  await Deno.remove(folder, { recursive: true });
}
