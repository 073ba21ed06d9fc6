import { Failed, resultOf, valueOf } from "../domain/failed.ts";
import { selectedTasks } from "../domain/metrics.ts";
import type { RunRecord } from "../domain/record.ts";
import type { Plan } from "../domain/plan.ts";
import { headState } from "../git/commit.ts";
import { planRecord } from "../domain/plan_record.ts";
import type { Task } from "../domain/task.ts";
import type { Repository } from "../git/repository.ts";
import { findPlan, presentPath } from "../plan/find.ts";
import { loadPlan } from "../plan/load.ts";
import { namesOf } from "../report/layout.ts";
import { listRuns, liveRun, readRun, runsNewestFirst } from "../journal/store.ts";

/** A run as recorded in its journal. */
export interface KnownRun {
  record: RunRecord;
  /** Whether a process executes it now. */
  live: boolean;
}

/**
 * The run with this id, or the one in progress, or the last one; undefined if there is none. A run that had
 * nothing to do, because all was completed, does not hide the one before it of the same plan.
 */
export async function findRun(
  commonDir: string,
  id?: string,
): Promise<KnownRun | undefined> {
  const current = liveRun(commonDir);
  const runs = await listRuns(commonDir);
  // A run that has just begun has no journal yet.
  const begun = runs.find((run) => run === current?.run);
  const meant = id === undefined ? begun : runNamed(runs, id);
  if (meant !== undefined) {
    const read = await resultOf(() => readRun(commonDir, meant));
    // A run that has just begun has an empty journal.
    if (!read.ok && read.failure.reason === "run_not_found" && id === undefined) return undefined;
    return { record: valueOf(read).record, live: current?.run === meant };
  }
  let last: KnownRun | undefined;
  for await (const { record } of runsNewestFirst(commonDir)) {
    const known = { record, live: current?.run === record.run };
    last ??= known;
    if (record.plan?.identity !== last.record.plan?.identity) break;
    if (!didNothing(record)) return known;
  }
  return last;
}

/** The run that an id, or a unique prefix of one, names. */
function runNamed(runs: readonly string[], id: string): string {
  const matching = runs.includes(id) ? [id] : runs.filter((run) => run.startsWith(id));
  const [run, ...others] = matching;
  if (run === undefined || id === "") throw new Failed({ reason: "run_not_found", id });
  if (others.length === 0) return run;
  throw new Failed({
    reason: "usage",
    message: `"${id}" is the beginning of ${matching.length} runs: ${namesOf(matching)}`,
    hint: "list the runs: parex runs",
  });
}

/** The full id of a run; undefined: none was named. */
export async function fullRunId(commonDir: string, id: string | undefined) {
  return id === undefined ? undefined : runNamed(await listRuns(commonDir), id);
}

/** The record of a plan over all its runs up to this one. */
export async function historyOf(commonDir: string, last: RunRecord): Promise<RunRecord> {
  return planRecord([...await runsBefore(commonDir, last), last]);
}

/** The runs of the same plan before this one, oldest first. */
export async function runsBefore(commonDir: string, last: RunRecord): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for await (const record of runsOf(commonDir, last.plan?.identity)) {
    if (record.run < last.run) runs.unshift(record);
  }
  return runs;
}

function didNothing(record: RunRecord): boolean {
  return record.finished !== undefined && selectedTasks(record).length === 0;
}

/** The runs of a plan, the last one first. A run whose journal cannot be read is skipped. */
export async function* runsOf(
  commonDir: string,
  identity: string | undefined,
): AsyncGenerator<RunRecord> {
  for await (const { record } of runsNewestFirst(commonDir, { lenient: true })) {
    if (record.plan?.identity === identity) yield record;
  }
}

/** The run itself, or if it only landed completed work, the last run that had agents. */
export async function lastWithAgents(commonDir: string, last: RunRecord): Promise<RunRecord> {
  if (!last.agentless) return last;
  for await (const run of runsOf(commonDir, last.plan?.identity)) {
    if (!run.agentless) return run;
  }
  return last;
}

/** The plan to use if none is named, with its last run. */
export async function currentPlan(
  repo: Repository,
  cwd: string,
): Promise<{ plan: Plan; run: KnownRun | undefined }> {
  const run = await findRun(repo.commonDir);
  const plan = await planOf(repo.checkout, run, cwd);
  // Another plan may be at the path by now: the last run says nothing about it.
  const same = run?.record.plan?.identity === plan.identity;
  return { plan, run: same ? run : undefined };
}

/** The plan of the last run; if that is gone, or there was no run, the one in its usual place. */
async function planOf(root: string, run: KnownRun | undefined, cwd: string): Promise<Plan> {
  if (run?.record.plan) {
    const plan = await loadPlan(await presentPath(root, run.record.plan.path));
    if (plan.ok || plan.failure.reason !== "plan_not_found") {
      return withRecordedStatuses(valueOf(plan), run.record);
    }
  }
  const path = valueOf(await findPlan(root, cwd));
  return valueOf(await loadPlan(path));
}

/** Another tool's list has no mark for a blocked task: the record of its last run does. */
export function withRecordedStatuses(plan: Plan, { plan: ran, tasks: records }: RunRecord): Plan {
  if (!plan.foreign || ran?.identity !== plan.identity) return plan;
  const tasks = plan.tasks.map((task): Task => {
    const isBlocked = task.status !== "completed" && records.get(task.id)?.status === "blocked";
    return isBlocked ? { ...task, status: "blocked" } : task;
  });
  return { ...plan, tasks };
}

/** The base of the last run if known, otherwise the branch that is checked out. */
export async function currentBase(
  repo: Repository,
  known: string | undefined,
): Promise<string> {
  if (known !== undefined) return known;
  const { branch } = await headState(repo.here);
  if (branch === undefined) throw new Failed({ reason: "detached_head", root: repo.checkout });
  return branch;
}
