import { createHash } from "node:crypto";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { WORKTREES_DIR } from "../domain/names.ts";
import type { TaskId } from "../domain/task.ts";
import { type Env, processEnv } from "../exec/env.ts";
import { exists } from "../util/files.ts";

/** A linked worktree as recorded in git's files; see gitrepository-layout(5). */
export interface LinkedWorktree {
  /** Its folder in the repository's git directory. */
  admin: string;
  /** Absolute, as git last recorded it. */
  path: string;
  /** Absent: HEAD is detached. */
  branch?: string | undefined;
}

/** All linked worktrees, read without git, which gets slower the more there are. */
export function linkedWorktrees(commonDir: string): LinkedWorktree[] {
  const folder = join(commonDir, "worktrees");
  return namesIn(folder).flatMap((name) => {
    const admin = join(folder, name);
    const pointer = lineOf(join(admin, "gitdir"));
    if (pointer === undefined) return [];
    const branch = /^ref: refs\/heads\/(.+)$/.exec(lineOf(join(admin, "HEAD")) ?? "")?.[1];
    const path = dirname(resolve(admin, pointer));
    return [{ admin, path, branch }];
  });
}

/**
 * The folder in which a checkout's worktrees are created: the target of its link `worktrees`, or the sibling
 * folder. Changes nothing.
 */
export function worktreesFolder(root: string): string {
  const beside = siblingFolder(root);
  const linked = linkTarget(root);
  // In a copy of a checkout, the link points to the original's worktrees.
  const others = linked?.replace(/\.worktrees$/, "");
  const isCopy = linked !== beside && others !== linked && exists(join(others ?? "", ".git"));
  if (linked !== undefined && !isCopy) return linked;
  const fallback = fallbackOf(root, processEnv());
  return fallback !== undefined && !exists(beside) && exists(fallback) ? fallback : beside;
}

/** The target of a checkout's link `worktrees`; undefined without a link, or if the target does not exist. */
export function linkTarget(root: string): string | undefined {
  const link = join(root, WORKTREES_DIR);
  try {
    if (!Deno.lstatSync(link).isSymlink) return undefined;
    const target = Deno.realPathSync(link);
    return Deno.statSync(target).isDirectory ? target : undefined;
  } catch {
    return undefined;
  }
}

/** The folder for a checkout that cannot have a sibling folder. Undefined without a home folder. */
export function fallbackOf(
  root: string,
  { XDG_STATE_HOME: state, HOME: home }: Env,
): string | undefined {
  const base = state && isAbsolute(state) ? state : home ? join(home, ".local/state") : undefined;
  if (base === undefined) return undefined;
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return join(base, "parex/worktrees", `${basename(root) || "root"}-${hash}`);
}

/** The default folder of a checkout's worktrees, and that of older versions. */
export function usualFolders(root: string): [beside: string, inside: string] {
  return [siblingFolder(root), join(root, WORKTREES_DIR)];
}

export function siblingFolder(root: string): string {
  return join(dirname(root), `${basename(root) || "root"}.${WORKTREES_DIR}`);
}

/**
 * The path of a task's worktree: an existing one is used where it is, even if an older version, another
 * setting or the user put it there. Pure.
 */
export function placeOf(
  task: TaskId,
  { branch, folders, linked }: {
    branch: string;
    folders: readonly [own: string, ...others: string[]];
    linked: readonly LinkedWorktree[];
  },
): string {
  const usual = folders.map((folder) => join(folder, task));
  const own = linked.find(({ path }) => usual.includes(path)) ??
    linked.find((one) => one.branch === branch && basename(one.path) === task);
  return own?.path ?? join(folders[0], task);
}

/** Whether the worktree belongs to another repository: a copy of that repository also lists it. */
export function isOfOtherRepository({ path, admin }: LinkedWorktree): boolean {
  const pointer = pointerOf(path);
  return pointer !== undefined && pointer !== admin && exists(pointer);
}

/** The target of a worktree's `.git` file; undefined if there is none or it cannot be read. */
export function pointerOf(path: string): string | undefined {
  const pointer = /^gitdir: (.+)$/.exec(lineOf(join(path, ".git")) ?? "")?.[1];
  if (pointer === undefined) return undefined;
  const admin = resolve(path, pointer);
  return exists(admin) ? Deno.realPathSync(admin) : admin;
}

/** A worktree that git cannot find any more, with its current folder. */
export interface MovedWorktree {
  linked: LinkedWorktree;
  path: string;
}

/**
 * Worktrees and repositories that have lost each other since a folder was moved or renamed, without worktrees
 * of another repository that this one is a copy of.
 */
export function movedWorktrees(
  linked: readonly LinkedWorktree[],
  folders: readonly string[],
): MovedWorktree[] {
  return linked.flatMap((one) => {
    const known = exists(one.path) ? [one.path] : folders.map((at) => join(at, basename(one.path)));
    const path = known.find((path) => {
      const pointer = pointerOf(path);
      return pointer !== undefined && basename(pointer) === basename(one.admin) &&
        (pointer === one.admin ? path !== one.path : !exists(pointer));
    });
    return path === undefined ? [] : [{ linked: one, path }];
  });
}

function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  } catch {
    return []; // nothing there, or nothing that can be read: git says so where it matters
  }
}

function lineOf(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file).replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}
