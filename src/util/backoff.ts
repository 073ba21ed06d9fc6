import { setTimeout as setTimeoutPromise } from "node:timers/promises";

const FIRST_MS = 15_000;
const LONGEST_MS = 15 * 60_000;

/** How long to wait for a limit or an overload whose end the agent did not report. */
export class Backoff {
  readonly #count = new Map<string, number>();

  /** Waits since the last success. */
  count(whose: string): number {
    return this.#count.get(whose) ?? 0;
  }

  /**
   * Milliseconds: doubled each time, up to 15 minutes, with jitter so that tasks spread out. With
   * `anew` it starts again from the first wait: the previous obstacle is over.
   */
  next(whose: string, { anew = false } = {}): number {
    const count = anew ? 0 : this.#count.get(whose) ?? 0;
    this.#count.set(whose, count + 1);
    return Math.min(FIRST_MS * 2 ** count, LONGEST_MS) * (0.75 + Math.random() / 2);
  }
}

/** Waits so many milliseconds, or less if the signal comes. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeoutPromise(ms, undefined, { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/**
 * Waits until then, by the wall clock, or until the signal. The time while the machine sleeps
 * counts.
 */
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

/** Waits until the promise is settled or the signal comes. */
export async function settledOrAborted(
  promise: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const giveUp = () => resolve();
  signal.addEventListener("abort", giveUp, { once: true });
  await Promise.race([promise, aborted]);
  signal.removeEventListener("abort", giveUp);
}

/** A timer counts only time awake, so the clock is polled. */
const LOOK_MS = 1_000;
