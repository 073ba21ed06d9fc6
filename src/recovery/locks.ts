import { dirname, join } from "node:path";
import { fail, ok, type Result } from "../domain/result.ts";
import { type RunningProgram, runningPrograms } from "../exec/programs.ts";
import { isAbsent, isWithin, realPathOf } from "../util/files.ts";
import type { Registration } from "../git/worktree_list.ts";
import type { Repository } from "../git/repository.ts";

/** A lock of git's that exists now. */
export interface Lock {
  /** Absolute. */
  path: string;
  /** Distinguishes it from a later lock at the same path. */
  inode: number | null;
  /** When git wrote it, milliseconds since the epoch. */
  modified: number;
}

/** The locks that git leaves behind when it is killed, relative to a git directory. */
const NAMES = [
  "index.lock",
  "HEAD.lock",
  "ORIG_HEAD.lock",
  "config.lock",
  "config.worktree.lock",
  "packed-refs.lock",
  "shallow.lock",
];
/** git holds a lock for moments; a younger lock may belong to a process that is not visible yet. */
export const YOUNGEST_MS = 3_000;
/** They run forever and hold no lock. */
const DAEMONS = /fsmonitor--daemon|credential-cache--daemon/;

/** All locks in the repository's git directories, and the one on this branch. */
export async function findLocks(repo: Repository, branch?: string): Promise<Lock[]> {
  const folders = [repo.commonDir];
  const worktrees = join(repo.commonDir, "worktrees");
  for (const entry of await list(worktrees)) {
    if (entry.isDirectory) folders.push(join(worktrees, entry.name));
  }
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  if (branch !== undefined) paths.push(join(repo.commonDir, "refs", "heads", `${branch}.lock`));
  const found = await Promise.all(paths.map(lockAt));
  return found.filter((lock) => lock !== undefined);
}

/** Makes sure that no process can hold a lock; fails with the reason why one may. */
export async function checkStale(
  repo: Repository,
  lock: Lock,
  worktrees: readonly Registration[],
): Promise<Result<void, string>> {
  const age = Date.now() - lock.modified;
  if (age < YOUNGEST_MS) return fail("it is too young to be stale");
  const running = await runningPrograms("git");
  if (running === undefined) return fail("nobody can tell whether its owner still runs");
  const owner = running.find((program) => mayHold(program, lock, age, repo, worktrees));
  if (owner) return fail(`process ${owner.pid} may hold it: ${owner.command.slice(0, 200)}`);
  return ok();
}

/** Removes a stale lock, after making sure that no process can hold it. */
export async function removeStaleLock(
  repo: Repository,
  path: string,
  known: { branch?: string | undefined; worktrees: readonly Registration[] },
): Promise<Result<void, string>> {
  const lock = (await findLocks(repo, known.branch)).find((one) => one.path === path);
  if (!lock) return fail("no lock of this repository is there");
  if (await realPathOf(path) !== path) return fail("it lies behind a symbolic link");
  const stale = await checkStale(repo, lock, known.worktrees);
  if (!stale.ok) return stale;
  const now = await lockAt(path);
  if (now === undefined) return ok();
  if (now.inode !== lock.inode || now.modified !== lock.modified) return fail("it is a new one");
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return fail(String(error));
  }
  return ok();
}

/** An owner started before the lock was written, and works in its repository. */
function mayHold(
  program: RunningProgram,
  lock: Lock,
  lockAge: number,
  repo: Repository,
  worktrees: readonly Registration[],
): boolean {
  // Two clocks are compared, and one has a resolution of hundredths.
  if (program.ageMs < lockAge - 1000 || DAEMONS.test(program.command)) return false;
  if (program.cwd === undefined) return true;
  const folders = [repo.commonDir, repo.root, ...worktrees.map((one) => one.path)];
  const { cwd, command } = program;
  return folders.some((folder) => isWithin(cwd, folder) || command.includes(folder)) ||
    command.includes(dirname(lock.path));
}

async function lockAt(path: string): Promise<Lock | undefined> {
  try {
    const { isFile, ino, mtime } = await Deno.lstat(path);
    return isFile && mtime ? { path, inode: ino, modified: mtime.getTime() } : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function list(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
