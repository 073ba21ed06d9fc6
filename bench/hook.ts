/**
 * `parex hook` beside an empty program compiled in the same way: the time of one call, for each kind
 * of event.
 *
 *     deno run -A bench/hook.ts
 */
import { join } from "node:path";
import {
  compile,
  compileParex,
  printTable,
  type Program,
  run,
  spread,
  spreadText,
} from "./support.ts";

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

async function timed(
  argv: Program,
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

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
await Deno.writeTextFile(join(folder, "empty.ts"), "");
const empty = await compile(join(folder, "empty.ts"), join(folder, "empty"));
const parex = await compileParex(join(folder, "parex"));
const worktree = join(folder, "worktree");
await run(["git", "init", "-q", worktree], folder);
const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"];
await run(["git", ...identity, "commit", "-q", "--allow-empty", "-m", "Begin"], worktree);
const agent = { PAREX_TASK_ID: "task-1", PAREX_WORKTREE: worktree };

const rows: string[][] = [];
for (const [what, event, inAgent] of SAMPLES) {
  const input = JSON.stringify({ ...event, cwd: worktree });
  const ms = { own: [] as number[], empty: [] as number[] };
  // By turns, so that what else the machine does falls on both.
  for (let turn = 0; turn < RUNS; turn++) {
    ms.empty.push(await timed(empty, input, {}));
    ms.own.push(await timed([...parex, "hook"], input, inAgent ? agent : {}));
  }
  const ratio = spread(ms.own).median / spread(ms.empty).median;
  rows.push([what, spreadText(ms.own, 0), spreadText(ms.empty, 0), ratio.toFixed(2)]);
}
printTable(["`parex hook`", "parex, ms", "empty program, ms", "ratio"], rows);
await Deno.remove(folder, { recursive: true });
