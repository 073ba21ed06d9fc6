/**
 * How many git processes parex starts: what a run costs on a quiet machine is mostly these. The
 * numbers here may only be lowered.
 */
import { join } from "node:path";
import { assert } from "../support/assert.ts";
import { gitProcesses } from "../support/git_processes.ts";
import type { PlanTasks } from "../support/plan_files.ts";
import { rig } from "../support/rig.ts";

/** Calls no git, and leaves the trace of what was before it to look at. */
const AGENT = `[ -f "$NOTES/before" ] || cp "$NOTES/trace" "$NOTES/before"
echo "by $PAREX_TASK_ID" > "$PAREX_TASK_ID.txt"
`;

/** git processes before the first agent, and in all of a run. */
async function counted(tasks: PlanTasks, land: string) {
  await using stage = await rig({
    tasks,
    config: "test: none\nlint: none\ntypecheck: none\n",
    agent: { any: AGENT },
  });
  const trace = join(stage.home, "notes/trace");
  const args = ["execute", "--yes", "--jobs", "1", "--land", land];
  const run = await stage.parex(args, { env: { GIT_TRACE2_EVENT: trace } });
  assert(run.code === 0, run.stderr);
  const countOf = async (name: string) => gitProcesses(await stage.note(name) ?? "").started;
  return { before: await countOf("before"), all: await countOf("trace") };
}

function independent(count: number): PlanTasks {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, {}]));
}

function chain(count: number): PlanTasks {
  const after = (at: number) => at === 0 ? {} : { after: [`t${at - 1}`] };
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, after(at)]));
}

const FEW = 2;
const MORE = 6;

/** What each task more adds. */
async function perTask(plan: (count: number) => PlanTasks, land: string): Promise<number> {
  const [few, more] = [await counted(plan(FEW), land), await counted(plan(MORE), land)];
  return (more.all - few.all) / (MORE - FEW);
}

/** How many commits are looked at together for conflicts differs from run to run. */
const PINNED = { beforeFirstAgent: 16, none: 6, merge: 11, chainNone: 6, chainMerge: 11 };

Deno.test("parex starts no more git processes than it did", async () => {
  const counts = {
    beforeFirstAgent: (await counted(independent(1), "none")).before,
    none: await perTask(independent, "none"),
    merge: await perTask(independent, "merge"),
    chainNone: await perTask(chain, "none"),
    chainMerge: await perTask(chain, "merge"),
  };
  const more = Object.entries(PINNED).filter(([what, most]) =>
    counts[what as keyof typeof counts] > most
  );
  assert(more.length === 0, `more than ${JSON.stringify(PINNED)}: ${JSON.stringify(counts)}`);
});
