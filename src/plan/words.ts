import { PRIORITIES, type Priority, type Status, STATUSES } from "../domain/task.ts";

/** Words of other dialects for a status, in the spelling of `normal`. */
const STATUS_WORDS: Record<string, Status> = {
  todo: "pending",
  to_do: "pending",
  open: "pending",
  new: "pending",
  ready: "pending",
  ready_for_dev: "pending",
  planned: "pending",
  backlog: "pending",
  not_started: "pending",
  doing: "in_progress",
  wip: "in_progress",
  started: "in_progress",
  active: "in_progress",
  inprogress: "in_progress",
  review: "testing",
  in_review: "testing",
  done: "completed",
  complete: "completed",
  finished: "completed",
  closed: "completed",
  on_hold: "blocked",
};

/** Every word that is read as a status, the longer ones first. */
export const KNOWN_STATUSES = [...STATUSES, ...Object.keys(STATUS_WORDS)]
  .toSorted((a, b) => b.length - a.length);

/** The status that a word means in some dialect; undefined: in none that is known. */
export function statusOf(word: string): Status | undefined {
  return meant(word, STATUSES, STATUS_WORDS);
}

/** The priority that a word means, however it is spelt. */
export function priorityOf(word: string): Priority | undefined {
  return meant(word, PRIORITIES, {});
}

function meant<T extends string>(
  word: string,
  own: readonly T[],
  others: Readonly<Record<string, T>>,
): T | undefined {
  const key = normal(word);
  return own.find((each) => each === key) ?? (Object.hasOwn(others, key) ? others[key] : undefined);
}

function normal(word: string): string {
  return word.trim().toLowerCase().replaceAll(/[\s-]+/g, "_");
}
