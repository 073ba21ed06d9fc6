import type { TaskId } from "../../domain/task.ts";

/** What can wait gives way for this long at most. */
const LONGEST_MS = 100;

/** Tasks whose agents are about to start: what can wait lets them go first. */
export class Starts {
  readonly #tasks = new Set<TaskId>();
  #waiting: (() => void)[] = [];

  begin(task: TaskId): void {
    this.#tasks.add(task);
  }

  /** The task's agent has started, or will not. */
  end(task: TaskId): void {
    this.#tasks.delete(task);
    if (this.#tasks.size > 0) return;
    for (const goOn of this.#waiting) goOn();
    this.#waiting = [];
  }

  /** Waits until no agent is about to start, but not for long. */
  async giveWay(): Promise<void> {
    // Whoever is to take a place that was freed just now begins in this turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (this.#tasks.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LONGEST_MS);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
