import type { Worktree } from "../worktree.ts";
import { anchor, type Anchored } from "./anchor.ts";
import { trustCheckout } from "../as_checked_out.ts";
import { readStatus } from "../status.ts";

/**
 * Puts a worktree's tracked files back to its last commit, anchored first. Untracked files stay.
 * Undefined if there was nothing to put back.
 */
export async function discardTracked(
  worktree: Worktree,
  run: string,
): Promise<Anchored | undefined> {
  const changed = await readStatus(worktree, ["--untracked-files=no"]);
  if (changed.changes.length === 0) return undefined;
  const anchored = await anchor(worktree.repo, { run, task: worktree.task, worktree });
  await worktree.git(["reset", "--hard", "--quiet"]);
  await trustCheckout(worktree);
  return anchored;
}
