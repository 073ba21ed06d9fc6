import type { Unfinished } from "../../domain/failure.ts";
import { reflogCommits } from "./reflog_commits.ts";
import type { Worktree } from "../worktree.ts";
import { anchor, type Anchored } from "./anchor.ts";

/** Aborts the operation in progress in a worktree, after anchoring everything in it. */
export async function abortOperation(
  worktree: Worktree,
  run: string,
  operation: Unfinished,
): Promise<Anchored | undefined> {
  const { repo, task } = worktree;
  const noted = await reflogCommits(repo, { worktree });
  const anchored = await anchor(repo, { run, task, worktree, commits: noted });
  await worktree.git([operation, "--abort"]);
  return anchored;
}
