import { dirname, join } from "node:path";
import { ARCHIVE_DIR, PLAN_PATHS } from "../domain/names.ts";
import { findLists } from "./import/detect.ts";
import { isWithin, realPathOf } from "../util/files.ts";
import { fail, ok, type Result } from "../domain/result.ts";

/**
 * The plan of a repository where none is named: the first of the usual places that has one, in the
 * current folder, which may be a package of several, and then in those above it.
 */
export async function findPlan(root: string, cwd = root): Promise<Result<string>> {
  for (let at = await realPathOf(cwd); at !== root && isWithin(at, root); at = dirname(at)) {
    for (const path of PLAN_PATHS) if (await mayExist(join(at, path))) return ok(join(at, path));
  }
  const paths = PLAN_PATHS.map((path) => join(root, path));
  for (const path of paths) if (await mayExist(path)) return ok(path);
  const archived = await lastArchived(join(root, ARCHIVE_DIR));
  const lists = findLists(root).map(({ format, list }) => ({ title: format.title, path: list }));
  return fail({
    reason: "plan_not_found",
    looked: paths,
    archived,
    lists: lists.length === 0 ? undefined : lists,
  });
}

/** Where a file of an earlier run is now: the checkout may have been moved or renamed since. */
export async function presentPath(checkout: string, path: string): Promise<string> {
  const parts = path.split("/");
  const below = parts.slice(1).map((_, at) => join(checkout, ...parts.slice(at + 1)));
  for (const known of [path, ...below]) if (await mayExist(known)) return known;
  return path;
}

/** The other usual places of a plan, if this one is in a usual place. */
export function otherUsualPaths(plan: string): string[] {
  const own = PLAN_PATHS.find((path) => plan.endsWith(`/${path}`));
  if (own === undefined) return [];
  const root = plan.slice(0, -own.length);
  return PLAN_PATHS.filter((path) => path !== own).map((path) => join(root, path));
}

/** The names of what is archived end with the time. */
async function lastArchived(archive: string): Promise<string | undefined> {
  try {
    const names = await Array.fromAsync(Deno.readDir(archive), ({ name }) => name);
    const timeOf = (name: string) => name.slice(name.search(/\d{8}-\d{6}$/));
    const last = names.toSorted((a, b) => timeOf(a) < timeOf(b) ? -1 : 1).at(-1);
    return last === undefined ? undefined : join(archive, last);
  } catch {
    return undefined; // nothing was ever archived
  }
}

/** A path that cannot be examined exists; reading it reports why it cannot. */
export async function mayExist(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory);
  }
}
