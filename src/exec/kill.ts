import { processTable } from "./processes.ts";

/** How long a group may take to end by itself after TERM. */
export const GRACE_MS = 5_000;
const POLL_MS = 25;
/** KILL cannot be refused, but a process in uninterruptible sleep may outlast it. */
const AFTER_KILL_MS = 2_000;

/** Sends to every process of a group; false if none of it is left. */
export function signalGroup(pgid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(-pgid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends a process group: TERM, a grace period, then KILL. Resolves when nothing of it runs. */
export async function endGroup(pgid: number, graceMs = GRACE_MS): Promise<void> {
  if (!signalGroup(pgid, "SIGTERM")) return;
  // A stopped process takes TERM only when it goes on.
  signalGroup(pgid, "SIGCONT");
  if (await gone(() => groupMembers(pgid), graceMs)) return;
  signalGroup(pgid, "SIGKILL");
  await gone(() => groupMembers(pgid), AFTER_KILL_MS);
}

/**
 * Ends every process that carries all of these variables in its environment. An agent's own
 * children may have left its process group (a shell tool that starts each command in a session of
 * its own does), but they have inherited its environment.
 */
export async function endMarked(marks: Record<string, string>, graceMs = GRACE_MS): Promise<void> {
  const marked = () => processTable(marks).then((rows) => rows.map((row) => row.pid));
  const pids = await marked();
  if (pids.length === 0) return;
  signalAll(pids, "SIGTERM");
  if (await gone(marked, graceMs)) return;
  signalAll(await marked(), "SIGKILL");
  await gone(marked, AFTER_KILL_MS);
}

function signalAll(pids: number[], signal: Deno.Signal): void {
  for (const pid of pids) {
    try {
      Deno.kill(pid, signal);
    } catch {
      // It has ended in between, which is what was wanted.
    }
  }
}

async function groupMembers(pgid: number): Promise<number[]> {
  const rows = await processTable();
  return rows.filter((row) => row.pgid === pgid).map((row) => row.pid);
}

async function gone(members: () => Promise<number[]>, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if ((await members()).length === 0) return true;
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
