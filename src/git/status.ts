import { ok, type Result } from "../domain/result.ts";
import type { Env } from "../exec/env.ts";
import { entries, gitOk } from "./git.ts";

/** A file that differs from the last commit. */
export interface Change {
  /** Relative to the top level; ends in `/` for an untracked folder. */
  path: string;
  /** Two letters as `git status --porcelain` has them: index, then work tree; `??` is untracked. */
  state: string;
}

/** What `git status` says in a worktree, with these flags. */
export async function readStatus(
  worktree: string,
  flags: string[] = [],
  env: Env = {},
): Promise<Result<Change[]>> {
  const args = ["status", "--porcelain=v1", "-z", "--no-renames", ...flags];
  const status = await gitOk(args, { cwd: worktree, env });
  if (!status.ok) return status;
  return ok(
    entries(status.value).map((entry) => ({ state: entry.slice(0, 2), path: entry.slice(3) })),
  );
}
