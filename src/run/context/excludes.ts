import { ok, type Result } from "../../domain/result.ts";
import type { Env } from "../../exec/env.ts";
import { gitDirOf } from "../../git/branches.ts";
import { copyFiles } from "../../git/copy.ts";
import { discardTracked } from "../../git/rescue/reset.ts";
import { addExcludes, untracked } from "../../git/excludes.ts";
import type { Repository } from "../../git/repository.ts";
import { type Place, type Scope, workEnv } from "./run_context.ts";

const EXCLUDES = "parex-excludes";

/** The file that keeps copied files and what setup and checks leave behind out of every commit. */
export async function excludesOf(space: Place): Promise<Result<string>> {
  const folder = await gitDirOf(space.path);
  return folder.ok ? ok(`${folder.value}/${EXCLUDES}`) : folder;
}

/** Copies the uncommitted files that a worktree needs, such as `.env`, and keeps them uncommitted. */
export async function copyUncommitted(
  scope: Scope,
  place: Place,
  excludes: string,
): Promise<Result<void>> {
  const copied = await copyFiles(scope.repo.root, place.path, scope.settings.copy);
  if (!copied.ok || copied.value.length === 0) return copied.ok ? ok() : copied;
  const seen = await untracked(place.path, workEnv(scope, place, excludes));
  if (!seen.ok) return seen;
  const folders = seen.value.filter((path) => path.endsWith("/"));
  const files = new Set(seen.value);
  // There may be thousands that are ignored anyway.
  const visible = copied.value.filter((path) =>
    files.has(path) || folders.some((folder) => path.startsWith(folder))
  );
  const added = await addExcludes(excludes, visible);
  return added.ok ? ok() : added;
}

/** Makes what stands uncommitted in a worktree nobody's work: put back, or never to be committed. */
export async function disown(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env: Env },
  excludes: string,
): Promise<Result<void>> {
  const discarded = await discardTracked(repo, work);
  if (!discarded.ok) return discarded;
  const traces = await untracked(work.worktree, work.env);
  if (!traces.ok) return traces;
  const added = await addExcludes(excludes, traces.value);
  return added.ok ? ok() : added;
}

/** Keeps the files that `work` makes beside the tracked ones from ever being committed. */
export async function leavingNoTrace<T>(
  scope: Scope,
  space: Place,
  excludes: string,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const env = workEnv(scope, space, excludes);
  const before = await untracked(space.path, env);
  if (!before.ok) return before;
  const done = await work();
  const after = await untracked(space.path, env);
  if (!after.ok) return after;
  const known = new Set(before.value);
  const added = await addExcludes(excludes, after.value.filter((path) => !known.has(path)));
  return added.ok ? done : added;
}
