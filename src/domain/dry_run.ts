import { scheduleOrder } from "./scheduler.ts";
import type { CostEstimate } from "./estimate.ts";
import { topological } from "./graph.ts";
import { branchOf, worktreeOf } from "./names.ts";
import type { PredictedConflict } from "./record.ts";
import type { Land } from "./settings.ts";
import type { Priority, Task, TaskId } from "./task.ts";

export interface ScheduledTask {
  id: TaskId;
  name: string;
  priority: Priority;
  branch: string;
  /** Relative to the repository's root. */
  worktree: string;
  /** Selected dependencies, which must be completed first. */
  after: TaskId[];
  /** Earliest step, from 1: tasks of one step do not wait for each other. */
  step: number;
}

/** What executing a plan would do. */
export interface Schedule {
  plan: { name: string; path: string };
  base: string;
  /** How completed work will land on the base. */
  land: Land;
  jobs: number;
  agent: string;
  /** Absent: the agent's own default. */
  model?: string | undefined;
  cost: CostEstimate;
  /** Setup first, then the checks, in the order in which they are run. */
  checks: { name: string; command: string; from: string }[];
  tasks: ScheduledTask[];
  /** Completed already. */
  skipped: TaskId[];
  /** Completed already, and not landed: they only land. */
  unlanded: TaskId[];
  /** Predicted from the files that the plan names. */
  conflicts: PredictedConflict[];
  warnings: string[];
}

/** The tasks to execute, by step, in the order in which they get slots. */
export function scheduleOf(
  tasks: readonly Task[],
  branch: (task: TaskId) => string = branchOf,
): ScheduledTask[] {
  const steps = stepsOf(tasks);
  return scheduleOrder(tasks)
    .map(({ id, name, effectivePriority, dependencies }) => ({
      id,
      name,
      priority: effectivePriority,
      branch: branch(id),
      worktree: worktreeOf(id),
      after: dependencies.filter((dependency) => steps.has(dependency)),
      step: steps.get(id) ?? 1,
    }))
    .sort((a, b) => a.step - b.step);
}

function stepsOf(tasks: readonly Task[]): Map<TaskId, number> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const steps = new Map<TaskId, number>();
  for (const id of topological(tasks)) {
    const before = byId.get(id)?.dependencies.map((dependency) => steps.get(dependency) ?? 0) ?? [];
    steps.set(id, before.reduce((latest, step) => Math.max(latest, step), 0) + 1);
  }
  return steps;
}
