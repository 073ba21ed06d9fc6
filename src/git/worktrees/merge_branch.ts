import { ok, type Result } from "../../domain/result.ts";
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
  keep?: string;
}

/** Merges a branch into a clean worktree, always with a commit. A conflict is taken back. */
export async function mergeBranch(
  worktree: string,
  { branch, message, keep }: BranchMerge,
  env: Env,
): Promise<Result<Merged>> {
  const cwd = worktree;
  const ref = `refs/heads/${branch}`;
  const contained = await isAncestor(cwd, ref, "HEAD");
  if (!contained.ok) return contained;
  if (contained.value) return ok({ kind: "contained" });
  const flags = ["--quiet", "--no-ff", "--no-edit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", ref];
  const merge = await git(args, { cwd, env });
  if (keep !== undefined) {
    const kept = await keepOurs(cwd, keep, merge.code === 0);
    if (!kept.ok) return kept;
    if (kept.value) return await headMerged(cwd);
  }
  if (merge.code === 0) return await headMerged(cwd);
  const files = await unmergedFiles(cwd);
  if (!files.ok) return files;
  const head = await headState(cwd);
  if (!head.ok) return head;
  if (head.value.inProgress === "merge") {
    const aborted = await gitOk(["merge", "--abort"], { cwd });
    if (!aborted.ok) return aborted;
  }
  return files.value.length > 0
    ? ok({ kind: "conflict", files: files.value })
    : gitFailed(args, merge);
}

async function headMerged(cwd: string): Promise<Result<Merged>> {
  const sha = await gitLine(["rev-parse", "HEAD"], { cwd });
  return sha.ok ? ok({ kind: "merged", sha: sha.value }) : sha;
}

/** True: the merge stands committed. False: there is more in conflict than this folder. */
async function keepOurs(cwd: string, folder: string, committed: boolean): Promise<Result<boolean>> {
  const path = ["--", `:(top,literal)${folder}`];
  const ours = committed ? "HEAD^1" : "HEAD";
  const diff = ["diff", "--quiet", ours, ...path];
  const differs = await git(diff, { cwd });
  if (differs.code > 1) return gitFailed(diff, differs);
  if (differs.code === 0) return ok(committed);
  const args = ["restore", `--source=${ours}`, "--staged", "--worktree", ...path];
  const restored = await gitOk(args, { cwd });
  if (!restored.ok) return restored;
  const open = await unmergedFiles(cwd);
  if (!open.ok) return open;
  if (open.value.length > 0) return ok(false);
  const amend = committed ? ["--amend"] : [];
  const commit = await gitOk(
    ["commit", "--quiet", "--no-edit", "--cleanup=strip", "--allow-empty", ...amend],
    { cwd },
  );
  return commit.ok ? ok(true) : commit;
}

/**
 * Brings a worktree of parex's own, which nobody works in, to a commit. What checks have changed of
 * tracked files is anchored, and untracked files stay unless the commit has files in their places.
 */
export async function checkOut(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env: Env },
  sha: string,
): Promise<Result<void>> {
  const ended = await giveUpMerge(repo, work);
  if (!ended.ok) return ended;
  const clean = await discardTracked(repo, work);
  if (!clean.ok) return clean;
  const args = ["checkout", "--quiet", "--force", "--detach", sha, "--"];
  const checkedOut = await gitOk(args, { cwd: work.worktree });
  return checkedOut.ok ? ok() : checkedOut;
}

/** Removes a worktree; false if it has changes or files that git neither holds nor ignores. */
export async function removeIfClean(
  repo: Repository,
  worktree: string,
  env: Env,
): Promise<Result<boolean>> {
  const args = ["worktree", "remove", "--", worktree];
  const removed = await exclusively(repo.commonDir, () => git(args, { cwd: repo.root, env }));
  if (removed.code === 0) return ok(true);
  const there = exists(worktree);
  return there ? ok(false) : gitFailed(args, removed);
}
