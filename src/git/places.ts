import { createHash } from "node:crypto";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { branchOf, WORKTREES_DIR } from "../domain/names.ts";
import type { TaskId } from "../domain/task.ts";
import { type Env, processEnv } from "../exec/env.ts";
import { exists } from "../util/files.ts";

/** A linked worktree as git's own files have it; see gitrepository-layout(5). */
export interface LinkedWorktree {
  /** Its folder in the repository's git directory. */
  admin: string;
  /** Absolute, as it was when git noted it last. */
  path: string;
  /** Absent: HEAD is detached. */
  branch?: string | undefined;
}

/** All linked worktrees, without a question to git, which takes the longer the more there are. */
export function linkedWorktrees(commonDir: string): LinkedWorktree[] {
  const folder = join(commonDir, "worktrees");
  return namesIn(folder).flatMap((name) => {
    const admin = join(folder, name);
    const pointer = lineOf(join(admin, "gitdir"));
    if (pointer === undefined) return [];
    const branch = /^ref: refs\/heads\/(.+)$/.exec(lineOf(join(admin, "HEAD")) ?? "")?.[1];
    const path = dirname(resolve(admin, pointer));
    return [{ admin, path, ...(branch === undefined ? {} : { branch }) }];
  });
}

/**
 * The folder in which a checkout's worktrees are made: where the link `worktrees` in it leads to, else
 * the folder beside it. Changes nothing.
 */
export function worktreesFolder(root: string): string {
  const beside = besideOf(root);
  const linked = linkTarget(root);
  // In a copy of a checkout the link leads to the other one's worktrees.
  const others = linked?.replace(/\.worktrees$/, "");
  const isCopy = linked !== beside && others !== linked && exists(join(others ?? "", ".git"));
  if (linked !== undefined && !isCopy) return linked;
  const fallback = fallbackOf(root, processEnv());
  return fallback !== undefined && !exists(beside) && exists(fallback) ? fallback : beside;
}

/** Where the link `worktrees` of a checkout leads to; undefined without one, or if nothing is there. */
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

/** For a checkout beside which nothing can be made. Undefined without a home folder. */
export function fallbackOf(
  root: string,
  { XDG_STATE_HOME: state, HOME: home }: Env,
): string | undefined {
  const base = state && isAbsolute(state) ? state : home ? join(home, ".local/state") : undefined;
  if (base === undefined) return undefined;
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return join(base, "parex/worktrees", `${basename(root) || "root"}-${hash}`);
}

/** Where a checkout's worktrees are made if nothing else is said, and where older versions made them. */
export function usualFolders(root: string): [beside: string, inside: string] {
  return [besideOf(root), join(root, WORKTREES_DIR)];
}

export function besideOf(root: string): string {
  return join(dirname(root), `${basename(root) || "root"}.${WORKTREES_DIR}`);
}

/**
 * Where a task's worktree lies, or is to be made: one that is there already is used where it lies,
 * made by an older version, with another setting or moved by its user. Pure.
 */
export function placeOf(
  task: TaskId,
  folders: readonly [own: string, ...others: string[]],
  linked: readonly LinkedWorktree[],
): string {
  const usual = folders.map((folder) => join(folder, task));
  const own = linked.find(({ path }) => usual.includes(path)) ??
    linked.find(({ path, branch }) => branch === branchOf(task) && basename(path) === task);
  return own?.path ?? join(folders[0], task);
}

/** Whether another repository has this worktree: a copy of that one has it on its list, too. */
export function isAnothers({ path, admin }: LinkedWorktree): boolean {
  const pointer = pointerOf(path);
  return pointer !== undefined && pointer !== admin && exists(pointer);
}

/** Where the `.git` file of a worktree leads to; undefined if it is none or cannot be read. */
export function pointerOf(path: string): string | undefined {
  const pointer = /^gitdir: (.+)$/.exec(lineOf(join(path, ".git")) ?? "")?.[1];
  if (pointer === undefined) return undefined;
  const admin = resolve(path, pointer);
  return exists(admin) ? Deno.realPathSync(admin) : admin;
}

/** A worktree that git cannot find any more, with the folder that it lies in now. */
export interface MovedWorktree {
  linked: LinkedWorktree;
  path: string;
}

/**
 * Worktrees that have lost their repository, or that it has lost, since a folder was moved or renamed.
 * Nothing of another repository, which a copy of this one has on its list, is among them.
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
