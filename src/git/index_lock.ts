import { TIMEOUTS } from "../domain/timeouts.ts";
import { join } from "node:path";
import type { Worktree } from "./worktree.ts";
import { exists, io } from "../util/files.ts";
import { sleep } from "../util/backoff.ts";

const POLL_MS = 50;

/**
 * Waits until the index of a worktree without running processes is unlocked. A lock that is held longer was
 * left by a git that was killed, and is removed.
 */
export async function waitForIndex(worktree: Worktree): Promise<void> {
  const lock = join(worktree.gitDir, "index.lock");
  for (let left = TIMEOUTS.indexLock; left > 0; left -= POLL_MS) {
    const age = await ageOf(lock);
    if (age === undefined) return;
    if (age > TIMEOUTS.indexLock) break;
    await sleep(POLL_MS);
  }
  return await io(lock, async () => {
    if (exists(lock)) await Deno.remove(lock);
  });
}

/** Milliseconds since the file was last written; undefined if it does not exist. */
async function ageOf(path: string): Promise<number | undefined> {
  try {
    return Date.now() - ((await Deno.stat(path)).mtime?.getTime() ?? Date.now());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
