import { TIMEOUTS } from "../domain/timeouts.ts";
import { onShutdown } from "./shutdown.ts";
import { limitTime, type SlowPart } from "./time_limit.ts";

export interface Limits {
  /** Milliseconds after which the command and its children are ended. */
  timeoutMs?: number | undefined;
  /** A part of the command with a time of its own. */
  slow?: SlowPart | undefined;
  /** Ends the command and its children before they are done. */
  signal?: AbortSignal | undefined;
}

const MIN_GRACE_MS = 1_000;

/** A short command of parex's own, which is ended by its time-out, a signal or the end of parex. */
export class Supervision implements Disposable {
  /** Set when parex ends the command; its children may outlive it until this resolves. */
  ending: Promise<void> | undefined;
  readonly #stopClock: () => void;
  readonly #forget: () => void;
  readonly #abort = () => {
    this.ending ??= this.end(MIN_GRACE_MS);
  };

  /** `end` ends everything of the command. */
  constructor(
    private readonly limits: Limits,
    private readonly end: (graceMs: number) => Promise<void>,
  ) {
    this.#stopClock = limitTime(limits.timeoutMs ?? TIMEOUTS.localCommand, limits.slow, () => {
      this.ending = end(TIMEOUTS.termination);
    });
    limits.signal?.addEventListener("abort", this.#abort, { once: true });
    // git removes its locks when it is asked to end, so it is never just killed.
    this.#forget = onShutdown((graceMs) => end(Math.max(graceMs, MIN_GRACE_MS)));
  }

  get timedOut(): boolean {
    return this.ending !== undefined && !this.limits.signal?.aborted;
  }

  [Symbol.dispose](): void {
    this.#stopClock();
    this.limits.signal?.removeEventListener("abort", this.#abort);
    this.#forget();
  }
}
