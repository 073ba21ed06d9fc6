import { GRACE_MS } from "./kill.ts";
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

/** Bound on a command that touches no network, git's hooks and filters included. */
const LOCAL_TIMEOUT_MS = 10 * 60_000;
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
    this.#stopClock = limitTime(limits.timeoutMs ?? LOCAL_TIMEOUT_MS, limits.slow, () => {
      this.ending = end(GRACE_MS);
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
