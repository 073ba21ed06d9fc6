import type { Reporter } from "../report/live/reporter.ts";

const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** What a signal can end. */
export interface Interruptible {
  interrupt(): void;
  abort(): Promise<void>;
}

/**
 * The first signal asks the run to stop, a second one kills it; either way no process is left. A closed
 * terminal sends several hang-ups, so those only ask. Returns how to stop listening.
 */
export function interruptible(
  execution: Interruptible,
  reporter: Pick<Reporter, "say">,
): () => void {
  let asked = false;
  const listeners = SIGNALS.map((signal) => {
    const onSignal = () => {
      if (!asked) {
        asked = true;
        execution.interrupt();
        reporter.say("Stopping: asking agents to finish. Press Ctrl-C again to kill them.");
      } else if (signal !== "SIGHUP") void execution.abort();
    };
    Deno.addSignalListener(signal, onSignal);
    return { signal, onSignal };
  });
  return () => {
    for (const { signal, onSignal } of listeners) Deno.removeSignalListener(signal, onSignal);
  };
}

/** Resolves at the first signal that asks this program to end. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
      resolve();
    };
    for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  });
}
