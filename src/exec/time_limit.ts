/** A part of a command that may take longer than the rest, such as a hook of git. */
export interface SlowPart {
  /** Whether it runs now. Called every few seconds. */
  runs(): boolean;
  /** Milliseconds without an interruption. */
  timeoutMs: number;
}

/** Polling interval: a part that is shorter is not noticed. */
const LOOK_MS = 3_000;
/** If a poll is later than this, the process was stopped. */
const LATE_MS = 1_000;

/**
 * Calls `over` when a command has run for `timeoutMs`, or its slow part for the time of its own, which does
 * not count for the command. Returns a function that stops the clock.
 */
export function limitTime(
  timeoutMs: number,
  slow: SlowPart | undefined,
  over: () => void,
): () => void {
  if (slow === undefined) {
    const timer = setTimeout(over, timeoutMs);
    return () => clearTimeout(timer);
  }
  const stepMs = Math.min(LOOK_MS, timeoutMs, slow.timeoutMs);
  let [own, part, last] = [0, 0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    const passed = Math.min(now - last, stepMs + LATE_MS);
    last = now;
    if (slow.runs()) part += passed;
    else [own, part] = [own + passed, 0];
    if (own < timeoutMs && part < slow.timeoutMs) return;
    clearInterval(timer);
    over();
  }, stepMs);
  return () => clearInterval(timer);
}
