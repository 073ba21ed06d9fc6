import { join, resolve } from "node:path";
import { Failed } from "../domain/failed.ts";
import { allOf } from "../util/all_of.ts";
import { exists, ioSync, readIfThere } from "../util/files.ts";
import { Git } from "./git.ts";
import { Refs } from "./refs.ts";

/** Where a HEAD is. */
export interface Head {
  /** Full name of its branch; undefined: it is detached. */
  ref: string | undefined;
  /** Undefined: there is no commit yet. */
  sha: string | undefined;
}

/** The HEAD of a worktree, with the refs of its repository. Read from its file if git keeps refs in files. */
export async function headOf(path: string, refs: Refs): Promise<Head> {
  if (!refs.isInFiles) return await askedHead(new Git(path));
  const file = join(gitFolderOf(path), "HEAD");
  const text = ioSync(file, () => Deno.readTextFileSync(file)).trim();
  if (!text.startsWith("ref: ")) return { ref: undefined, sha: text };
  const ref = text.slice("ref: ".length);
  return { ref, sha: await refs.sha(ref) };
}

/** The same of any worktree, with git's own folder for it. */
export async function headIn(git: Git): Promise<Head & { gitDir: string }> {
  if (!exists(join(git.path, ".git"))) {
    const gitDir = await git.line(["rev-parse", "--absolute-git-dir"]);
    return { gitDir, ...await askedHead(git) };
  }
  const gitDir = gitFolderOf(git.path);
  const shared = await readIfThere(join(gitDir, "commondir"));
  const commonDir = shared === undefined ? gitDir : resolve(gitDir, shared.trim());
  return { gitDir, ...await headOf(git.path, new Refs(git, commonDir)) };
}

async function askedHead(git: Git): Promise<Head> {
  const [ref, sha] = await allOf([
    git.maybe(["symbolic-ref", "--quiet", "HEAD"]),
    git.maybe(["rev-parse", "--quiet", "--verify", "HEAD"]),
  ]);
  return { ref, sha };
}

/** git's own folder for a worktree, absolute: its `.git`, or where that file points. */
export function gitFolderOf(path: string): string {
  const pointer = join(path, ".git");
  if (ioSync(pointer, () => Deno.lstatSync(pointer)).isDirectory) return pointer;
  return pointedTo(path);
}

/** A linked worktree's own folder in the repository's git directory. */
export function gitDirOf(path: string): string {
  const pointer = join(path, ".git");
  if (ioSync(pointer, () => Deno.lstatSync(pointer)).isDirectory) {
    const detail = "a repository of its own has taken its place: move its .git folder away";
    throw new Failed({ reason: "worktree_failed", path, detail });
  }
  return pointedTo(path);
}

/** See gitrepository-layout(5). */
function pointedTo(path: string): string {
  const pointer = join(path, ".git");
  const text = ioSync(pointer, () => Deno.readTextFileSync(pointer));
  return resolve(path, text.replace(/^gitdir: /, "").replace(/\r?\n$/, ""));
}
