import { findSharing, pairKey } from "./overlap.ts";
import type { PredictedConflict, RunRecord } from "./record.ts";
import type { Task, TaskId } from "./task.ts";

/** What a plan's own words let expect: tasks that may run at the same time and change the same files. */
export function conflictsOfPlan(tasks: readonly Task[]): PredictedConflict[] {
  return findSharing(tasks).overlaps.map((overlap) => ({ ...overlap, basis: "plan" }));
}

/**
 * The conflicts that are still to be expected, one for each pair of tasks: what their branches show
 * counts more than what the plan says.
 */
export function conflictsAhead({ conflicts, tasks }: RunRecord): PredictedConflict[] {
  const byPair = new Map<string, PredictedConflict>();
  for (const conflict of conflicts.predicted) {
    const key = pairKey(conflict.tasks);
    if (conflict.basis === "branches" || !byPair.has(key)) byPair.set(key, conflict);
  }
  const isMerged = (id: TaskId) => tasks.get(id)?.landed?.how === "merge";
  return [...byPair.values()].filter((conflict) => !conflict.tasks.every(isMerged));
}
