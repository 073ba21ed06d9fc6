import { TIMEOUTS } from "../domain/timeouts.ts";
import { processesOf, type Tree } from "./processes.ts";

const POLL_MS = 25;
const LONGEST_POLL_MS = 200;

/** Ends a tree: TERM, a grace period, then KILL. Resolves when nothing of it runs. */
export async function endTree(tree: Tree, graceMs = TIMEOUTS.termination): Promise<void> {
  if (await signalTree(tree, "SIGTERM") === 0) return;
  // A stopped process handles TERM only when it continues.
  await signalTree(tree, "SIGCONT");
  if (await waitForEnd(tree, graceMs)) return;
  await signalTree(tree, "SIGKILL");
  await waitForEnd(tree, TIMEOUTS.kill);
}

/** Sends a signal to every process of a tree; returns how many there are. */
export async function signalTree(tree: Tree, signal: Deno.Signal): Promise<number> {
  const running = await processesOf(tree);
  for (const { pid } of running) {
    try {
      Deno.kill(pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }
  return running.length;
}

/** Whether nothing of a tree runs, now or within this time. */
export async function waitForEnd(tree: Tree, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (let pause = POLL_MS;; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
    if ((await processesOf(tree)).length === 0) return true;
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
