import { topological, withDependencies } from "./graph.ts";
import { fail, ok, type Result } from "./result.ts";
import { unknownTask } from "./suggest.ts";
import type { Task, TaskId } from "./task.ts";

export interface Selection {
  /** To be executed, in the order of the plan. */
  tasks: Task[];
  /** Completed already: they count as done for their dependents. */
  skipped: Task[];
  /** Left `in_progress` or `testing` by a run that is not alive: executed again. */
  leftovers: TaskId[];
}

/** Tasks that are to be done again, and those that wait for nothing but them and what is completed. */
export function withDependents(tasks: readonly Task[], again: readonly TaskId[]): TaskId[] {
  const chosen = new Set(again);
  const done = new Set(tasks.filter(({ status }) => status === "completed").map(({ id }) => id));
  const byId = new Map(tasks.map((task) => [task.id, task]));
  for (const id of topological(tasks)) {
    const { status, dependencies } = byId.get(id) ?? { dependencies: [] };
    const waits = status === "pending" && dependencies.some((other) => chosen.has(other));
    if (waits && dependencies.every((other) => chosen.has(other) || done.has(other))) {
      chosen.add(id);
    }
  }
  return tasks.map(({ id }) => id).filter((id) => chosen.has(id));
}

/** What a run executes of a plan: all that is not completed, or `only` with what it depends on. */
export function select(tasks: readonly Task[], only: readonly TaskId[]): Result<Selection> {
  const ids = new Set(tasks.map(({ id }) => id));
  for (const id of only) {
    if (ids.has(id)) continue;
    return fail(unknownTask(id, ids));
  }
  const wanted = only.length === 0 ? ids : withDependencies(tasks, only);
  const chosen = tasks.filter(({ id }) => wanted.has(id));
  return ok({
    tasks: chosen.filter(({ status }) => status !== "completed"),
    skipped: chosen.filter(({ status }) => status === "completed"),
    leftovers: chosen
      .filter(({ status }) => status === "in_progress" || status === "testing")
      .map(({ id }) => id),
  });
}
