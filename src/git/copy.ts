import { dirname, join, normalize } from "node:path";
import { WORKTREES_DIR } from "../domain/names.ts";
import { exists, io, isWithin, realPathOf } from "../util/files.ts";
import { entries, type Git } from "./git.ts";

/** Lists, in gitignore's syntax, more files that a worktree needs. In the root. */
const INCLUDE_FILE = ".worktreeinclude";

/**
 * Copies untracked files that a worktree needs, such as `.env`: files, folders or globs in `patterns`,
 * relative to the root, and what the root's `.worktreeinclude` lists. Files that the worktree already has
 * stay as they are. Nothing in git's directory, in other worktrees or outside of the root is copied, whatever
 * a pattern says. Returns the copied paths, relative to both.
 */
export async function copyFiles(
  from: Git,
  to: Git,
  patterns: string[],
): Promise<string[]> {
  const copied: string[] = [];
  for (const path of await filesToCopy(from, patterns)) {
    const done = await io(join(to.path, path), () => copyOne(from.path, to.path, path));
    if (done) copied.push(path);
  }
  return copied;
}

/** The files in the root that these patterns and its `.worktreeinclude` name. */
export async function filesToCopy(from: Git, patterns: string[]): Promise<string[]> {
  const named = await namedFiles(from.path, patterns.filter((pattern) => !isGlob(pattern)));
  const matched = await matchedFiles(from, patterns.filter(isGlob));
  return [...new Set([...named, ...matched])].filter(mayCopy);
}

function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

function mayCopy(path: string): boolean {
  const parts = path.split("/");
  return !path.endsWith("/") && !parts.includes("..") && !parts.includes(".git") &&
    parts[0] !== WORKTREES_DIR;
}

/** Looks up names one by one: the usual case must not walk the whole tree. */
async function namedFiles(root: string, names: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const path = normalize(name).replace(/^\/+/, "").replace(/\/+$/, "");
    const isRoot = path === "." || path === "";
    if (isRoot || !mayCopy(path) || !exists(join(root, path))) continue;
    const files = await io(join(root, path), () => filesIn(root, path));
    found.push(...files);
  }
  return found;
}

async function filesIn(root: string, path: string): Promise<string[]> {
  const { isDirectory } = await Deno.lstat(join(root, path));
  if (!isDirectory) return [path];
  const found: string[] = [];
  for await (const entry of Deno.readDir(join(root, path))) {
    const below = `${path}/${entry.name}`;
    if (mayCopy(below)) found.push(...await filesIn(root, below));
  }
  return found;
}

/** git does the matching, so that patterns have the same meaning as in a `.gitignore`. */
async function matchedFiles(from: Git, globs: string[]): Promise<string[]> {
  const included = exists(join(from.path, INCLUDE_FILE));
  if (globs.length === 0 && !included) return [];
  const rules = globs.map((glob) => `--exclude=/${glob.replace(/^(\.?\/)+/, "")}`);
  if (included) rules.push(`--exclude-from=${INCLUDE_FILE}`);
  const args = ["ls-files", "--others", "--ignored", "-z", ...rules];
  const listed = await from.git(args);
  return entries(listed);
}

/** False: it exists already, or is neither a file nor a link. */
async function copyOne(root: string, worktree: string, path: string): Promise<boolean> {
  const [from, to] = [join(root, path), join(worktree, path)];
  const { isFile, isSymlink, mode } = await Deno.lstat(from);
  if (!isFile && !isSymlink || exists(to)) return false;
  // A folder in the tree may be a link to the outside.
  const folder = await realPathOf(dirname(to));
  if (!isWithin(folder, await realPathOf(worktree))) return false;
  await Deno.mkdir(folder, { recursive: true });
  if (isSymlink) {
    await Deno.symlink(await Deno.readLink(from), to);
    return true;
  }
  // The next call would take a partial copy for the worktree's own file.
  const part = `${to}.parex-copy`;
  // An agent may have left a link there, through which a copy would be written.
  if (exists(part)) await Deno.remove(part);
  const source = await Deno.open(from);
  await Deno.writeFile(part, source.readable, { createNew: true, mode: 0o600 });
  if (mode !== null) await Deno.chmod(part, mode & 0o777);
  await Deno.rename(part, to);
  return true;
}
