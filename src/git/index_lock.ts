import { join } from "node:path";
import type { Worktree } from "./worktree.ts";
import { exists, io } from "../util/files.ts";
import { sleep } from "../util/backoff.ts";

/** A git that is still at work on a worktree gives its index back within this time of taking it. */
const WAIT_MS = 5_000;
const POLL_MS = 50;

/**
 * Waits until nobody holds the index of a worktree in which nothing is at work any more. What holds
 * it longer is a lock that a git left when it was killed, and is removed.
 */
export async function waitForIndex(worktree: Worktree): Promise<void> {
  const lock = join(worktree.gitDir, "index.lock");
  for (let left = WAIT_MS; left > 0; left -= POLL_MS) {
    const age = await ageOf(lock);
    if (age === undefined) return;
    if (age > WAIT_MS) break;
    await sleep(POLL_MS);
  }
  return await io(lock, async () => {
    if (exists(lock)) await Deno.remove(lock);
  });
}

/** Milliseconds since the file was last written; undefined if it is not there. */
async function ageOf(path: string): Promise<number | undefined> {
  try {
    return Date.now() - ((await Deno.stat(path)).mtime?.getTime() ?? Date.now());
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
