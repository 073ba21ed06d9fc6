import { join } from "node:path";
import { Failed } from "../domain/failed.ts";
import { exists } from "../util/files.ts";
import { detailOf, git } from "./git.ts";
import { exclusively } from "../util/mutex.ts";
import type { Repository } from "./repository.ts";

/** Fetches the submodules of a worktree that are not there yet; the others stay as they are. */
export async function initSubmodules(repo: Repository, worktree: string): Promise<void> {
  if (!exists(join(worktree, ".gitmodules"))) return;
  const run = async (args: string[]): Promise<string> => {
    const result = await git(["submodule", ...args], { cwd: worktree });
    if (result.code === 0) return result.stdout;
    throw new Failed({ reason: "worktree_failed", path: worktree, detail: detailOf(result) });
  };
  const status = await run(["status"]);
  const absent = status.split("\n")
    .filter((line) => line.startsWith("-"))
    .map((line) => line.slice(line.indexOf(" ") + 1));
  if (absent.length === 0) return;
  // `init` writes to the config that all worktrees share; the fetch needs no lock.
  await exclusively(repo.commonDir, () => run(["init", "--", ...absent]));
  await run(["update", "--init", "--recursive", "--", ...absent]);
}
