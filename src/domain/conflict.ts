import { findSharing, pairKey } from "./overlap.ts";
import type { PredictedConflict, RunRecord } from "./record.ts";
import type { Task, TaskId } from "./task.ts";

/**
 * Conflicts that the plan itself predicts: tasks that may run at the same time and change the same
 * files.
 */
export function conflictsOfPlan(tasks: readonly Task[]): PredictedConflict[] {
  return findSharing(tasks).overlaps.map((overlap) => ({ ...overlap, basis: "plan" }));
}

/** A predicted conflict, and whether a merge had it. */
export type CheckedPrediction = PredictedConflict & { met: boolean };

/** All that was predicted in a run, one for each pair of tasks. */
export function checkedPredictions(record: RunRecord): CheckedPrediction[] {
  return onePerPair(record).map((conflict) => ({
    ...conflict,
    met: record.conflicts.met.some(({ task, between }) =>
      conflict.tasks.includes(task) && conflict.tasks.every((id) => between.includes(id))
    ),
  }));
}

/** The conflicts that are still to be expected, one for each pair of tasks. */
export function expectedConflicts(record: RunRecord): PredictedConflict[] {
  const isMerged = (id: TaskId) => record.tasks.get(id)?.landed?.how === "merge";
  return onePerPair(record).filter(({ tasks }) => !tasks.every(isMerged));
}

/** A conflict of two branches replaces the plan's prediction. */
function onePerPair({ conflicts }: RunRecord): PredictedConflict[] {
  const byPair = new Map<string, PredictedConflict>();
  for (const conflict of conflicts.predicted) {
    const key = pairKey(conflict.tasks);
    if (conflict.basis === "branches" || !byPair.has(key)) byPair.set(key, conflict);
  }
  return [...byPair.values()];
}
