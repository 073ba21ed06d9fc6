/**
 * What landing by merge adds to the checks themselves, and what it takes where all tasks change the same
 * place. Parallel: eight tasks whose checks take two seconds, four checks at a time, beside two waves
 * of checks of branches and two of merges. Hot place: twelve tasks that add a line at the same place of
 * one file, with an agent that keeps both sides of a conflict.
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
import { type TempRepo, tempRepo } from "../tests/support/repo.ts";

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
await Deno.remove(folder, { recursive: true });

function stage(tasks: number, config: string): Promise<TempRepo> {
  const files = { CHANGES: "# Changes\n\n- first\n", ".parallel/config.yaml": config };
  return tempRepo({ files: { ...files, ...independentTasks(tasks) } });
}

async function execute(repo: TempRepo, agent: string, jobs: number): Promise<void> {
  const flags = ["--json", "--land", "merge", "--jobs", String(jobs), "--agent", "command"];
  const program: Program = [parex, "execute", ...flags, "--agent-command", agent];
  await run(program, repo.root);
}
