import { entries, gitFailed } from "./git.ts";
import { planOwners } from "./plan_owners.ts";
import type { Repository } from "./repository.ts";
import type { Worktree } from "./worktree.ts";

/** The existing branches that a plan has made. */
export async function planBranches(
  repo: Repository,
  identity: string,
): Promise<Set<string>> {
  const owners = await planOwners(repo);
  const own = [...owners].filter(([, owner]) => owner === identity);
  if (own.length === 0) return new Set();
  const existing = await repo.refs.heads();
  return new Set(own.map(([branch]) => branch).filter((branch) => existing.has(branch)));
}

/**
 * Returns a worktree whose HEAD has left its branch to that branch, if nothing is lost: HEAD contains all of
 * the branch, and every other commit was made since then (milliseconds since the epoch). The branch gets
 * those commits; no file changes. `moved: false`: this was not possible.
 */
export async function moveCommitsToBranch(
  worktree: Worktree,
  since: number,
): Promise<{ moved: boolean }> {
  const ref = `refs/heads/${worktree.branch}`;
  const contains = await worktree.result(["merge-base", "--is-ancestor", ref, "HEAD"]);
  if (contains.code === 1) return { moved: false };
  if (contains.code !== 0) throw gitFailed(["merge-base", "--is-ancestor", ref, "HEAD"], contains);
  const times = await worktree.git(["log", "-z", "--format=%ct", `${ref}..HEAD`]);
  // Older commits are somebody else's: the agent only checked out their branch.
  const seconds = Math.floor(since / 1000);
  if (entries(times).some((time) => Number(time) < seconds)) return { moved: false };
  const head = await worktree.line(["rev-parse", "HEAD"]);
  await worktree.git(["update-ref", "-m", "parex: take HEAD home", ref, head]);
  await worktree.git(["symbolic-ref", "HEAD", ref]);
  return { moved: true };
}

/** The folders that git keeps a branch in: `a/b/c` → `a`, `a/b`. */
export function folders(branch: string): string[] {
  const parts = branch.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
