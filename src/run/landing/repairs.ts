import type { TaskId } from "../../domain/task.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { conflictsBetween } from "../../git/merge.ts";
import type { Scope } from "../context/run_context.ts";

interface Repair {
  /** The commit of the base that the task's landing was refused on. */
  onto: string;
  /** The commit of its branch at that time. */
  head: string;
  /** The check that failed on its merge; absent: it conflicts. */
  check?: string | undefined;
  overtaken: number;
}

/**
 * Tasks whose landing was refused and that have not landed since. Other tasks that would fail at the same
 * place wait for them: if all were repaired at once, one could land, and the others would need another
 * repair.
 */
export class Repairs {
  readonly #open = new Map<TaskId, Repair>();

  constructor(private readonly scope: Scope) {}

  /** The task under repair that this one conflicts with, so that it should wait. */
  async holderInConflict(task: TaskId): Promise<TaskId | undefined> {
    if (this.#open.has(task)) return undefined;
    for (const [holder, { head, check }] of this.#open) {
      if (check !== undefined) continue;
      const files = await conflictsBetween(this.scope.repo, head, this.#headOf(task));
      if (files.length > 0) return holder;
    }
    return undefined;
  }

  /** The task under repair because the same check failed on its merge. */
  holderOfCheck(task: TaskId, check: string): TaskId | undefined {
    if (this.#open.has(task)) return undefined;
    return [...this.#open].find(([, repair]) => repair.check === check)?.[0];
  }

  /**
   * Returns a task to its agent. True: it had been repaired on an older commit of the base, and others have
   * landed first. This happens to a task at most as often as there are other tasks.
   */
  async refuse(task: TaskId, onto: string, check?: string): Promise<boolean> {
    const { repo, tasks } = this.scope;
    const before = this.#open.get(task);
    const head = await repo.line(["rev-parse", this.#headOf(task)]);
    const repaired = before !== undefined && before.onto !== onto &&
      await isAncestor(repo, before.onto, head);
    const count = (before?.overtaken ?? 0) + (repaired ? 1 : 0);
    this.#open.set(task, { onto, head, check, overtaken: count });
    return repaired && count <= tasks.size;
  }

  /** The task has landed, or nothing repairs it any more. */
  end(task: TaskId): boolean {
    return this.#open.delete(task);
  }

  has(task: TaskId): boolean {
    return this.#open.has(task);
  }

  #headOf(task: TaskId): string {
    return `refs/heads/${this.scope.repo.branchOf(task)}`;
  }
}
