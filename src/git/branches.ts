import { entries, gitFailed } from "./git.ts";
import { planOwners } from "./worktree_list.ts";
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
  const refs = await repo.git(["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"]);
  const existing = new Set(refs.split("\n"));
  return new Set(own.map(([branch]) => branch).filter((branch) => existing.has(branch)));
}

/** The branches that exist. */
export async function existingBranches(repo: Repository, branches: string[]): Promise<Set<string>> {
  if (branches.length === 0) return new Set();
  const refs = branches.map((branch) => `refs/heads/${branch}`);
  const found = await repo.git(["for-each-ref", "--format=%(refname:lstrip=2)", ...refs]);
  return new Set(found.split("\n"));
}

/** The commits of the repository's branches, by branch name. */
export async function branchHeads(repo: Repository): Promise<Map<string, string>> {
  const format = "--format=%(objectname) %(refname:lstrip=2)";
  const refs = await repo.git(["for-each-ref", format, "refs/heads"]);
  const lines = refs.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => {
    const space = line.indexOf(" ");
    return [line.slice(space + 1), line.slice(0, space)];
  }));
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
