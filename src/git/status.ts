import type { Git } from "./git.ts";
import { readPorcelain, STATUS, type Status } from "./porcelain.ts";

/** What `git status` says in a worktree, with these flags. */
export async function readStatus(
  worktree: Git,
  flags: string[] = [],
): Promise<Status> {
  const status = await worktree.git([...STATUS, ...flags]);
  return readPorcelain(status);
}
