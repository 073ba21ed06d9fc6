import { ignoreCheckoutDifferences } from "../../git/checkout_differences.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import type { Worktree } from "../../git/worktree.ts";
import { ensureWorktree } from "../../git/worktrees/ensure.ts";
import { checkOut } from "../../git/worktrees/merge_branch.ts";
import type { CheckScope } from "../context/run_context.ts";
import { reportMissingSubmodules } from "./prepare.ts";

/**
 * Checks out a commit in a worktree that is no task's, with nothing else in it. Creates the worktree on first
 * use. Only one process may use it at a time.
 */
export async function checkOutIn(
  scope: CheckScope,
  worktree: Worktree,
  sha: string,
): Promise<void> {
  const { repo, run, plan } = scope;
  const { path, task } = worktree;
  const whose = { run, task, identity: plan.identity };
  const tree = await ensureWorktree(repo, { ...whose, path, startPoint: sha });
  reportMissingSubmodules(scope, tree.missing);
  // No other process works here: a git that was killed left the lock.
  await waitForIndex(worktree);
  await checkOut(worktree, run, sha);
  await ignoreCheckoutDifferences(worktree, sha);
}
