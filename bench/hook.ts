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
/** Lines of the journal that the last run has left. */
const JOURNAL_LINES = 500_000;
const SAMPLES: [what: string, event: Record<string, unknown>, inAgent: boolean][] = [
  ["a start, with a long journal", { hook_event_name: "SessionStart", source: "startup" }, false],
  ["a wish, with a long journal", {
    hook_event_name: "UserPromptSubmit",
    prompt: "Resume the run.",
  }, false],
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

/** An interrupted run's, without a summary. */
async function leaveJournal(dir: string): Promise<void> {
  const envelope = (seq: number) =>
    `{"v":1,"seq":${seq},"at":"2026-01-01T00:00:00.000Z","run":"x",`;
  const lines = [
    `${envelope(1)}"type":"run.started","plan":{"name":"Long","path":"/p","identity":"p"},` +
    `"tasks":[],"base":"main","base_sha":"","jobs":1,"agent":"a","parex":"0","pid":1,"graph":[]}`,
  ];
  for (let seq = 2; seq < JOURNAL_LINES; seq++) {
    lines.push(
      `${envelope(seq)}"type":"notice","message":"Something happened that takes a line."}`,
    );
  }
  await Deno.mkdir(dir, { recursive: true });
  await Deno.writeTextFile(join(dir, "journal.ndjson"), `${lines.join("\n")}\n`);
}

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
const parex = await compileParex(join(folder, "parex"));
await Deno.writeTextFile(join(folder, "empty.ts"), "");
const empty = await compile(join(folder, "empty.ts"), join(folder, "empty"));
const worktree = join(folder, "worktree");
await run(["git", "init", "-q", worktree], folder);
const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"];
await run(["git", ...identity, "commit", "-q", "--allow-empty", "-m", "Begin"], worktree);
await leaveJournal(join(worktree, ".git/parex/runs/20260101-000000-0000"));
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
