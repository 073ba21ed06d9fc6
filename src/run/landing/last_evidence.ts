import type { RunRecord } from "../../domain/record.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Evidence } from "../../report/github/pull_request.ts";
import { runsNewestFirst } from "../../journal/store.ts";

/**
 * For each task, the last run of the plan that worked on it, or another one that `inRun` takes. Tasks
 * without one are left out.
 */
export async function findEvidence(
  commonDir: string,
  identity: string,
  tasks: Iterable<TaskId>,
  inRun = evidenceIn,
): Promise<Map<TaskId, Evidence>> {
  const missing = new Set(tasks);
  const found = new Map<TaskId, Evidence>();
  if (missing.size === 0) return found;
  // A run without a readable journal proves nothing.
  for await (const { record: run } of runsNewestFirst(commonDir, { lenient: true })) {
    if (run.plan?.identity !== identity) continue;
    for (const task of missing) {
      const evidence = inRun(run, task);
      if (evidence === undefined) continue;
      found.set(task, evidence);
      missing.delete(task);
    }
    if (missing.size === 0) break;
  }
  return found;
}

/** What a run has recorded about a task; undefined if it did not work on it. */
export function evidenceIn(run: RunRecord, id: TaskId): Evidence | undefined {
  const task = run.tasks.get(id);
  return task?.selected && (task.commits ?? 0) > 0 ? { run, task } : undefined;
}

/** What a run has recorded about a task that it selected, with or without commits. */
export function attemptsIn(run: RunRecord, id: TaskId): Evidence | undefined {
  const task = run.tasks.get(id);
  return task?.selected ? { run, task } : undefined;
}
