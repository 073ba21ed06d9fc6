import type { CommandFailure } from "../../domain/failure.ts";
import { worktreeOf } from "../../domain/names.ts";
import type { TaskId } from "../../domain/task.ts";
import { shellWord } from "../escape.ts";

/** A failure in words. */
export interface Explanation {
  /** What happened and where, in one sentence. */
  message: string;
  /** Details: paths, the tail of an output. */
  details: string[];
  /** What to do next, a line each; commands as they are typed. */
  next: string[];
}

/** Where a failure happened, if that is known. */
export interface About {
  task?: TaskId | undefined;
  /** The plan itself specifies the task; it has no task file. */
  inline?: boolean;
  /** The path of its worktree, for people; absent: it is below the checkout's link. */
  worktree?: string | undefined;
}

/** The path of a task's worktree, as a word of the shell; undefined without a task. */
export function worktreeWord({ task, worktree }: About): string | undefined {
  return task === undefined ? undefined : shellWord(worktree ?? worktreeOf(task));
}

/** Where a task is specified. */
export function specification({ task, inline }: About): string {
  return inline ? `the plan's entry of ${task ?? "<task>"}` : "the task file";
}

/** A list that is cut names how much is missing. */
export function atMost(items: string[], limit: number, total = items.length): string[] {
  if (items.length <= limit && total <= items.length) return items;
  const shown = items.slice(0, limit);
  return [...shown, `… and ${total - shown.length} more`];
}

/** How to make parex do a blocked task again. */
export function retry(about: About): string {
  return `parex retry ${about.task === undefined ? "<task>" : shellWord(about.task)}`;
}

/** The end of what a command printed. */
export function tailOf(failed: CommandFailure): string[] {
  return linesOf(failed.tail);
}

export function linesOf(text: string): string[] {
  const trimmed = text.trimEnd();
  return trimmed === "" ? [] : trimmed.split(/\r?\n/);
}

/** How a command ended, as the end of a sentence. */
export function endingWords(exitCode: number | null): string {
  return exitCode === null ? "was killed or timed out" : `failed with exit code ${exitCode}`;
}

/** Which check is missing, and where the base has it. */
export function missingCheckWords(
  check: string,
  command: string,
  { from, base }: NonNullable<CommandFailure["gone"]>,
): string {
  return `${check}: ${command}, from ${from} on ${base}`;
}

export function fullLog(log: string | undefined): string[] {
  return log === undefined ? [] : [`full output: ${shellWord(log)}`];
}
