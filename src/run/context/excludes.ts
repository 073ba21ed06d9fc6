import { copyFiles } from "../../git/copy.ts";
import { addExcludes, untracked } from "../../git/excludes.ts";
import { discardTracked } from "../../git/rescue/reset.ts";
import type { Worktree } from "../../git/worktree.ts";
import type { Scope } from "./run_context.ts";

/**
 * Copies the uncommitted files that a worktree needs, such as `.env`, and keeps them uncommitted. Returns how
 * many.
 */
export async function copyUncommitted(
  { repo, settings }: Pick<Scope, "repo" | "settings">,
  worktree: Worktree,
): Promise<number> {
  const copied = await copyFiles(repo, worktree, settings.copy);
  if (copied.length === 0) return 0;
  const seen = await untracked(worktree);
  const folders = seen.filter((path) => path.endsWith("/"));
  const files = new Set(seen);
  // Thousands of copied files may be ignored already.
  const visible = copied.filter((path) =>
    files.has(path) || folders.some((folder) => path.startsWith(folder))
  );
  await addExcludes(worktree.excludes, visible);
  return copied.length;
}

/** Discards or excludes all uncommitted changes of a worktree, so that they are never committed. */
export async function discardUncommitted(worktree: Worktree, run: string): Promise<void> {
  await discardTracked(worktree, run);
  const traces = await untracked(worktree);
  await addExcludes(worktree.excludes, traces);
}

/** Keeps the untracked files that `work` creates from ever being committed. */
export async function excludingNewFiles<T>(worktree: Worktree, work: () => Promise<T>): Promise<T> {
  const before = await untracked(worktree);
  try {
    return await work();
  } finally {
    const after = await untracked(worktree);
    const known = new Set(before);
    await addExcludes(worktree.excludes, after.filter((path) => !known.has(path)));
  }
}
