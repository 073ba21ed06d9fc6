import type { Env } from "../../exec/env.ts";
import { gitDirOf } from "../../git/branches.ts";
import { copyFiles } from "../../git/copy.ts";
import { discardTracked } from "../../git/rescue/reset.ts";
import { addExcludes, excludesEnv, untracked } from "../../git/excludes.ts";
import type { Repository } from "../../git/repository.ts";
import type { Place, Scope } from "./run_context.ts";

const EXCLUDES = "parex-excludes";

/** The file that keeps copied files and what setup and checks leave behind out of every commit. */
export async function excludesOf(space: Place): Promise<string> {
  const folder = await gitDirOf(space.path);
  return `${folder}/${EXCLUDES}`;
}

/** Copies the uncommitted files that a worktree needs, such as `.env`, and keeps them uncommitted. */
export async function copyUncommitted(
  scope: Scope,
  place: Place,
  excludes: string,
): Promise<void> {
  const copied = await copyFiles(scope.repo.root, place.path, scope.settings.copy);
  if (copied.length === 0) return;
  const seen = await untracked(place.path, excludesEnv(excludes));
  const folders = seen.filter((path) => path.endsWith("/"));
  const files = new Set(seen);
  // There may be thousands that are ignored anyway.
  const visible = copied.filter((path) =>
    files.has(path) || folders.some((folder) => path.startsWith(folder))
  );
  await addExcludes(excludes, visible);
}

/** Makes what stands uncommitted in a worktree nobody's work: put back, or never to be committed. */
export async function disown(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env: Env },
  excludes: string,
): Promise<void> {
  await discardTracked(repo, work);
  const traces = await untracked(work.worktree, work.env);
  await addExcludes(excludes, traces);
}

/** Keeps the files that `work` makes beside the tracked ones from ever being committed. */
export async function leavingNoTrace<T>(
  space: Place,
  excludes: string,
  work: () => Promise<T>,
): Promise<T> {
  const env = excludesEnv(excludes);
  const before = await untracked(space.path, env);
  try {
    return await work();
  } finally {
    const after = await untracked(space.path, env);
    const known = new Set(before);
    await addExcludes(excludes, after.filter((path) => !known.has(path)));
  }
}
