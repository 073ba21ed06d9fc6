import type { Unfinished } from "../../domain/failure.ts";
import type { Env } from "../../exec/env.ts";
import { gitOk } from "../git.ts";
import { notedCommits } from "./reflog_commits.ts";
import type { Repository } from "../repository.ts";
import { anchor, type Anchored } from "./anchor.ts";

/** Takes a half-done operation in a worktree back, with all that is there anchored first. */
export async function giveUp(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env?: Env },
  operation: Unfinished,
): Promise<Anchored | undefined> {
  const noted = await notedCommits(repo, { worktree: work.worktree });
  const anchored = await anchor(repo, { ...work, commits: noted });
  await gitOk([operation, "--abort"], { cwd: work.worktree });
  return anchored;
}
