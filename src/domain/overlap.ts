import { topological } from "./graph.ts";
import type { FilesToTouch, Task, TaskId } from "./task.ts";

/** Two tasks that change the same files, and that no dependency orders. */
export interface Overlap {
  tasks: [TaskId, TaskId];
  files: string[];
}

/** A file that tasks change which may run at the same time. */
export interface SharedFile {
  file: string;
  /** In topological order; not all where one waits for its neighbour, but not for another one. */
  tasks: TaskId[];
}

/** What a plan says of the files that its tasks change. */
export interface Sharing {
  files: SharedFile[];
  overlaps: Overlap[];
  /** The plan is too large to have compared all of its tasks. */
  partial: boolean;
}

/** Limit on visited dependencies, for all files together. */
const STEPS = 2_000_000;
const MOST_OVERLAPS = 50;
/** Of the tasks that share a file, as many are paired: pairs grow with the square. */
const MOST_PAIRED = 12;

/** The files that a task says it creates, modifies or deletes, each once. */
export function writtenFiles({ create, modify, delete: deleted }: FilesToTouch): string[] {
  return [...new Set([...create, ...modify, ...deleted])];
}

/**
 * The files that several of the tasks change that are still to do. Tasks on a cycle are passed
 * over.
 */
export function findSharing(tasks: readonly Task[]): Sharing {
  const order = new Order(tasks);
  const files: SharedFile[] = [];
  const overlaps = new Map<string, Overlap>();
  const undone = tasks.filter(({ status }) => status !== "completed");
  for (const [file, writers] of writersOf(undone)) {
    const sorted = order.sort(writers);
    const together = order.unordered(sorted);
    if (together.length === 0) continue;
    files.push({ file, tasks: together });
    for (const pair of pairsOf(sorted, order)) note(overlaps, pair, file);
  }
  return { files, overlaps: [...overlaps.values()], partial: order.isExhausted };
}

/** The tasks that change each file. */
export function writersOf(tasks: readonly Pick<Task, "id" | "files">[]): Map<string, TaskId[]> {
  const writers = new Map<string, TaskId[]>();
  for (const { id, files } of tasks) {
    for (const file of writtenFiles(files)) {
      const ids = writers.get(file);
      if (ids) ids.push(id);
      else writers.set(file, [id]);
    }
  }
  return writers;
}

function note(overlaps: Map<string, Overlap>, tasks: [TaskId, TaskId], file: string): void {
  const key = pairKey(tasks);
  const known = overlaps.get(key);
  if (known) known.files.push(file);
  else if (overlaps.size < MOST_OVERLAPS) overlaps.set(key, { tasks, files: [file] });
}

/** Names two tasks, whichever comes first. An id holds no space. */
export function pairKey(tasks: readonly [TaskId, TaskId]): string {
  return tasks.toSorted().join(" ");
}

function* pairsOf(ids: readonly TaskId[], order: Order): Generator<[TaskId, TaskId]> {
  const paired = ids.slice(0, MOST_PAIRED);
  for (const [index, later] of paired.entries()) {
    for (const earlier of paired.slice(0, index)) {
      if (!order.waitsFor(later, earlier)) yield [earlier, later];
    }
  }
}

/** Answers which tasks a chain of dependencies orders. */
class Order {
  readonly #positions: Map<TaskId, number>;
  readonly #dependencies: Map<TaskId, TaskId[]>;
  #stepsLeft = STEPS;

  constructor(tasks: readonly Task[]) {
    this.#positions = new Map(topological(tasks).map((id, position) => [id, position]));
    this.#dependencies = new Map(tasks.map(({ id, dependencies }) => [id, dependencies]));
  }

  get isExhausted(): boolean {
    return this.#stepsLeft <= 0;
  }

  /** The tasks in topological order, each once: a plan with errors may hold an id twice. */
  sort(ids: readonly TaskId[]): TaskId[] {
    const known = [...new Set(ids)].filter((id) => this.#positions.has(id));
    return known.toSorted((a, b) => this.#position(a) - this.#position(b));
  }

  /**
   * Of tasks in topological order, those that do not wait for the one before them, and those before
   * them. There are none only if all are ordered.
   */
  unordered(sorted: readonly TaskId[]): TaskId[] {
    const found = new Set<TaskId>();
    for (const [index, later] of sorted.entries()) {
      const earlier = sorted[index - 1];
      if (earlier === undefined || this.waitsFor(later, earlier)) continue;
      found.add(earlier).add(later);
    }
    return [...found];
  }

  /** Whether `later`, which comes after `earlier` in topological order, depends on it. */
  waitsFor(later: TaskId, earlier: TaskId): boolean {
    // What is out of steps is taken for ordered: better no warning than a wrong one.
    if (this.isExhausted) return true;
    const end = this.#position(earlier);
    const seen = new Set<TaskId>([later]);
    for (const id of seen) {
      for (const dependency of this.#dependencies.get(id) ?? []) {
        if (dependency === earlier) return true;
        if (--this.#stepsLeft <= 0) return true;
        if (this.#position(dependency) > end) seen.add(dependency);
      }
    }
    return false;
  }

  #position(id: TaskId): number {
    return this.#positions.get(id) ?? -1;
  }
}
