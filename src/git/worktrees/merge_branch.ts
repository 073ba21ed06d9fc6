import { headState } from "../commit.ts";
import { discardTracked } from "../rescue/reset.ts";
import { exists } from "../../util/files.ts";
import { Git, gitFailed } from "../git.ts";
import type { Hooks } from "../hooks.ts";
import { abortMerge, unmergedFiles } from "./merge_in_progress.ts";
import type { Worktree } from "../worktree.ts";

export interface BranchMerge {
  /** How the repository's hooks run. */
  hooks?: Hooks | undefined;
  branch: string;
  message: string;
  /** A folder that stays as in the base, whatever the branch changed in it. */
  keep?: string | undefined;
}

/**
 * Merges a branch that does not conflict into a clean worktree, with the repository's hooks, and always with
 * a merge commit. Returns the commit.
 */
export async function mergeBranch(
  worktree: Git,
  { branch, message, keep, hooks }: BranchMerge,
): Promise<string> {
  const flags = ["--quiet", "--no-ff", "--no-edit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", `refs/heads/${branch}`];
  const merge = await worktree.result(args, { hooks });
  const kept = keep !== undefined && await keepOurs(worktree, keep, merge.code === 0);
  if (!kept && merge.code !== 0) {
    const head = await headState(worktree);
    if (head.inProgress === "merge") await worktree.git(["merge", "--abort"]);
    throw gitFailed(args, merge);
  }
  return await worktree.line(["rev-parse", "HEAD"]);
}

/** True: the merge is committed. False: other files conflict, too. */
async function keepOurs(at: Git, folder: string, committed: boolean): Promise<boolean> {
  const path = ["--", `:(top,literal)${folder}`];
  const ours = committed ? "HEAD^1" : "HEAD";
  const diff = ["diff", "--quiet", ours, ...path];
  const differs = await at.result(diff);
  if (differs.code > 1) throw gitFailed(diff, differs);
  if (differs.code === 0) return committed;
  const args = ["restore", `--source=${ours}`, "--staged", "--worktree", ...path];
  await at.git(args);
  const open = await unmergedFiles(at);
  if (open.length > 0) return false;
  const amend = committed ? ["--amend"] : [];
  await at.git(["commit", "--quiet", "--no-edit", "--cleanup=strip", "--allow-empty", ...amend]);
  return true;
}

/**
 * Checks out a commit in a worktree of parex's own that nobody works in. Changes that checks made to tracked
 * files are anchored; untracked files stay unless the commit has files in their places.
 */
export async function checkOut(
  worktree: Worktree,
  run: string,
  sha: string,
): Promise<void> {
  await abortMerge(worktree, run);
  await discardTracked(worktree, run);
  const args = ["checkout", "--quiet", "--force", "--detach", sha, "--"];
  await worktree.git(args);
}

/** Removes a worktree; false if it has changes or files that git neither has nor ignores. */
export async function removeIfClean(
  worktree: Worktree,
): Promise<boolean> {
  const { path, repo, config } = worktree;
  const git = new Git(repo.path, { config });
  const args = ["worktree", "remove", "--", path];
  const removed = await repo.exclusively(() => git.result(args));
  if (removed.code === 0) return true;
  const there = exists(path);
  if (there) return false;
  throw gitFailed(args, removed);
}
