import type { Env } from "../exec/env.ts";
import { gitOk } from "./git.ts";
import { readPorcelain, STATUS, type Status } from "./porcelain.ts";

/** What `git status` says in a worktree, with these flags. */
export async function readStatus(
  worktree: string,
  flags: string[] = [],
  env: Env = {},
): Promise<Status> {
  const status = await gitOk([...STATUS, ...flags], { cwd: worktree, env });
  return readPorcelain(status);
}
