import { basename, dirname, resolve } from "./shell/paths.ts";

/** A repository as its files show it, without a git to be asked. */
export interface FoundRepository {
  /** Root of the worktree that contains the folder. */
  top: string;
  /** What all its worktrees share. */
  commonDir: string;
}

/** The repository that contains a folder; undefined if there is none. */
export function findRepository(folder: string): FoundRepository | undefined {
  for (let top = resolve("/", folder);; top = dirname(top)) {
    const commonDir = commonDirOf(top);
    if (commonDir !== undefined) return { top, commonDir };
    if (top === dirname(top)) return undefined;
  }
}

/** A linked worktree's own git directory is in the common one. */
function commonDirOf(top: string): string | undefined {
  try {
    const gitDir = gitDirOf(top);
    const common = `${gitDir}/commondir`;
    return basename(dirname(gitDir)) === "worktrees"
      ? resolve(gitDir, Deno.readTextFileSync(common).trim())
      : gitDir;
  } catch {
    return undefined; // none here, or none that can be read
  }
}

/**
 * A worktree's own git directory: `.git`, or what a file of that name says, as
 * gitrepository-layout(5) describes it. Throws where neither can be read.
 */
export function gitDirOf(top: string): string {
  const git = `${top}/.git`;
  if (Deno.statSync(git).isDirectory) return git;
  const named = /^gitdir: (.+)$/m.exec(Deno.readTextFileSync(git))?.[1];
  if (named === undefined) throw new Deno.errors.InvalidData(`${git} names no folder`);
  return resolve(top, named);
}
