import type { Repository } from "./repository.ts";

/** A worktree in git's list, whether its folder exists or not. */
export interface Registration {
  /** Absolute, as it was when git created it. */
  path: string;
  /** All zeros while there is no commit. */
  head: string;
  /** Absent: HEAD is detached, or the entry is a bare repository. */
  branch?: string | undefined;
  /** The repository without a tree. */
  bare?: true | undefined;
  /** Why it is locked; empty without a reason. */
  locked?: string | undefined;
}

/** All worktrees of a repository, the main one first. */
export async function listWorktrees(repo: Repository): Promise<Registration[]> {
  const listed = await repo.git(["worktree", "list", "--porcelain", "-z"]);
  const all = listed.split("\0\0").filter((block) => block !== "").map(registrationOf);
  const [main, ...linked] = all;
  // For a submodule, or a separate git directory, git lists that directory.
  const isRoot = main !== undefined && !main.bare && linked.every(({ path }) => path !== repo.root);
  return isRoot ? [{ ...main, path: repo.root }, ...linked] : all;
}

function registrationOf(block: string): Registration {
  const fields = new Map(
    block.split("\0").map((line) => {
      const space = line.indexOf(" ");
      return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const branch = fields.get("branch");
  const locked = fields.get("locked");
  return {
    path: fields.get("worktree") ?? "",
    head: fields.get("HEAD") ?? "",
    branch: branch?.replace(/^refs\/heads\//, ""),
    bare: fields.has("bare") || undefined,
    locked,
  };
}
