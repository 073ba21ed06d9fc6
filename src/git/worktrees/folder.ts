import { dirname, join, relative, resolve } from "node:path";
import { resultOf } from "../../domain/failed.ts";
import { WORKTREES_DIR } from "../../domain/names.ts";
import { processEnv } from "../../exec/env.ts";
import { exists, io, isFree, isWithin, realPathOf } from "../../util/files.ts";

import { excludeLocally } from "../excludes.ts";
import type { Repository } from "../repository.ts";
import { fallbackOf, linkTarget, worktreesFolder } from "../linked_worktrees.ts";

/** A setting's folder: relative to the checkout's top level, with `~` for the home folder. */
export function configuredFolder(root: string, setting: string): string {
  const { HOME: home } = processEnv();
  return resolve(root, home ? setting.replace(/^~(?=\/|$)/, home) : setting);
}

/** The repository with the folder for worktrees that a setting names. */
export async function withConfiguredFolder(
  repo: Repository,
  setting: string | undefined,
): Promise<Repository> {
  if (setting === undefined) return repo;
  return repo.withWorktrees(await realPathOf(configuredFolder(repo.root, setting)));
}

/** Why there is no link to the worktrees. */
export interface Unlinked {
  /** Absolute. */
  folder: string;
  why: "own" | "in_the_way" | "no_links";
}

export interface MadeFolder {
  /** Absolute, real. */
  folder: string;
  /** Set by the call that created the folder. */
  unlinked?: Unlinked | undefined;
}

/**
 * Creates the folder of the worktrees and the link to it, and excludes both from git without a change to the
 * tree. `wanted` comes from a setting.
 */
export async function makeWorktreesFolder(
  repo: Repository,
  wanted?: string | undefined,
): Promise<MadeFolder> {
  const isNew = !exists(wanted ?? worktreesFolder(repo.root));
  const folder = await makeFolder(repo.root, wanted);
  const why = await link(repo, folder);
  return { folder, unlinked: isNew && why !== undefined ? { folder, why } : undefined };
}

/** Uses the fallback if no sibling folder can be created, or only within another repository's tree. */
async function makeFolder(root: string, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return await makeReal(wanted);
  const first = worktreesFolder(root);
  const fallback = fallbackOf(root, processEnv());
  if (fallback === undefined) return await makeReal(first);
  if (!exists(first) && isInOtherRepository(first) && !isInOtherRepository(fallback)) {
    return await makeReal(fallback);
  }
  const made = await resultOf(() => makeReal(first));
  return made.ok ? made.value : await makeReal(fallback);
}

async function makeReal(folder: string): Promise<string> {
  return await io(folder, async () => {
    await Deno.mkdir(folder, { recursive: true });
    // A read-only file system is found here, not at the first worktree.
    const probe = join(folder, `.parex-${Deno.pid}`);
    await Deno.mkdir(probe);
    await Deno.remove(probe);
    return await Deno.realPath(folder);
  });
}

/** Next to a submodule, or a clone within a clone, is the other repository's tree. */
function isInOtherRepository(folder: string): boolean {
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) {
    if (exists(join(at, ".git"))) return true;
  }
  return false;
}

/** Links `worktrees` in the checkout to the folder. Returns why there is no link. */
async function link(repo: Repository, folder: string): Promise<Unlinked["why"] | undefined> {
  const { root } = repo;
  const path = join(root, WORKTREES_DIR);
  const inside = isWithin(folder, root);
  if (inside) await excludeLocally(repo, `/${relative(root, folder)}/`);
  // Older versions, or the setting, keep the worktrees there.
  if (folder === path) return undefined;
  if (await isTracked(repo)) return "own";
  await excludeLocally(repo, `/${WORKTREES_DIR}`);
  if (exists(path) && !isLink(path) && !isFree(path)) return "in_the_way";
  const near = inside || dirname(folder) === dirname(root);
  const target = near ? relative(root, folder) : folder;
  if (linkTarget(root) === folder) return undefined;
  const made = await resultOf(() => replaceByLink(path, target));
  return made.ok ? undefined : "no_links";
}

async function isTracked(repo: Repository): Promise<boolean> {
  return await repo.line(["ls-files", "--", WORKTREES_DIR]) !== "";
}

function isLink(path: string): boolean {
  return exists(path) && Deno.lstatSync(path).isSymlink;
}

async function replaceByLink(path: string, target: string): Promise<void> {
  await io(path, async () => {
    if (exists(path)) await Deno.remove(path);
    await Deno.symlink(target, path, { type: "dir" });
  });
}

/** Removes the folder and the link to it after the last worktree, if the folder is empty. */
export async function removeIfEmpty(repo: Repository): Promise<void> {
  const { root, worktrees } = repo;
  const path = join(root, WORKTREES_DIR);
  if (!exists(worktrees) || !isFree(worktrees)) return;
  await resultOf(() =>
    io(worktrees, async () => {
      await Deno.remove(worktrees);
      if (isLink(path) && linkTarget(root) === undefined) await Deno.remove(path);
    })
  );
}
