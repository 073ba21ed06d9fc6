import type { Failure } from "../../domain/failure.ts";
import type { TaskId } from "../../domain/task.ts";
import { oneLine } from "../escape.ts";
import { reasonWords } from "../words.ts";
import { explain } from "../messages/explain.ts";

/** What became of a task that was to land; neither landed nor failed: the command was interrupted. */
export interface MergedTask {
  task: TaskId;
  sha?: string | undefined;
  /** It had landed before. */
  before?: true | undefined;
  failure?: Failure | undefined;
}

/** What `parex merge` prints: a line for each task, and what to do about those that did not land. */
export function mergeText(
  tasks: readonly MergedTask[],
  worktreeOf: (task: TaskId) => string,
): string {
  if (tasks.length === 0) return "Nothing to land: all completed work has landed.\n";
  return tasks.flatMap((task) => linesOf(task, worktreeOf(task.task))).map((line) => `${line}\n`)
    .join("");
}

function linesOf({ task, sha, before, failure }: MergedTask, worktree: string): string[] {
  const id = oneLine(task);
  if (before) return [`${id}  already landed${sha === undefined ? "" : `  ${sha.slice(0, 10)}`}`];
  if (failure === undefined) {
    return [sha === undefined ? `${id}  not landed` : `${id}  landed  ${sha.slice(0, 10)}`];
  }
  const { message, details, next } = explain(failure, { task, worktree });
  return [
    `${id}  ${reasonWords(failure.reason)}  ${message}`,
    ...details.flatMap((detail) => detail.split("\n")).map((line) => `  ${line}`),
    ...next.map((line) => `  next: ${line}`),
  ];
}
