/**
 * What landing by merge adds to the checks themselves, and what it takes where all tasks change the same
 * place. Parallel: eight tasks whose checks take two seconds, four checks at a time, beside two waves
 * of checks of branches and two of merges. Hot place: twelve tasks that add a line at the same place of
 * one file, with an agent that keeps both sides of a conflict. Pairs: changes that pass alone and fail
 * together (`semantic_conflicts.ts`), each with a third task as a control, merged by `git merge` one after
 * the other, and by parex.
 *
 *     deno run -A bench/landing.ts
 */
import { join } from "node:path";
import { eventsOf, lastEvents } from "./last_run.ts";
import {
  compileParex,
  independentTasks,
  printTable,
  type Program,
  run,
  spreadText,
} from "./support.ts";
import { type Pair, PAIRS } from "./semantic_conflicts.ts";
import { assert } from "../tests/support/assert.ts";
import { type TempRepo, tempRepo, writeFiles } from "../tests/support/repo.ts";

const ROUNDS = 3;
const BOUND_MS = 8_000;

const ADDS_A_LINE = `if git rev-parse -q --verify MERGE_HEAD >/dev/null; then
  sed -i '/^<<<<<<<\\|^=======\\|^>>>>>>>/d' CHANGES
  git add CHANGES && git commit -q --no-edit
else
  sed -i "1a - by $PAREX_TASK_ID" CHANGES && git commit -qam "feat: $PAREX_TASK_ID"
fi`;

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
const [parex] = await compileParex(join(folder, "parex"));

const took: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  await using repo = await stage(8, "test: sleep 2\ncheck-jobs: 4\n");
  await execute(repo, 'echo done > "$PAREX_TASK_ID.txt"', 8);
  took.push(eventsOf(await lastEvents(repo.root), "run.finished")[0]?.ms ?? NaN);
}
printTable(["8 tasks, checks of 2 s, 4 at a time", "bound, ms", "took, ms", "ratio"], [[
  "run",
  String(BOUND_MS),
  spreadText(took, 0),
  spreadText(took.map((ms) => ms / BOUND_MS)),
]]);

await using hot = await stage(12, "test: test -s CHANGES\n");
await execute(hot, ADDS_A_LINE, 4);
const events = await lastEvents(hot.root);
printTable(["12 tasks, one place", "landed", "agents started"], [[
  "run",
  String(eventsOf(events, "task.landed").length),
  String(eventsOf(events, "agent.started").length),
]]);

const red = { git: 0, parex: 0, blocked: 0, controls: 0 };
for (const pair of PAIRS) {
  if (!await mergedPlainly(pair)) red.git++;
  const { green, blocked, control } = await landed(pair);
  if (!green) red.parex++;
  if (blocked === 1) red.blocked++;
  if (control) red.controls++;
  if (!green || blocked !== 1 || !control) console.log(`not as expected: ${pair.name}`);
}
printTable([`${PAIRS.length} pairs`, "main red", "one blocked", "control landed"], [
  ["git merge, one after the other", String(red.git), "-", "-"],
  ["parex", String(red.parex), String(red.blocked), String(red.controls)],
]);
await Deno.remove(folder, { recursive: true });

/** Whether the base passes when both changes of a pair were merged without a look at the checks. */
async function mergedPlainly(pair: Pair): Promise<boolean> {
  await using repo = await tempRepo({ files: pair.before });
  for (const side of ["one", "other"] as const) {
    await repo.git(["checkout", "-q", "-b", side, "main"]);
    await apply(pair[side], repo.root);
    await repo.commit(side);
    assert(await passes(pair, repo.root), `${pair.name}: ${side} fails alone`);
  }
  await repo.git(["checkout", "-q", "main"]);
  for (const side of ["one", "other"]) await repo.git(["merge", "-q", "--no-edit", side]);
  return await passes(pair, repo.root);
}

async function landed(pair: Pair) {
  const patches = await Deno.makeTempDir({ dir: folder });
  const tasks = { "task-0": pair.one, "task-1": pair.other, "task-2": { "NOTES": "a control\n" } };
  for (const [task, files] of Object.entries(tasks)) {
    await Deno.mkdir(join(patches, task));
    await apply(files, join(patches, task));
    const removed = Object.keys(files).filter((path) => files[path as keyof typeof files] === null);
    await Deno.writeTextFile(join(patches, `${task}.removed`), removed.join("\n"));
  }
  const config = `test: ${pair.check}\nattempts: 1\n`;
  const files = { ...pair.before, ".parallel/config.yaml": config, ...independentTasks(3) };
  await using repo = await tempRepo({ files });
  const at = `"${patches}/$PAREX_TASK_ID"`;
  const agent = `xargs rm -f <${at}.removed; cp -r ${at}/. . && git add -A && git commit -qm done`;
  // One of the pair is blocked, so parex exits with 1.
  await execute(repo, agent, 3).catch(() => {});
  const events = await lastEvents(repo.root);
  const done = eventsOf(events, "task.landed").map(({ task }) => task);
  return {
    green: await passes(pair, repo.root),
    blocked: 3 - done.length,
    control: done.includes("task-2"),
  };
}

async function apply(files: Pair["one"], root: string): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) await Deno.remove(join(root, path)).catch(() => {});
    else await writeFiles(root, { [path]: text });
  }
}

async function passes({ check }: Pair, cwd: string): Promise<boolean> {
  return await run(["sh", "-c", check], cwd).then(() => true, () => false);
}

function stage(tasks: number, config: string): Promise<TempRepo> {
  const files = { CHANGES: "# Changes\n\n- first\n", ".parallel/config.yaml": config };
  return tempRepo({ files: { ...files, ...independentTasks(tasks) } });
}

async function execute(repo: TempRepo, agent: string, jobs: number): Promise<void> {
  const flags = ["--json", "--land", "merge", "--jobs", String(jobs), "--agent", "command"];
  const program: Program = [parex, "execute", ...flags, "--agent-command", agent];
  await run(program, repo.root);
}
