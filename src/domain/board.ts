import { chainLengths } from "./graph.ts";
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
}

interface BoardTask {
  /** Place in the order of the schedule, from 0. */
  rank: number;
  dependents: TaskId[];
  /** Selected dependencies that are not completed. */
  unmet: number;
  /** Its dependents wait for it no more. */
  released: boolean;
}

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
  const board: Board = { jobs, tasks: {}, ready: [], returning: [], placed: [], live: [] };
  const order = scheduleOrder(tasks);
  for (const [rank, { id }] of order.entries()) {
    board.tasks[id] = { rank, dependents: [], unmet: 0, released: false };
  }
  for (const { id, dependencies } of tasks) {
    for (const dependency of new Set(dependencies)) {
      const upstream = board.tasks[dependency];
      if (!upstream) continue;
      upstream.dependents.push(id);
      entry(board, id).unmet++;
    }
  }
  board.ready = order.map(({ id }) => id).filter((id) => entry(board, id).unmet === 0).reverse();
  return board;
}

/** The next one to get a place, if there is one: who returns goes before who is new. */
export function next(board: Board): { task: TaskId; how: "start" | "return" } | undefined {
  if (board.placed.length >= board.jobs) return undefined;
  const returning = board.returning[0];
  if (returning !== undefined) return { task: returning, how: "return" };
  const ready = board.ready.at(-1);
  return ready === undefined ? undefined : { task: ready, how: "start" };
}

/** Gives a place to the task that `next` named. */
export function place(board: Board, task: TaskId): void {
  if (board.returning[0] === task) board.returning.shift();
  else {
    board.ready.pop();
    board.live.push(task);
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
  drop(board.live, task);
}

/** The ready tasks that will be started next, up to `count`. */
export function upcoming(board: Board, count: number): TaskId[] {
  return count <= 0 ? [] : board.ready.slice(-count).reverse();
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

function drop(list: TaskId[], task: TaskId): void {
  const at = list.indexOf(task);
  if (at >= 0) list.splice(at, 1);
}

function entry(board: Board, task: TaskId): BoardTask {
  const found = board.tasks[task];
  if (!found) throw new Error(`no task ${task} on the board`);
  return found;
}
