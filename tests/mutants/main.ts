/**
 * `deno task test:mutants --count 60 [--seed N] [--jobs N] [--only src/git]`: changes one line at a
 * time and runs the tests near it. A mutant that no test notices survives, and is printed.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { choose, type Mutant, mutantsOf, mutated } from "./mutants.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    only: { type: "string" },
  },
});
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The folders of sources, and the tests that are run for them: those beside them first. */
const NEAR: readonly [folder: string, tests: readonly string[]][] = [
  ["machines", ["tests/machines", "tests/e2e/order_test.ts", "tests/e2e/money_test.ts"]],
  ["src/plan", ["tests/plan", "tests/cli/validate_test.ts", "tests/e2e/order_test.ts"]],
  ["src/hook", ["tests/hook"]],
  ["src/git", ["tests/git", "tests/e2e/merge_test.ts", "tests/e2e/cleanup_test.ts"]],
  ["src/run", ["tests/run", "tests/e2e", "tests/faults/changes_test.ts", "tests/cli"]],
];
/** Longer than the tests of any of them take: a mutant that never ends is noticed, too. */
const TIME_OUT_MS = 15 * 60_000;

const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

async function run(cwd: string, argv: string[], timeoutMs = TIME_OUT_MS): Promise<boolean> {
  const [program = "", ...args] = argv;
  const child = new Deno.Command(program, {
    args,
    cwd,
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(timeoutMs),
  }).spawn();
  return (await child.status).success;
}

async function sources(): Promise<string[]> {
  const listed = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--", values.only ?? ".", ":(glob)**/*.ts"],
    cwd: ROOT,
  }).output();
  const known = (file: string) => NEAR.some(([folder]) => file.startsWith(`${folder}/`));
  return new TextDecoder().decode(listed.stdout).split("\0").filter((file) =>
    file.endsWith(".ts") && file.startsWith(values.only ?? "") && known(file)
  );
}

type Fate = "invalid" | "killed" | "survived";

/** Tries a mutant in a copy of the repository. The compiler's refusal says nothing about tests. */
async function fateOf(mutant: Mutant, copy: string): Promise<Fate> {
  const path = join(copy, mutant.file);
  const source = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, mutated(source, mutant));
  try {
    if (!await run(copy, ["deno", "check", mutant.file])) return "invalid";
    const tests = NEAR.find(([folder]) => mutant.file.startsWith(`${folder}/`))?.[1] ?? [];
    for (const near of tests) {
      if (!await run(copy, ["deno", "test", "-A", "--no-check", "--fail-fast", near])) {
        return "killed";
      }
    }
    return "survived";
  } finally {
    await Deno.writeTextFile(path, source);
  }
}

const found: Mutant[] = [];
for (const file of await sources()) {
  found.push(...mutantsOf(file, await Deno.readTextFile(join(ROOT, file))));
}
const count = Number(values.count);
// Some are refused by the compiler: others take their turn.
const queue = choose(found, count * 3, Number(values.seed));
let tried = 0;
const survived: Mutant[] = [];

async function work(copy: string): Promise<void> {
  for (let mutant = queue.shift(); mutant && tried < count; mutant = queue.shift()) {
    tried++;
    const fate = await fateOf(mutant, copy);
    if (fate === "invalid") {
      tried--;
      continue;
    }
    const { file, line, before, after } = mutant;
    print(`${fate}  ${file}:${line}\n  - ${before.trim()}\n  + ${after.trim()}`);
    if (fate === "survived") survived.push(mutant);
  }
}

const folder = await Deno.makeTempDir({ prefix: "parex-mutants-" });
try {
  await Promise.all(
    Array.from({ length: Number(values.jobs) }, async (_, index) => {
      const copy = join(folder, String(index));
      if (!await run(ROOT, ["git", "clone", "--quiet", "--", ROOT, copy])) {
        throw new Error(`cannot clone ${ROOT}`);
      }
      await work(copy);
    }),
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}
print(`${tried - survived.length} of ${tried} killed, ${survived.length} survived`);
Deno.exit(survived.length === 0 ? 0 : 1);
