/** How often it is looked at what is left. */
const STEP_MS = 1_000;
/** A look that comes later than this beyond its time was held up: the process was stopped. */
const LATE_MS = 1_000;

export interface Countdown {
  /** All of the time is left again. Cheap: an agent may print millions of signs of life. */
  restart(): void;
  stop(): void;
}

/** Time as it passes for this process. */
export interface Clock {
  /** Milliseconds that only go up. */
  now(): number;
  /** Calls back once, this much later or later still; returns what calls that off. */
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
 * Calls back when this process has been awake for so long. Time in which it was stopped (Ctrl-Z), or
 * the machine slept, does not count: what was to be seen meanwhile could not be.
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
