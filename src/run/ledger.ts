import type { Usage } from "../domain/event.ts";
import type { TaskId } from "../domain/task.ts";

/** What a run has spent, attempt by attempt, as agents report it. */
export class Ledger {
  readonly #spent = new Map<TaskId, number>();
  readonly #atWork = new Map<TaskId, number>();

  constructor(
    private readonly runCap: number | undefined,
    private readonly taskCap: number | undefined,
  ) {}

  /** What a task has cost in earlier processes of the run. */
  carryOver(task: TaskId, usd: number): void {
    this.#spent.set(task, (this.#spent.get(task) ?? 0) + usd);
  }

  /** What a task has cost so far, the attempt under way included. */
  of(task: TaskId): number {
    return (this.#spent.get(task) ?? 0) + (this.#atWork.get(task) ?? 0);
  }

  get total(): number {
    let sum = 0;
    for (const usd of this.#spent.values()) sum += usd;
    for (const usd of this.#atWork.values()) sum += usd;
    return sum;
  }

  /** An attempt begins. */
  begin(task: TaskId): void {
    this.#atWork.set(task, 0);
  }

  /** What the attempt under way has cost until now. */
  update(task: TaskId, usage: Usage): void {
    if (usage.cost_usd !== undefined) this.#atWork.set(task, usage.cost_usd);
  }

  /** The attempt is over. Returns what it cost. */
  end(task: TaskId, usage: Usage): number {
    const cost = usage.cost_usd ?? this.#atWork.get(task) ?? 0;
    this.#atWork.delete(task);
    this.#spent.set(task, (this.#spent.get(task) ?? 0) + cost);
    return cost;
  }

  /**
   * What the next attempt of a task may cost: what is left of the task's cap, and its share of what
   * is left of the run's among those at work. Undefined: there is no cap.
   */
  allowance(task: TaskId): { usd: number; scope: "run" | "task"; capUsd: number } | undefined {
    const options = [];
    if (this.taskCap !== undefined) {
      options.push({
        usd: this.taskCap - this.of(task),
        scope: "task" as const,
        capUsd: this.taskCap,
      });
    }
    if (this.runCap !== undefined) {
      const sharers = new Set([...this.#atWork.keys(), task]).size;
      const usd = (this.runCap - this.total) / sharers;
      options.push({ usd, scope: "run" as const, capUsd: this.runCap });
    }
    return options.sort((a, b) => a.usd - b.usd)[0];
  }
}
