import type { Worktree } from "../worktree.ts";
import { anchor, type Anchored } from "./anchor.ts";
import { ignoreCheckoutDifferences } from "../checkout_differences.ts";
import { readStatus } from "../status.ts";

/**
 * Resets a worktree's tracked files to its last commit, after anchoring them. Untracked files stay. Undefined
 * if there was nothing to reset.
 */
export async function discardTracked(
  worktree: Worktree,
  run: string,
): Promise<Anchored | undefined> {
  const changed = await readStatus(worktree, ["--untracked-files=no"]);
  if (changed.changes.length === 0) return undefined;
  const anchored = await anchor(worktree.repo, { run, task: worktree.task, worktree });
  await worktree.git(["reset", "--hard", "--quiet"]);
  await ignoreCheckoutDifferences(worktree);
  return anchored;
}
