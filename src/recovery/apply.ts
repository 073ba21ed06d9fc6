import { ok, type Result } from "../domain/result.ts";
import type { Repository } from "../git/repository.ts";
import type { Facts } from "./facts.ts";
import { removeStaleLock } from "./locks.ts";
import type { About } from "./operation.ts";
import { fetchBranch, setUpstream } from "./remotes.ts";
import type { Action } from "./repair.ts";
import { pruneWorktree, repairWorktree } from "./worktrees.ts";

/** Waits between attempts. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

/**
 * Applies a repair, from any source. Each repair verifies that it loses nothing and touches nothing outside
 * of this repository; if it cannot, it fails and says why.
 */
export async function applyRepair(
  repo: Repository,
  action: Action,
  context: { about: About; facts: Facts; wait: Wait; signal: AbortSignal | undefined },
): Promise<Result<void, string>> {
  const { about, facts: { worktrees } } = context;
  switch (action.type) {
    case "remove_stale_lock":
      return await removeStaleLock(repo, action.path, { branch: about.branch, worktrees });
    case "prune_worktree":
      return await pruneWorktree(repo, action.path, worktrees);
    case "repair_worktree":
      return await repairWorktree(repo, action.path, worktrees);
    case "fetch_and_retry":
      return await fetchBranch(repo, about);
    case "set_upstream":
      return await setUpstream(repo, about);
    case "retry_after":
      await context.wait(action.seconds * 1000, context.signal);
      return ok();
  }
}
