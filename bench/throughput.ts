/**
 * What parex adds to the agents' own time: 40 tasks that sleep for a second, eight at a time, in a
 * small repository, beside the five seconds that they need at least. parex makes their worktrees and
 * their commits. The run is what parex reports, the program is from its start to its end.
 *
 *     deno run -A bench/throughput.ts
 */
import { resultOf } from "../src/domain/failed.ts";
import { join } from "node:path";
import { listRuns, readJournal, runDir } from "../src/journal/store.ts";
import {
  compileParex,
  printTable,
  type Program,
  repository,
  reset,
  run,
  spreadText,
} from "./support.ts";

const TASKS = 40;
const JOBS = 8;
const ROUNDS = 3;
const BOUND_MS = Math.ceil(TASKS / JOBS) * 1_000;

const AGENT = 'sleep 1; echo done > "$PAREX_TASK_ID.txt"';

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
await using repo = await repository(TASKS, 10);
const [parex] = await compileParex(join(folder, "parex"));
const flags = ["--json", "--land", "none", "--jobs", String(JOBS), "--agent", "command"];
const times: Record<"run" | "program", number[]> = { run: [], program: [] };
for (let round = 0; round < ROUNDS; round++) {
  const program: Program = [parex, "execute", ...flags, "--agent-command", AGENT];
  times.program.push(await run(program, repo.root));
  times.run.push(await lastRunMs(repo.root));
  await reset(repo);
}
printTable(
  ["40 tasks", "bound, ms", "took, ms", "ratio"],
  Object.entries(times).map(([what, took]) => [
    what,
    String(BOUND_MS),
    spreadText(took, 0),
    spreadText(took.map((ms) => ms / BOUND_MS)),
  ]),
);
await Deno.remove(folder, { recursive: true });

/** As the last run's journal has it. */
async function lastRunMs(root: string): Promise<number> {
  const commonDir = join(root, ".git");
  const last = (await listRuns(commonDir)).at(-1) ?? "";
  const events = await resultOf(() => readJournal(runDir(commonDir, last)));
  const end = events.ok ? events.value.at(-1) : undefined;
  if (end?.type !== "run.finished" || end.exit_code !== 0) throw new Error("the run failed");
  return end.ms;
}
