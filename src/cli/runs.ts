import { Failed, resultOf, valueOf } from "../domain/failed.ts";
import { selectedTasks } from "../domain/metrics.ts";
import type { RunRecord } from "../domain/record.ts";
import type { Plan } from "../domain/plan.ts";
import { headState } from "../git/commit.ts";
import type { Task, TaskId } from "../domain/task.ts";
import type { TaskRecord } from "../domain/task_record.ts";
import type { Repository } from "../git/repository.ts";
import { findPlan, presentPath } from "../plan/find.ts";
import { loadPlan } from "../plan/load.ts";
import { listRuns, liveRun, readRun, runsNewestFirst } from "../journal/store.ts";

/** A run as its journal tells it. */
export interface KnownRun {
  record: RunRecord;
  /** Whether a process executes it now. */
  live: boolean;
}

/**
 * The run of this id, or the one that goes on, or the last one; undefined if there is none. A run
 * that had nothing to do, as all was completed, does not hide the one before it of the same plan.
 */
export async function findRun(
  commonDir: string,
  id?: string,
): Promise<KnownRun | undefined> {
  const current = liveRun(commonDir);
  const runs = await listRuns(commonDir);
  // A run that has only just begun has no journal yet.
  const begun = runs.find((run) => run === current?.run);
  const meant = id ?? begun;
  if (meant !== undefined) {
    const read = await resultOf(() => readRun(commonDir, meant));
    // A run that has only just begun has no line in its journal.
    if (!read.ok && read.failure.reason === "run_not_found" && id === undefined) return undefined;
    return { record: valueOf(read).record, live: current?.run === meant };
  }
  let last: KnownRun | undefined;
  for await (const { record } of runsNewestFirst(commonDir)) {
    const known = { record, live: current?.run === record.run };
    last ??= known;
    if (record.plan?.identity !== last.record.plan?.identity) break;
    if (!hadNothingToDo(record)) return known;
  }
  return last;
}

function hadNothingToDo(record: RunRecord): boolean {
  return record.finished !== undefined && selectedTasks(record).length === 0;
}

/** The runs of a plan, the last one first. One whose journal cannot be read is passed over. */
export async function* runsOf(
  commonDir: string,
  identity: string | undefined,
): AsyncGenerator<RunRecord> {
  for await (const { record } of runsNewestFirst(commonDir, { lenient: true })) {
    if (record.plan?.identity === identity) yield record;
  }
}

/** The run itself, or where it has only landed the work of others, the last one that did any. */
export async function lastWithAgents(commonDir: string, last: RunRecord): Promise<RunRecord> {
  if (!last.agentless) return last;
  for await (const run of runsOf(commonDir, last.plan?.identity)) {
    if (!run.agentless) return run;
  }
  return last;
}

/**
 * The record of each task in the last run that was to do it, with where its work has landed since.
 * Earlier runs are asked for tasks that are blocked, and that the last run only landed, alone.
 */
export async function tasksOf(
  commonDir: string,
  plan: Plan,
  last: RunRecord | undefined,
): Promise<Map<TaskId, TaskRecord>> {
  const known = new Map(last?.tasks);
  if (!last) return known;
  const sought = new Set(
    plan.tasks.filter(({ id, status }) =>
      last.tasks.get(id)?.selected ? last.agentless : status === "blocked"
    ).map(({ id }) => id),
  );
  if (sought.size === 0) return known;
  for await (const { run, agentless, tasks } of runsOf(commonDir, plan.identity)) {
    for (const id of sought) {
      const task = tasks.get(id);
      if (run >= last.run || agentless || !task?.selected) continue;
      known.set(id, { ...task, ...landedIn(known.get(id)) });
      sought.delete(id);
    }
    if (sought.size === 0) break;
  }
  return known;
}

function landedIn(task: TaskRecord | undefined): Pick<TaskRecord, "landed"> {
  return task?.landed ? { landed: task.landed } : {};
}

/** The plan that a person means who names none, with the last run of it. */
export async function planInHand(
  repo: Repository,
  cwd: string,
): Promise<{ plan: Plan; run: KnownRun | undefined }> {
  const run = await findRun(repo.commonDir);
  const plan = await planOf(repo.checkout, run, cwd);
  // Another plan may lie at the path by now: what the last run did says nothing about this one.
  const same = run?.record.plan?.identity === plan.identity;
  return { plan, run: same ? run : undefined };
}

/** The plan of the last run; where that is gone, or nothing was run, the one in its usual place. */
async function planOf(root: string, run: KnownRun | undefined, cwd: string): Promise<Plan> {
  if (run?.record.plan) {
    const plan = await loadPlan(await presentPath(root, run.record.plan.path));
    if (plan.ok || plan.failure.reason !== "plan_not_found") {
      return asRecorded(valueOf(plan), run.record);
    }
  }
  const path = valueOf(await findPlan(root, cwd));
  return valueOf(await loadPlan(path));
}

/** Somebody else's list has no mark for a blocked task: what its last run recorded says so. */
export function asRecorded(plan: Plan, { plan: ran, tasks: records }: RunRecord): Plan {
  if (!plan.foreign || ran?.identity !== plan.identity) return plan;
  const tasks = plan.tasks.map((task): Task => {
    const isBlocked = task.status !== "completed" && records.get(task.id)?.status === "blocked";
    return isBlocked ? { ...task, status: "blocked" } : task;
  });
  return { ...plan, tasks };
}

/** The base that is known, or else the branch that is checked out. */
export async function baseInHand(
  repo: Repository,
  known: string | undefined,
): Promise<string> {
  if (known !== undefined) return known;
  const { branch } = await headState(repo.here);
  if (branch === undefined) throw new Failed({ reason: "detached_head", root: repo.checkout });
  return branch;
}
