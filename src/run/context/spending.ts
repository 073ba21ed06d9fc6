import type { Usage } from "../../domain/event.ts";
import { spentUsd } from "../../domain/prices.ts";
import type { TaskId } from "../../domain/task.ts";

/** Shares of the run's budget at which a person is warned. */
const WARNINGS = [0.75, 0.9];

/** An attempt in progress. */
interface AtWork {
  spent: number;
  /** Its share of the run's budget. */
  share: number;
}

/** What an attempt may cost, by which cap. */
export interface Allowance {
  usd: number;
  scope: "run" | "task";
  capUsd: number;
}

/** What a run has spent, attempt by attempt: as agents report it, else estimated from list prices. */
export class Spending {
  readonly #spent = new Map<TaskId, number>();
  readonly #atWork = new Map<TaskId, AtWork>();
  readonly #warned = new Set<number>();
  #ending = Promise.withResolvers<void>();

  constructor(
    private runCap: number | undefined,
    private readonly taskCap: number | undefined,
  ) {}

  /** Changes the run's budget. Attempts that wait for money check again. */
  setCap(usd: number): void {
    this.runCap = usd;
    this.#ending.resolve();
    this.#ending = Promise.withResolvers();
  }

  /** What a task has cost in earlier processes of the run. */
  carryOver(task: TaskId, usd: number): void {
    this.#spent.set(task, (this.#spent.get(task) ?? 0) + usd);
    this.warnings();
  }

  /** What a task has cost so far, the current attempt included. */
  of(task: TaskId): number {
    return exact((this.#spent.get(task) ?? 0) + (this.#atWork.get(task)?.spent ?? 0));
  }

  get total(): number {
    let sum = 0;
    for (const usd of this.#spent.values()) sum += usd;
    for (const { spent } of this.#atWork.values()) sum += spent;
    return exact(sum);
  }

  /** An attempt begins, and may cost this much. */
  begin(task: TaskId, share = 0): void {
    this.#atWork.set(task, { spent: 0, share });
  }

  /** What the current attempt has cost until now. It never gets less. */
  update(task: TaskId, usage: Usage): void {
    const attempt = this.#atWork.get(task);
    if (attempt) attempt.spent = Math.max(attempt.spent, spentUsd(usage));
  }

  /** The attempt is over. Returns what it cost. */
  end(task: TaskId, usage: Usage): number {
    const cost = usage.cost_usd ?? Math.max(spentUsd(usage), this.#atWork.get(task)?.spent ?? 0);
    this.#atWork.delete(task);
    this.#spent.set(task, (this.#spent.get(task) ?? 0) + cost);
    this.#ending.resolve();
    this.#ending = Promise.withResolvers();
    return cost;
  }

  /** Resolves when the next attempt ends, which frees the unused part of its share. */
  get nextEnd(): Promise<void> {
    return this.#ending.promise;
  }

  /** Whether attempts are in progress. */
  get isAtWork(): boolean {
    return this.#atWork.size > 0;
  }

  /**
   * What the next attempt of a task may cost: what is left of the task's cap, and its share of the run's
   * budget that is neither spent nor reserved, split between `slots` concurrent attempts. Undefined: there is
   * no cap.
   */
  allowance(task: TaskId, slots: number): Allowance | undefined {
    const options: Allowance[] = [];
    if (this.taskCap !== undefined) {
      options.push({
        usd: exact(this.taskCap - this.of(task)),
        scope: "task",
        capUsd: this.taskCap,
      });
    }
    if (this.runCap !== undefined) {
      const others = [...this.#atWork].filter(([other]) => other !== task);
      const given = others.reduce(
        (sum, [, { share, spent }]) => sum + Math.max(0, share - spent),
        0,
      );
      const left = exact(this.runCap - this.total - given);
      const usd = left / Math.max(1, slots - others.length);
      options.push({ usd, scope: "run", capUsd: this.runCap });
    }
    return options.sort((a, b) => a.usd - b.usd)[0];
  }

  /** The warnings that are due, each once: shares of the run's budget that are spent. */
  warnings(): number[] {
    const cap = this.runCap;
    if (cap === undefined) return [];
    const due = WARNINGS.filter((share) => !this.#warned.has(share) && this.total >= share * cap);
    for (const share of due) this.#warned.add(share);
    return due;
  }
}

/** Rounds off the error of binary fractions: such a remainder must not start an agent. */
function exact(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}
