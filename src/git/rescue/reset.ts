import { ok, type Result } from "../../domain/result.ts";
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
): Promise<Result<Anchored | undefined>> {
  const changed = await readStatus(work.worktree, ["--untracked-files=no"]);
  if (!changed.ok) return changed;
  if (changed.value.changes.length === 0) return ok(undefined);
  const anchored = await anchor(repo, work);
  if (!anchored.ok) return anchored;
  const reset = await gitOk(["reset", "--hard", "--quiet"], { cwd: work.worktree });
  return reset.ok ? anchored : reset;
}
