import { join } from "node:path";
import { fail, ok, type Result } from "../domain/result.ts";
import { exists } from "../util/files.ts";
import { detailOf, git } from "./git.ts";
import { exclusively } from "../util/mutex.ts";
import type { Repository } from "./repository.ts";

/** Fetches the submodules of a worktree that are not there yet; the others stay as they are. */
export async function initSubmodules(repo: Repository, worktree: string): Promise<Result<void>> {
  if (!exists(join(worktree, ".gitmodules"))) return ok();
  const run = async (args: string[]): Promise<Result<string>> => {
    const result = await git(["submodule", ...args], { cwd: worktree });
    if (result.code === 0) return ok(result.stdout);
    return fail({ reason: "worktree_failed", path: worktree, detail: detailOf(result) });
  };
  const status = await run(["status"]);
  if (!status.ok) return status;
  const absent = status.value.split("\n")
    .filter((line) => line.startsWith("-"))
    .map((line) => line.slice(line.indexOf(" ") + 1));
  if (absent.length === 0) return ok();
  // `init` writes to the config that all worktrees share; the fetch needs no lock.
  const known = await exclusively(repo.commonDir, () => run(["init", "--", ...absent]));
  if (!known.ok) return known;
  const updated = await run(["update", "--init", "--recursive", "--", ...absent]);
  return updated.ok ? ok() : updated;
}
