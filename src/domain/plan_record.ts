import { emptyRecord, type RunRecord } from "./record.ts";
import type { TaskId } from "./task.ts";
import type { TaskRecord } from "./task_record.ts";

/**
 * What happened to a plan over all its runs, oldest first, in the form of one run's record: its tasks
 * are those of the last run's plan, each with its attempts in all runs. The last run gives its id
 * and its state.
 */
export function planRecord(runs: readonly RunRecord[]): RunRecord {
  const last = runs.at(-1);
  if (last === undefined) return emptyRecord();
  const worked = runs.findLast(({ agentless }) => !agentless);
  const { worked: _, agentless: __, ...rest } = last;
  const integrated = runs.findLast(({ integration }) => integration !== undefined);
  return {
    ...rest,
    agent: worked?.agent ?? last.agent,
    jobs: worked?.jobs ?? last.jobs,
    model: (worked ?? last).model,
    settings: (worked ?? last).settings,
    agentless: worked === undefined ? true : undefined,
    tasks: new Map([...last.tasks.keys()].map((id) => [id, taskOver(runs, id)])),
    spans: runs.flatMap(({ spans }) => spans),
    merges: runs.flatMap(({ merges }) => merges),
    integration: integrated?.integration,
    checks: integrated?.checks ?? last.checks,
    conflicts: {
      predicted: last.conflicts.predicted,
      met: runs.flatMap(({ conflicts }) => conflicts.met),
    },
    recovery: runs.flatMap(({ recovery }) => recovery),
    cleanups: runs.flatMap(({ cleanups }) => cleanups),
    lostEvents: runs.reduce((sum, { lostEvents }) => sum + lostEvents, 0),
    runs,
  };
}

/** A task as the last run knows it, with what earlier ones did, and why it is blocked. */
function taskOver(runs: readonly RunRecord[], id: TaskId): TaskRecord {
  const known = runs.flatMap(({ run, tasks }) => {
    const task = tasks.get(id);
    return task ? [{ run, task }] : [];
  });
  const all = known.map(({ task }) => task);
  const first = all.at(-1);
  if (first === undefined) throw new Error(`no run knows ${id}`);
  const found = ({ commits, head, worktree, pushed, landed }: TaskRecord) =>
    told({ commits, head, worktree, pushed, landed });
  const task: TaskRecord = {
    ...Object.assign({}, ...all.map(found)),
    ...first,
    // What was completed before all runs is none of their work.
    selected: first.status !== "completed" || all.some(({ selected }) => selected),
    attempts: known.flatMap(({ run, task }) => task.attempts.map((one) => ({ ...one, run }))),
    checks: known.flatMap(({ run, task }) => task.checks.map((one) => ({ ...one, run }))),
    answers: all.flatMap(({ answers }) => answers),
    spans: all.flatMap(({ spans }) => spans),
    parkedSpans: all.flatMap(({ parkedSpans }) => parkedSpans),
    committedByParex: all.some(({ committedByParex }) => committedByParex),
  };
  const why = all.findLast(({ selected }) => selected);
  if (task.status === "pending" && runs.at(-1)?.plan?.foreign && why?.status === "blocked") {
    task.status = "blocked";
  }
  if (task.status !== "blocked" || why?.status !== "blocked") return task;
  const { reason, message, failure, details, next } = why;
  return { ...task, details, next, ...told({ reason, message, failure }) };
}

/** The fields that are there. */
function told<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
