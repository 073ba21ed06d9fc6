import type { Env } from "../../exec/env.ts";
import { isAncestor } from "../ancestry.ts";
import { headState } from "../commit.ts";
import { discardTracked } from "../rescue/reset.ts";
import { exists } from "../../util/files.ts";
import { git, gitFailed, gitLine, gitOk } from "../git.ts";
import { giveUpMerge, unmergedFiles } from "./merge_in_progress.ts";
import { exclusively } from "../../util/mutex.ts";
import type { Repository } from "../repository.ts";

export type Merged =
  | { kind: "merged"; sha: string }
  /** Nothing to do: the base has it all. */
  | { kind: "contained" }
  | { kind: "conflict"; files: string[] };

export interface BranchMerge {
  branch: string;
  message: string;
  /** A folder that stays as the base has it, whatever the branch made of it. */
  keep?: string | undefined;
}

/** Merges a branch into a clean worktree, always with a commit. A conflict is taken back. */
export async function mergeBranch(
  worktree: string,
  { branch, message, keep }: BranchMerge,
  env: Env,
): Promise<Merged> {
  const cwd = worktree;
  const ref = `refs/heads/${branch}`;
  const contained = await isAncestor(cwd, ref, "HEAD");
  if (contained) return { kind: "contained" };
  const flags = ["--quiet", "--no-ff", "--no-edit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", ref];
  const merge = await git(args, { cwd, env });
  if (keep !== undefined) {
    const kept = await keepOurs(cwd, keep, merge.code === 0);
    if (kept) return await headMerged(cwd);
  }
  if (merge.code === 0) return await headMerged(cwd);
  const files = await unmergedFiles(cwd);
  const head = await headState(cwd);
  if (head.inProgress === "merge") {
    await gitOk(["merge", "--abort"], { cwd });
  }
  if (files.length > 0) return { kind: "conflict", files };
  throw gitFailed(args, merge);
}

async function headMerged(cwd: string): Promise<Merged> {
  const sha = await gitLine(["rev-parse", "HEAD"], { cwd });
  return { kind: "merged", sha };
}

/** True: the merge stands committed. False: there is more in conflict than this folder. */
async function keepOurs(cwd: string, folder: string, committed: boolean): Promise<boolean> {
  const path = ["--", `:(top,literal)${folder}`];
  const ours = committed ? "HEAD^1" : "HEAD";
  const diff = ["diff", "--quiet", ours, ...path];
  const differs = await git(diff, { cwd });
  if (differs.code > 1) throw gitFailed(diff, differs);
  if (differs.code === 0) return committed;
  const args = ["restore", `--source=${ours}`, "--staged", "--worktree", ...path];
  await gitOk(args, { cwd });
  const open = await unmergedFiles(cwd);
  if (open.length > 0) return false;
  const amend = committed ? ["--amend"] : [];
  await gitOk(
    ["commit", "--quiet", "--no-edit", "--cleanup=strip", "--allow-empty", ...amend],
    { cwd },
  );
  return true;
}

/**
 * Brings a worktree of parex's own, which nobody works in, to a commit. What checks have changed of
 * tracked files is anchored, and untracked files stay unless the commit has files in their places.
 */
export async function checkOut(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env: Env },
  sha: string,
): Promise<void> {
  await giveUpMerge(repo, work);
  await discardTracked(repo, work);
  const args = ["checkout", "--quiet", "--force", "--detach", sha, "--"];
  await gitOk(args, { cwd: work.worktree });
}

/** Removes a worktree; false if it has changes or files that git neither holds nor ignores. */
export async function removeIfClean(
  repo: Repository,
  worktree: string,
  env: Env,
): Promise<boolean> {
  const args = ["worktree", "remove", "--", worktree];
  const removed = await exclusively(repo.commonDir, () => git(args, { cwd: repo.root, env }));
  if (removed.code === 0) return true;
  const there = exists(worktree);
  if (there) return false;
  throw gitFailed(args, removed);
}
