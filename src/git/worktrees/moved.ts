import {
  isOfOtherRepository,
  linkedWorktrees,
  type MovedWorktree,
  movedWorktrees,
} from "../linked_worktrees.ts";
import type { Repository } from "../repository.ts";

/** Worktrees that lost their repository when a folder was moved or renamed. */
export function findMoved(repo: Repository): MovedWorktree[] {
  const linked = linkedWorktrees(repo.commonDir);
  // `git worktree repair` repairs all: in a copy of a repository it would take over the original's.
  return linked.some(isOfOtherRepository) ? [] : movedWorktrees(linked, repo.homes);
}

/** Connects them again. No run may be in progress: it could be in a container with other paths. */
export async function reconnectMoved(repo: Repository): Promise<void> {
  const moved = findMoved(repo);
  if (moved.length === 0) return;
  const paths = moved.map(({ path }) => path);
  await repo.exclusively(() => repo.git(["worktree", "repair", "--", ...paths]));
  repo.lookAgain();
}
