import { scheduleOf } from "../domain/dry_run.ts";
import { findSharing, writtenFiles } from "../domain/overlap.ts";
import type { Problem } from "../domain/plan.ts";
import type { Task } from "../domain/task.ts";

/** What is wrong with a draft. */
export interface Critique {
  /** It is not a valid plan. */
  errors: string[];
  /** It is valid and could be better. */
  advice: string[];
}

/** How parallel a plan is. */
export interface Shape {
  tasks: number;
  /** The longest chain. */
  steps: number;
  /** Tasks of the largest step. */
  width: number;
}

/** Files that a task of an hour or so writes. */
const MOST_FILES = 12;
const MOST_CRITERIA = 12;
/** Two tasks in a row may well be all there is. */
const SMALLEST_CHAIN = 3;

/**
 * Judges drafted tasks by what parex knows: the validator's problems, the schedule, files and
 * tests.
 */
export function criticize(tasks: readonly Task[], problems: readonly Problem[]): Critique {
  const errors = problems.filter(({ severity }) => severity === "error")
    .map(({ message, hint }) => `${message}: ${hint}`);
  const missing = tasks.flatMap(({ id, body }) => [
    ...(body.includes("\n## Tests Required\n") ? [] : [`${id} names no test`]),
    ...(body.includes("\n## Acceptance Criteria\n") ? [] : [`${id} has no acceptance criteria`]),
  ]);
  return { errors, advice: [...missing, ...tooLarge(tasks), ...sharing(tasks), ...chain(tasks)] };
}

/** The steps of a plan and its width. */
export function shapeOf(tasks: readonly Task[]): Shape {
  const sizes = Map.groupBy(scheduleOf(tasks), ({ step }) => step);
  const widths = [...sizes.values()].map(({ length }) => length);
  return { tasks: tasks.length, steps: sizes.size, width: Math.max(0, ...widths) };
}

function tooLarge(tasks: readonly Task[]): string[] {
  return tasks.flatMap(({ id, files, body }) => {
    const count = writtenFiles(files).length;
    const criteria = body.match(/^- \[ \] /gm)?.length ?? 0;
    return [
      ...(count > MOST_FILES
        ? [`${id} changes ${count} files: split it into tasks of one concern`]
        : []),
      ...(criteria > MOST_CRITERIA ? [`${id} has ${criteria} acceptance criteria: split it`] : []),
    ];
  });
}

function sharing(tasks: readonly Task[]): string[] {
  return findSharing(tasks).overlaps.map(({ tasks: [one, other], files }) =>
    `${one} and ${other} may run at the same time and both change ${
      files.join(", ")
    }: put what they ` +
    "share into a task that both wait for, divide the files, or let one wait for the other"
  );
}

function chain(tasks: readonly Task[]): string[] {
  const { steps, width } = shapeOf(tasks);
  if (width > 1 || tasks.length < SMALLEST_CHAIN || steps < tasks.length) return [];
  return [
    `all ${tasks.length} tasks are one chain of ${steps} steps, one task wide: nothing runs in parallel. ` +
    "Let a task wait only for those whose work it needs",
  ];
}
