import { chainLengths } from "./graph.ts";
import { writersOf } from "./overlap.ts";
import { PRIORITIES, type Task, type TaskId } from "./task.ts";

/**
 * Who may work next. Changed in place: a run's machine keeps one board in its context, and copying
 * it on every event would make a run quadratic in the number of its tasks. Plain JSON all the same.
 */
export interface Board {
  /** Agents at work at the same time. */
  jobs: number;
  tasks: Record<TaskId, BoardTask>;
  /** Ready tasks that have not been started, the next one last. */
  ready: TaskId[];
  /** Started tasks that want a place again, the next one first. */
  returning: TaskId[];
  /** Tasks that hold a place. */
  placed: TaskId[];
  /** Started and not settled. */
  live: TaskId[];
  /** For each file that several tasks change, how many of them are live. */
  writers: number[];
}

interface BoardTask {
  /** Place in the order of the schedule, from 0. */
  rank: number;
  dependents: TaskId[];
  /** Selected dependencies that are not completed. */
  unmet: number;
  /** Its dependents wait for it no more. */
  released: boolean;
  /** The files that it shares with other tasks, as places in `writers`. */
  shares: number[];
}

/** Ready tasks that are looked at for one that shares no file with a live one. */
const LOOK_AHEAD = 64;

/**
 * The order of the schedule: priority with what is inherited, then the longest chain of work behind
 * a task, then the order of the plan.
 */
export function scheduleOrder(tasks: readonly Task[]): Task[] {
  const chains = chainLengths(tasks);
  return [...tasks].sort((a, b) =>
    PRIORITIES.indexOf(a.effectivePriority) - PRIORITIES.indexOf(b.effectivePriority) ||
    (chains.get(b.id) ?? 0) - (chains.get(a.id) ?? 0) ||
    a.order - b.order
  );
}

/** A board for the tasks to execute; dependencies outside of them count as done. */
export function makeBoard(tasks: readonly Task[], jobs: number): Board {
  const lists = { ready: [], returning: [], placed: [], live: [], writers: [] };
  const board: Board = { jobs, tasks: {}, ...lists };
  const order = scheduleOrder(tasks);
  for (const [rank, { id }] of order.entries()) {
    board.tasks[id] = { rank, dependents: [], unmet: 0, released: false, shares: [] };
  }
  for (const writers of writersOf(tasks).values()) {
    if (writers.length === 1) continue;
    const file = board.writers.push(0) - 1;
    for (const id of writers) entry(board, id).shares.push(file);
  }
  for (const { id, dependencies } of tasks) {
    for (const dependency of new Set(dependencies)) {
      if (!Object.hasOwn(board.tasks, dependency)) continue;
      entry(board, dependency).dependents.push(id);
      entry(board, id).unmet++;
    }
  }
  board.ready = order.map(({ id }) => id).filter((id) => entry(board, id).unmet === 0).reverse();
  return board;
}

/**
 * The next one to get a place, if there is one: who returns goes before who is new, and of those the
 * first that changes no file which a live task changes too; if all do, the first.
 */
export function next(board: Board): { task: TaskId; how: "start" | "return" } | undefined {
  if (board.placed.length >= board.jobs) return undefined;
  const returning = board.returning[0];
  if (returning !== undefined) return { task: returning, how: "return" };
  const [first] = upcoming(board, 1);
  return first === undefined ? undefined : { task: first, how: "start" };
}

/** Gives a place to the task that `next` named. */
export function place(board: Board, task: TaskId): void {
  if (board.returning[0] === task) board.returning.shift();
  else {
    board.ready.splice(board.ready.lastIndexOf(task), 1);
    board.live.push(task);
    for (const file of entry(board, task).shares) {
      board.writers[file] = liveWriters(board, file) + 1;
    }
  }
  board.placed.push(task);
}

/** A task needs its place no more; nothing happens if it holds none. */
export function freePlace(board: Board, task: TaskId): void {
  drop(board.placed, task);
}

export function wantPlace(board: Board, task: TaskId): void {
  board.returning.push(task);
}

/** A task's dependents need not wait for it any more; those that wait for nothing else get ready. */
export function release(board: Board, task: TaskId): void {
  const released = entry(board, task);
  if (released.released) return;
  released.released = true;
  for (const dependent of released.dependents) {
    const waiting = entry(board, dependent);
    if (--waiting.unmet === 0) insert(board, dependent, waiting.rank);
  }
}

/** A task has come to its end for this run. */
export function settle(board: Board, task: TaskId): void {
  drop(board.placed, task);
  drop(board.returning, task);
  if (!drop(board.live, task)) return;
  for (const file of entry(board, task).shares) board.writers[file] = liveWriters(board, file) - 1;
}

/** A task that had come to its end is ready again. */
export function revive(board: Board, task: TaskId): void {
  if (board.live.includes(task) || board.ready.includes(task)) return;
  insert(board, task, entry(board, task).rank);
}

/** The ready tasks that will be started next, up to `count`, if nothing changes until then. */
export function upcoming(board: Board, count: number): TaskId[] {
  const near = board.ready.slice(-Math.max(count, LOOK_AHEAD)).reverse();
  const { apart = [], overlapping = [] } = Object.groupBy(
    near,
    (id) => overlapsLive(board, id) ? "overlapping" : "apart",
  );
  return [...apart, ...overlapping].slice(0, Math.max(0, count));
}

/** Whether a live task changes a file that this one changes too. */
function overlapsLive(board: Board, task: TaskId): boolean {
  return entry(board, task).shares.some((file) => liveWriters(board, file) > 0);
}

function liveWriters(board: Board, file: number): number {
  return board.writers[file] ?? 0;
}

/** Whether nothing is under way and nothing can be started. */
export function isIdle(board: Board): boolean {
  return board.live.length === 0 && board.ready.length === 0;
}

function insert(board: Board, task: TaskId, rank: number): void {
  let low = 0;
  let high = board.ready.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = board.ready[middle];
    if (other !== undefined && entry(board, other).rank > rank) low = middle + 1;
    else high = middle;
  }
  board.ready.splice(low, 0, task);
}

/** Whether it was in the list. */
function drop(list: TaskId[], task: TaskId): boolean {
  const at = list.indexOf(task);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

function entry(board: Board, task: TaskId): BoardTask {
  const found = board.tasks[task];
  if (!found) throw new Error(`no task ${task} on the board`);
  return found;
}
