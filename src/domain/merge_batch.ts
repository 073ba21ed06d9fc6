import type { TaskId } from "./task.ts";

/** The order in which completed tasks are merged. Changed in place. */
export interface MergeLine {
  /** Parts of what has to be taken apart, and what dropped out of a batch; they come first. */
  parts: TaskId[][];
  /** In the order in which they completed. */
  waiting: TaskId[];
}

/** A line in which nobody waits. */
export function emptyLine(): MergeLine {
  return { parts: [], waiting: [] };
}

/** Takes the tasks that are merged one on another and checked once, `size` at most. */
export function takeBatch(line: MergeLine, size: number): TaskId[] {
  return line.parts.shift() ?? line.waiting.splice(0, Math.max(1, size));
}

/**
 * Some of a batch do not pass together: its halves are tried one after the other, the second on what
 * the first has come to.
 */
export function halve(line: MergeLine, batch: readonly TaskId[]): void {
  const middle = Math.ceil(batch.length / 2);
  line.parts.unshift(batch.slice(0, middle), batch.slice(middle));
}

/** Tasks that conflict with others of their batch, which may never land: each is tried by itself. */
export function dropOut(line: MergeLine, tasks: readonly TaskId[]): void {
  line.parts.unshift(...tasks.map((task) => [task]));
}
