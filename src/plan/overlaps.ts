import { topological } from "../domain/graph.ts";
import type { Problem } from "../domain/plan.ts";
import type { Task, TaskId } from "../domain/task.ts";
import { listed, type Place, quote, START } from "./problems.ts";

type Finding = Omit<Problem, "file">;

const LISTED_FILES = 50;
/** Dependencies looked at for all files together: this warning is not worth more. */
const STEPS = 2_000_000;

/**
 * Warns of files that tasks change which may run at the same time: no dependency orders them.
 * Tasks on a cycle are passed over.
 */
export function findOverlaps(tasks: readonly Task[], placeOf: (id: TaskId) => Place): Finding[] {
  const order = new Order(tasks);
  const findings: Finding[] = [];
  let overlapping = 0;
  for (const [file, ids] of writersOf(tasks)) {
    const together = order.unordered(ids);
    const [first] = together;
    if (first === undefined || ++overlapping > LISTED_FILES) continue;
    findings.push(overlap(file, together, placeOf(first)));
  }
  if (overlapping > LISTED_FILES) findings.push(moreOverlaps(overlapping - LISTED_FILES));
  if (order.isExhausted) findings.push(unchecked());
  return findings;
}

/** The tasks that are still to do and change each file. */
function writersOf(tasks: readonly Task[]): Map<string, Set<TaskId>> {
  const writers = new Map<string, Set<TaskId>>();
  for (const { id, status, files } of tasks) {
    if (status === "completed") continue;
    for (const file of new Set([...files.create, ...files.modify, ...files.delete])) {
      const ids = writers.get(file);
      if (ids) ids.add(id);
      else writers.set(file, new Set([id]));
    }
  }
  return writers;
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

  /**
   * Those of the tasks that may run beside another one of them. In topological order only
   * neighbours need to be compared: if each waits for the one before it, all are ordered.
   */
  unordered(ids: ReadonlySet<TaskId>): TaskId[] {
    const known = [...ids].filter((id) => this.#positions.has(id));
    const sorted = known.toSorted((a, b) => this.#position(a) - this.#position(b));
    const found = new Set<TaskId>();
    for (const [index, later] of sorted.entries()) {
      const earlier = sorted[index - 1];
      if (earlier === undefined || this.isExhausted || this.#waitsFor(later, earlier)) continue;
      found.add(earlier).add(later);
    }
    return [...found];
  }

  #waitsFor(later: TaskId, earlier: TaskId): boolean {
    const end = this.#position(earlier);
    const seen = new Set<TaskId>([later]);
    for (const id of seen) {
      for (const dependency of this.#dependencies.get(id) ?? []) {
        if (dependency === earlier) return true;
        // What is out of steps is taken for ordered: better no warning than a wrong one.
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

function overlap(file: string, ids: readonly TaskId[], at: Place): Finding {
  return {
    severity: "warning",
    code: "files-overlap",
    ...at,
    message: `tasks that may run at the same time change ${quote(file)}: ${listed(ids)}`,
    hint: "let one depend on the other, or divide the file's changes: merging them may conflict",
  };
}

function moreOverlaps(count: number): Finding {
  return {
    severity: "warning",
    code: "files-overlap",
    ...START,
    message: `${count} more files are changed by tasks that may run at the same time`,
    hint: "merging them may conflict",
  };
}

function unchecked(): Finding {
  return {
    severity: "warning",
    code: "overlaps-unchecked",
    ...START,
    message: "the plan is too large to compare the files of all tasks",
    hint: "look for tasks that change the same files yourself",
  };
}
