import type { TaskId } from "./task.ts";

/** A task's merge commit. */
export interface Step {
  task: TaskId;
  sha: string;
}

/** Tasks that are merged one on another and checked once, where the last of them ends. */
export interface Entry {
  steps: Step[];
  /** The commit that the first is merged onto. */
  onto: string;
  /** The last step's commit, which is checked. */
  sha: string;
  verdict: "open" | "green" | "red";
}

/**
 * The completed tasks on their way to the base. Each entry of the stack is merged onto the one before it,
 * the first onto the base's tip; all are checked at the same time, and the base moves over those that
 * passed, in order. Changed in place by the functions below, which do nothing else.
 */
export interface Pipeline {
  /** The base's newest commit; absent: it must be read first. */
  tip?: string | undefined;
  stack: Entry[];
  /** Groups that are merged before those that wait: what was in the stack, halves, repaired ones. */
  queue: TaskId[][];
  /** In the order in which they completed. */
  waiting: TaskId[];
  /** Red where what is below them has not landed: whose fault that is, is still open. */
  suspects: Entry[];
  /** Tasks that conflict with the stack, which may never land: they wait until it changes. */
  apart: TaskId[];
  /** Tasks that wait for the return of another one that is being repaired. */
  held: Map<TaskId, TaskId>;
}

export type Move =
  /** The first of these are checked: the base moves over them. */
  | { kind: "land"; entries: Entry[] }
  /** Red on what the base has: it goes back. */
  | { kind: "refuse"; entry: Entry }
  | { kind: "merge"; tasks: TaskId[]; onto: string }
  /** The base's tip must be read: then `setTip`. */
  | { kind: "find_tip" }
  | { kind: "rest" };

/** A pipeline that nobody is in. */
export function emptyPipeline(): Pipeline {
  return { stack: [], queue: [], waiting: [], suspects: [], apart: [], held: new Map() };
}

/** What is to be done next, with up to `window` entries of `batch` tasks each in the stack. */
export function nextMove(line: Pipeline, window: number, batch: number): Move {
  const { stack, queue, waiting, tip } = line;
  const open = stack.findIndex(({ verdict }) => verdict !== "green");
  const green = stack.slice(0, open < 0 ? stack.length : open);
  if (green.length > 0) return { kind: "land", entries: green };
  const guilty = line.suspects.find(({ onto }) => onto === tip);
  if (guilty) return { kind: "refuse", entry: guilty };
  if (stack.length >= window || queue.length + waiting.length === 0) {
    // What others do to the base meanwhile is looked at when the next one comes.
    if (stack.length === 0 && line.suspects.length === 0) line.tip = undefined;
    return { kind: "rest" };
  }
  if (tip === undefined) return { kind: "find_tip" };
  const tasks = queue.shift() ?? waiting.splice(0, Math.max(1, batch));
  return { kind: "merge", tasks, onto: stack.at(-1)?.sha ?? tip };
}

/** A task has completed. One that returns from a repair comes first: the others waited for it. */
export function join(line: Pipeline, task: TaskId, returns: boolean): void {
  if (returns) line.queue.unshift([task]);
  else line.waiting.push(task);
}

export function setTip(line: Pipeline, tip: string): void {
  line.tip = tip;
}

/** A group is merged: its steps, if any, are on the stack. */
export function merged(line: Pipeline, onto: string, steps: Step[]): Entry | undefined {
  const sha = steps.at(-1)?.sha;
  if (sha === undefined) return undefined;
  const entry: Entry = { steps, onto, sha, verdict: sha === onto ? "green" : "open" };
  line.stack.push(entry);
  return entry;
}

/** It conflicts with the stack alone. */
export function setApart(line: Pipeline, task: TaskId): void {
  line.apart.push(task);
}

/** It waits until `holder` has landed or is given up. */
export function hold(line: Pipeline, task: TaskId, holder: TaskId): void {
  line.held.set(task, holder);
}

/** An entry's checks have come to their end. What is above a red one is merged anew without it. */
export function judge(line: Pipeline, sha: string, passed: boolean): void {
  const at = line.stack.findIndex((entry) => entry.sha === sha);
  const entry = line.stack[at];
  if (!entry) return;
  entry.verdict = passed ? "green" : "red";
  if (passed) return;
  const above = line.stack.splice(at).slice(1);
  const [first, ...rest] = tasksOf(entry);
  if (first !== undefined && rest.length > 0) {
    // Some of them do not pass together: the halves are tried one after the other.
    const tasks = [first, ...rest];
    const middle = Math.ceil(tasks.length / 2);
    changed(line, [tasks.slice(0, middle), tasks.slice(middle), ...above.map(tasksOf)]);
  } else {
    line.suspects.push(entry);
    changed(line, above.map(tasksOf));
  }
}

/** The base has moved over these, the first of the stack. */
export function landed(line: Pipeline, entries: readonly Entry[]): Entry[] {
  line.stack.splice(0, entries.length);
  line.tip = entries.at(-1)?.sha;
  // The base was there, if only for a moment: what was red on it is to blame itself.
  const over = new Set(entries.map(({ sha }) => sha));
  const guilty = line.suspects.filter(({ onto }) => over.has(onto) && onto !== line.tip);
  line.suspects = line.suspects.filter((entry) => !guilty.includes(entry));
  for (const task of entries.flatMap(tasksOf)) release(line, task);
  changed(line, []);
  return guilty;
}

/** These leave the pipeline, whatever becomes of them; what is above them is merged anew. */
export function leave(line: Pipeline, tasks: readonly TaskId[]): void {
  const stays = (task: TaskId) => !tasks.includes(task);
  const at = line.stack.findIndex((entry) => !tasksOf(entry).every(stays));
  const anew = at < 0 ? [] : line.stack.splice(at).map(tasksOf);
  line.suspects = line.suspects.filter((entry) => tasksOf(entry).every(stays));
  line.apart = line.apart.filter(stays);
  line.waiting = line.waiting.filter(stays);
  for (const task of tasks) line.held.delete(task);
  const left = (groups: TaskId[][]) =>
    groups.map((group) => group.filter(stays)).filter((group) => group.length > 0);
  line.queue = left(line.queue);
  if (at >= 0) changed(line, left(anew));
}

/** Nobody waits for this task any more: it has landed, or is given up. */
export function release(line: Pipeline, holder: TaskId): void {
  const free = [...line.held].filter(([, by]) => by === holder).map(([task]) => task);
  for (const task of free) line.held.delete(task);
  line.queue.unshift(...free.map((task) => [task]));
}

/** The base is not where it was: all is merged anew, on what it has now. */
export function startOver(line: Pipeline): void {
  const stack = line.stack.splice(0);
  line.tip = undefined;
  changed(line, stack.map(tasksOf));
}

/** The stack is another one: what waited for that is tried again, after what was in the stack. */
function changed(line: Pipeline, first: TaskId[][]): void {
  const below = new Set([line.tip, ...line.stack.map(({ sha }) => sha)]);
  const lost = line.suspects.filter(({ onto }) => !below.has(onto));
  line.suspects = line.suspects.filter((entry) => !lost.includes(entry));
  const apart = line.apart.splice(0).map((task) => [task]);
  line.queue.unshift(...lost.map(tasksOf), ...first, ...apart);
}

export function tasksOf({ steps }: Entry): TaskId[] {
  return steps.map(({ task }) => task);
}
