import type { TaskId } from "../domain/task.ts";

const FIRST_MS = 15_000;
const LONGEST_MS = 15 * 60_000;

/** How long to wait for a limit or an overload of which the agent did not say when it is over. */
export class Waits {
  readonly #count = new Map<TaskId, number>();

  /** Milliseconds: doubled each time, up to 15 minutes, with jitter so that tasks spread out. */
  next(task: TaskId): number {
    const count = this.#count.get(task) ?? 0;
    this.#count.set(task, count + 1);
    return Math.min(FIRST_MS * 2 ** count, LONGEST_MS) * (0.75 + Math.random() / 2);
  }
}

/** Waits until then, in wall time, or until the signal. A sleeping machine's clock goes on. */
export function until(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const left = time - Date.now();
      if (left <= 0 || signal.aborted) return done();
      timer = setTimeout(look, Math.min(left, LOOK_MS));
    };
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    signal.addEventListener("abort", done, { once: true });
    look();
  });
}

/** A timer counts awake time only, so the clock is looked at now and then. */
const LOOK_MS = 5_000;
