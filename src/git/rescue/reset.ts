import type { Env } from "../../exec/env.ts";
import { gitOk } from "../git.ts";
import type { Repository } from "../repository.ts";
import { anchor, type Anchored } from "./anchor.ts";
import { readStatus } from "../status.ts";

/**
 * Puts a worktree's tracked files back to its last commit, anchored first. Untracked files stay.
 * Undefined if there was nothing to put back.
 */
export async function discardTracked(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env?: Env },
): Promise<Anchored | undefined> {
  const changed = await readStatus(work.worktree, ["--untracked-files=no"]);
  if (changed.changes.length === 0) return undefined;
  const anchored = await anchor(repo, work);
  await gitOk(["reset", "--hard", "--quiet"], { cwd: work.worktree });
  return anchored;
}
