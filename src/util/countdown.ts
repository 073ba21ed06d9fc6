/** Polling interval. */
const STEP_MS = 1_000;
/** If a poll is later than this, the process was stopped. */
const LATE_MS = 1_000;

export interface Countdown {
  /** Starts the time again. Cheap: an agent may print millions of lines. */
  restart(): void;
  stop(): void;
}

/** Time as it passes for this process. */
export interface Clock {
  /** Milliseconds that only go up. */
  now(): number;
  /** Calls back once, after at least this time; returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Calls back when this process has been awake for so long. Time in which it was stopped (Ctrl-Z),
 * or the machine slept, does not count: no output could be seen meanwhile.
 */
export function countdown(ms: number, over: () => void, clock: Clock = CLOCK): Countdown {
  let left = ms;
  let last = clock.now();
  let cancel = () => {};
  const arm = () => {
    const step = Math.min(left, STEP_MS);
    cancel = clock.after(step, () => {
      const now = clock.now();
      // After a restart the time since then is shorter than the step.
      left -= Math.min(now - last, step + LATE_MS);
      last = now;
      if (left <= 0) over();
      else arm();
    });
  };
  arm();
  return {
    restart() {
      left = ms;
      last = clock.now();
    },
    stop: () => cancel(),
  };
}
