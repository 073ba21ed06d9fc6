import { dirname, join } from "node:path";
import { resultOf } from "../domain/failed.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { exists, isWithin, realPathOf } from "../util/files.ts";
import { detailOf } from "../git/git.ts";
import { adminFolderOf } from "../git/rescue/missing_worktree.ts";
import type { Registration } from "../git/worktree_list.ts";
import type { Repository } from "../git/repository.ts";

/** Removes a worktree whose folder is gone from git's list, unless only that list knows work of it. */
export async function pruneWorktree(
  repo: Repository,
  path: string,
  worktrees: readonly Registration[],
): Promise<Result<void, string>> {
  const here = worktrees.find((one) => one.path === path);
  if (!here || path === repo.root) return fail("no worktree is registered there");
  if (here.locked !== undefined) return fail("it is locked, as one on another disk would be");
  if (exists(path)) return fail("its folder is there");
  if (!exists(dirname(path))) return fail("the folder that it lay in is gone, too");
  return await repo.exclusively(async () => {
    const needed = await holdsWork(repo, here);
    if (!needed.ok) return needed;
    return await done(repo, ["worktree", "remove", "--force", "--", path]);
  });
}

/** Fails if only the registration knows commits without a ref, or what was staged. */
async function holdsWork(repo: Repository, here: Registration): Promise<Result<void, string>> {
  const lost = await repo.result(["rev-list", "-n", "1", here.head, "--not", "--glob=refs/*"]);
  if (lost.code !== 0) return fail(detailOf(lost));
  if (lost.stdout.trim() !== "") return fail(`commits of it are on no branch: ${here.head}`);
  const folder = await resultOf(() => adminFolderOf(repo, here.path));
  if (!folder.ok || folder.value === undefined) return fail("git's notes on it cannot be found");
  const index = join(folder.value, "index");
  if (!exists(index)) return ok();
  const tree = await repo.result(["write-tree"], { env: { GIT_INDEX_FILE: index } });
  const head = await repo.result(["rev-parse", `${here.head}^{tree}`]);
  if (tree.code !== 0 || head.code !== 0) return fail(detailOf(tree.code === 0 ? head : tree));
  return tree.stdout === head.stdout ? ok() : fail("what was staged in it is nowhere else");
}

/** Reconnects a worktree and the repository after one of them was moved. Removes nothing. */
export async function repairWorktree(
  repo: Repository,
  path: string,
  worktrees: readonly Registration[],
): Promise<Result<void, string>> {
  const real = await realPathOf(path);
  const own = worktrees.some((one) => one.path === real) ||
    repo.homes.some((home) => isWithin(real, home));
  if (!own) return fail("it is no worktree of this repository");
  if (!exists(real)) return fail("its folder is gone");
  return await repo.exclusively(() => done(repo, ["worktree", "repair", "--", real]));
}

async function done(repo: Repository, args: string[]): Promise<Result<void, string>> {
  const result = await repo.result(args);
  return result.code === 0 ? ok() : fail(detailOf(result));
}
