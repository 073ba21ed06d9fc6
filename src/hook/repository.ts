import { basename, dirname, join, resolve } from "node:path";

/** A repository as its files show it, without a git to be asked. */
export interface FoundRepository {
  /** Top level of the worktree that the folder lies in. */
  top: string;
  /** What all its worktrees share. */
  commonDir: string;
}

/** The repository that a folder lies in; undefined if it lies in none. */
export function findRepository(folder: string): FoundRepository | undefined {
  for (let top = resolve(folder);; top = dirname(top)) {
    const commonDir = commonDirOf(join(top, ".git"));
    if (commonDir !== undefined) return { top, commonDir };
    if (top === dirname(top)) return undefined;
  }
}

/** gitrepository-layout(5): in a worktree `.git` is a file that names a folder, and that the common one. */
function commonDirOf(git: string): string | undefined {
  try {
    if (Deno.statSync(git).isDirectory) return git;
    const named = /^gitdir: (.+)$/m.exec(Deno.readTextFileSync(git))?.[1];
    if (named === undefined) return undefined;
    const gitDir = resolve(dirname(git), named);
    return basename(dirname(gitDir)) === "worktrees"
      ? resolve(gitDir, Deno.readTextFileSync(join(gitDir, "commondir")).trim())
      : gitDir;
  } catch {
    return undefined; // none here, or none that can be read
  }
}
