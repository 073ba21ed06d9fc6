import { join } from "node:path";
import { exists, io, readIfThere } from "../../util/files.ts";
import { existingCommits, notesIn } from "./reflog_commits.ts";
import { Git } from "../git.ts";
import type { Repository } from "../repository.ts";
import { writeStaged } from "./snapshot.ts";

/** A worktree in git's list whose folder is gone. */
export interface Missing {
  path: string;
  /** The commit of its HEAD; all zeros if its branch had none. */
  head: string;
}

/** The commits that git has recorded about it, with one for what was staged in it. */
export async function missingCommits(
  repo: Repository,
  { path, head }: Missing,
): Promise<string[]> {
  const folder = await adminFolderOf(repo, path);
  if (folder === undefined) return await existingCommits(repo, [head]);
  const notes = await notesIn(folder, ["logs/HEAD"]);
  const noted = await existingCommits(repo, [...new Set([head, ...notes])]);
  const staged = await stagedCommit(repo, folder, head);
  return staged === undefined ? noted : [...noted, staged];
}

/** Such a worktree's own folder in the git directory, found without its `.git` file, which is gone. */
export async function adminFolderOf(
  repo: Repository,
  path: string,
): Promise<string | undefined> {
  const parent = join(repo.commonDir, "worktrees");
  return await io(parent, async () => {
    for await (const { name } of Deno.readDir(parent)) {
      const pointer = await readIfThere(join(parent, name, "gitdir"));
      if (pointer?.trimEnd() === join(path, ".git")) return join(parent, name);
    }
  });
}

async function stagedCommit(
  repo: Repository,
  folder: string,
  head: string,
): Promise<string | undefined> {
  const index = join(folder, "index");
  if (!exists(index)) return undefined;
  const staged = await writeStaged(new Git(repo.path, { env: { GIT_INDEX_FILE: index } }));
  const tree = staged.index;
  // There is none while its branch has no commit.
  const args = ["rev-parse", "--quiet", "--verify", `${head}^{tree}`];
  const committed = await repo.maybe(args);
  if (tree === committed) return undefined;
  const env = {
    GIT_AUTHOR_NAME: "parex",
    GIT_AUTHOR_EMAIL: "parex@localhost",
    GIT_COMMITTER_NAME: "parex",
    GIT_COMMITTER_EMAIL: "parex@localhost",
  };
  const parents = committed === undefined ? [] : ["-p", head];
  return await repo.line(["commit-tree", ...parents, "-m", "What was staged", tree], { env });
}
