import { join } from "node:path";
import { PLAN_PATHS } from "../domain/names.ts";
import { fail, ok, type Result } from "../domain/result.ts";

/** The plan of a repository where none is named: the first of the usual places that has one. */
export async function findPlan(root: string): Promise<Result<string>> {
  const paths = PLAN_PATHS.map((path) => join(root, path));
  for (const path of paths) if (await exists(path)) return ok(path);
  return fail({ reason: "plan_not_found", looked: paths });
}

/** Something that cannot be looked at exists: reading it tells why. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory);
  }
}
