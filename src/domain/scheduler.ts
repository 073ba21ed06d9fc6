import { chainLengths } from "./graph.ts";
import { writersOf } from "./overlap.ts";
import {
  addTo,
  countAt,
  type Counts,
  countsOf,
  has,
  isEmpty,
  type NumberSet,
  numberSet,
  smallest,
  withMember,
  withoutMember,
} from "./persistent.ts";
import { PRIORITIES, type Task, type TaskId } from "./task.ts";

/**
 * Which task works next. A value that never changes: each function returns a new board that shares
 * nearly all of the old one, so that a run's machine can keep it in its context.
 */
export interface Board {
  /** Slots: agents at work at the same time. */
  readonly jobs: number;
  readonly graph: Graph;
  /** By rank: the selected dependencies that a task still waits for. */
  readonly unmet: Counts;
  /** Ranks of the tasks whose dependents no longer wait for them. */
  readonly released: NumberSet;
  /** Ranks of the tasks that can be started. */
  readonly ready: NumberSet;
  /** Started tasks that want a slot again, the next one first. */
  readonly returning: readonly TaskId[];
  /** Tasks that hold a slot. */
  readonly slotted: readonly TaskId[];
  /** Tasks that have started and have not settled. */
  readonly live: readonly TaskId[];
  /** For each file that several tasks change, how many of them are live. */
  readonly writers: Counts;
}

/** What a plan says about its tasks. A rank is a position in the order of the schedule, from 0. */
interface Graph {
  /** By rank. */
  readonly order: readonly TaskId[];
  readonly ranks: Readonly<Record<TaskId, number>>;
  /** By rank: the ranks of the tasks that wait for this one. */
  readonly dependents: readonly (readonly number[])[];
  /** By rank: the files that a task shares with others, as indices into `writers`. */
  readonly shares: readonly (readonly number[])[];
}

/** A task gets a slot: to start, or for another attempt. */
export interface Turn {
  task: TaskId;
  how: "start" | "return";
}

/** How many ready tasks are searched for one that shares no file with a live one. */
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
  const order = scheduleOrder(tasks).map(({ id }) => id);
  const ranks = new Map(order.map((id, rank) => [id, rank]));
  const rank = (id: TaskId) => ranks.get(id) ?? -1;
  const unmet = order.map(() => 0);
  const dependents: number[][] = order.map(() => []);
  const shares: number[][] = order.map(() => []);
  for (const { id, dependencies } of tasks) {
    const selected = [...new Set(dependencies)].filter((dependency) => ranks.has(dependency));
    for (const dependency of selected) dependents[rank(dependency)]?.push(rank(id));
    unmet[rank(id)] = selected.length;
  }
  const shared = [...writersOf(tasks).values()].filter((writers) => writers.length > 1);
  for (const [file, writers] of shared.entries()) {
    for (const id of writers) shares[rank(id)]?.push(file);
  }
  const ready = order.keys().filter((at) => unmet[at] === 0);
  return {
    jobs,
    graph: { order, ranks: Object.fromEntries(ranks), dependents, shares },
    unmet: countsOf(unmet),
    released: numberSet(order.length),
    ready: numberSet(order.length, ready),
    returning: [],
    slotted: [],
    live: [],
    writers: countsOf(shared.map(() => 0)),
  };
}

/**
 * The task that gets the next slot, if there is one: one that returns goes before a new one; of the
 * new ones, the first that changes no file of a live task; if all do, the first.
 */
export function next(board: Board): Turn | undefined {
  if (board.slotted.length >= board.jobs) return undefined;
  const returning = board.returning[0];
  if (returning !== undefined) return { task: returning, how: "return" };
  const [first] = upcoming(board, 1);
  return first === undefined ? undefined : { task: first, how: "start" };
}

/** Gives every free slot to the task that is next. */
export function fillSlots(board: Board): { board: Board; turns: Turn[] } {
  const turns: Turn[] = [];
  for (let turn = next(board); turn; turn = next(board)) {
    board = takeSlot(board, turn);
    turns.push(turn);
  }
  return { board, turns };
}

/** Gives a slot to the task that `next` named. */
export function takeSlot(board: Board, { task, how }: Turn): Board {
  const slotted = [...board.slotted, task];
  if (how === "return") return { ...board, slotted, returning: without(board.returning, task) };
  return {
    ...board,
    slotted,
    ready: withoutMember(board.ready, rankOf(board, task)),
    live: [...board.live, task],
    writers: countWriter(board, task, 1),
  };
}

/** A task no longer needs its slot; nothing changes if it holds none. */
export function freeSlot(board: Board, task: TaskId): Board {
  return { ...board, slotted: without(board.slotted, task) };
}

/** A started task needs a slot for another attempt. */
export function wantSlot(board: Board, task: TaskId): Board {
  return { ...board, returning: [...board.returning, task] };
}

/** A task's dependents no longer wait for it; those that wait for nothing else become ready. */
export function release(board: Board, task: TaskId): Board {
  const rank = rankOf(board, task);
  if (has(board.released, rank)) return board;
  let { unmet, ready } = board;
  for (const dependent of board.graph.dependents[rank] ?? []) {
    unmet = addTo(unmet, dependent, -1);
    if (countAt(unmet, dependent) === 0) ready = withMember(ready, dependent);
  }
  return { ...board, released: withMember(board.released, rank), unmet, ready };
}

/** A task is over for this run. */
export function settle(board: Board, task: TaskId): Board {
  if (!board.live.includes(task)) return board;
  return {
    ...board,
    slotted: without(board.slotted, task),
    returning: without(board.returning, task),
    live: without(board.live, task),
    writers: countWriter(board, task, -1),
  };
}

/** A task that was over is ready again. */
export function reopen(board: Board, task: TaskId): Board {
  if (board.live.includes(task)) return board;
  return { ...board, ready: withMember(board.ready, rankOf(board, task)) };
}

/** The ready tasks that will be started next, up to `count`, if nothing changes until then. */
export function upcoming(board: Board, count: number): TaskId[] {
  const near = smallest(board.ready, Math.max(count, LOOK_AHEAD));
  const { apart = [], overlapping = [] } = Object.groupBy(
    near,
    (rank) => overlapsLive(board, rank) ? "overlapping" : "apart",
  );
  return [...apart, ...overlapping].slice(0, Math.max(0, count)).map((rank) => taskAt(board, rank));
}

/** Whether nothing is in progress and nothing can be started. */
export function isIdle({ live, ready }: Board): boolean {
  return live.length === 0 && isEmpty(ready);
}

/** Whether a live task changes a file that this one changes too. */
function overlapsLive({ graph, writers }: Board, rank: number): boolean {
  return graph.shares[rank]?.some((file) => countAt(writers, file) > 0) ?? false;
}

function countWriter(board: Board, task: TaskId, change: 1 | -1): Counts {
  const files = board.graph.shares[rankOf(board, task)] ?? [];
  return files.reduce((writers, file) => addTo(writers, file, change), board.writers);
}

function without(list: readonly TaskId[], task: TaskId): readonly TaskId[] {
  const at = list.indexOf(task);
  return at < 0 ? list : list.toSpliced(at, 1);
}

function taskAt({ graph }: Board, rank: number): TaskId {
  const task = graph.order[rank];
  if (task === undefined) throw new Error(`no task of rank ${rank} on the board`);
  return task;
}

function rankOf({ graph }: Board, task: TaskId): number {
  const rank = Object.hasOwn(graph.ranks, task) ? graph.ranks[task] : undefined;
  if (rank === undefined) throw new Error(`no task ${task} on the board`);
  return rank;
}
