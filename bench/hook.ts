/**
 * `parex hook` beside an empty program compiled in the same way: the time of one call, for each kind
 * of event. Prints the table of docs/benchmarks.md.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const RUNS = 31;
const SAMPLES: [what: string, event: Record<string, unknown>, inAgent: boolean][] = [
  ["a prompt that asks for nothing", {
    hook_event_name: "UserPromptSubmit",
    prompt: "Why does the parser drop the last line?",
  }, false],
  ["a tool call inside an agent", {
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "cd src && grep -rl foo . | xargs sed -i 's/foo/bar/' > /dev/null" },
  }, true],
  ["an agent's end", { hook_event_name: "Stop", last_assistant_message: "Done." }, true],
];

/** The `compile` task's command for another program. */
async function compile(main: string, output: string): Promise<void> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const words = String(tasks.compile.command).split(" ")
    .filter((word) => !word.startsWith("$"))
    .map((word) => word === "src/main.ts" ? main : word === "dist/parex" ? output : word);
  const args = words.slice(1);
  await run(Deno.execPath(), args);
}

async function run(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, cwd: ROOT }).output();
  if (!success) {
    throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

async function timed(
  argv: [string, ...string[]],
  input: string,
  env: Record<string, string>,
): Promise<number> {
  const [program, ...args] = argv;
  const started = performance.now();
  const child = new Deno.Command(program, {
    args,
    env,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  // The empty program has ended before it could have read.
  await writer.write(new TextEncoder().encode(input)).then(() => writer.close(), () => {});
  await child.status;
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
  const worktree = join(folder, "worktree");
  await run("git", ["init", "-q", worktree]);
  const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"];
  const commit = ["commit", "-q", "--allow-empty", "-m", "Begin"];
  await run("git", ["-C", worktree, ...identity, ...commit]);
  const agent = { PAREX_TASK_ID: "task-1", PAREX_WORKTREE: worktree };

  console.log("| `parex hook`, median of 31 | parex | empty program | ratio |\n|---|---|---|---|");
  for (const [what, event, inAgent] of SAMPLES) {
    const input = JSON.stringify({ ...event, cwd: worktree });
    const ms = { empty: [] as number[], parex: [] as number[] };
    // By turns, so that what else the machine does falls on both.
    for (let turn = 0; turn < RUNS; turn++) {
      ms.empty.push(await timed([empty], input, {}));
      ms.parex.push(await timed([parex, "hook"], input, inAgent ? agent : {}));
    }
    const [own, other] = [median(ms.parex), median(ms.empty)];
    const ratio = (own / other).toFixed(2);
    console.log(`| ${what} | ${own.toFixed(0)} ms | ${other.toFixed(0)} ms | ${ratio} |`);
  }
}

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
try {
  await measure(folder);
} finally {
  await Deno.remove(folder, { recursive: true });
}
