import { ok, type Result } from "../domain/result.ts";
import { gitDirOf } from "../git/branches.ts";
import { addExcludes, untracked } from "../git/local_excludes.ts";
import { type Place, type Scope, workEnv } from "./scope.ts";

const EXCLUDES = "parex-excludes";

/** The file that keeps copied files and what setup and checks leave behind out of every commit. */
export async function excludesOf(space: Place): Promise<Result<string>> {
  const folder = await gitDirOf(space.path);
  return folder.ok ? ok(`${folder.value}/${EXCLUDES}`) : folder;
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
