import { TIMEOUTS } from "../domain/timeouts.ts";
import { basename, join, relative } from "node:path";
import type { Move, RefSight, Sight } from "../domain/borders.ts";
import { isWithin } from "../util/files.ts";
import { entries } from "./git.ts";
import { gitFilesOf, ownDir, stampAt, textIn } from "./git_files.ts";
import type { Repository } from "./repository.ts";
import type { Worktree } from "./worktree.ts";

/** What was seen, with what is needed to restore it. */
export interface Look {
  sight: Sight;
  index: { path: string; stamp: string; bytes?: Uint8Array };
}

const INDEX_BYTES = 64 * 1024 * 1024;

/** A plan in the checkout, where parex itself writes. Absolute. */
export interface PlanPaths {
  folder: string;
  /** Files in which only the status may change. */
  files: readonly string[];
}

/** Looks at what is outside of a worktree: two git commands, everything else from files. */
export async function lookAcross(worktree: Worktree, plan: PlanPaths): Promise<Look> {
  const { repo } = worktree;
  const checkoutDir = checkoutDirOf(repo);
  const [refs, files] = await Promise.all([refsOf(repo), changedFiles(repo, plan)]);
  const index = indexOf(join(checkoutDir, "index"));
  return {
    sight: {
      refs,
      files,
      head: textIn(join(checkoutDir, "HEAD")) ?? "",
      index: index.stamp,
      heads: headsOf(repo, worktree),
      gitFiles: gitFilesOf(worktree),
    },
    index,
  };
}

/** git's folder of the user's checkout. */
export function checkoutDirOf({ root, commonDir }: Repository): string {
  const pointer = join(root, ".git");
  if (Deno.lstatSync(pointer).isDirectory) return pointer;
  const text = textIn(pointer) ?? "";
  return text.startsWith("gitdir: /") ? text.slice("gitdir: ".length) : commonDir;
}

async function refsOf(repo: Repository): Promise<Map<string, RefSight>> {
  const listed = await repo.git(["for-each-ref", "--format=%(refname) %(objectname) %(symref)"]);
  return new Map(
    listed.split("\n").filter((line) => line !== "").map((line) => {
      const [ref = "", sha = "", symbolic = ""] = line.split(" ");
      return [ref, { sha, symbolic: symbolic || undefined }];
    }),
  );
}

/** Nothing if it would take too long to find out. */
async function changedFiles(
  repo: Repository,
  plan: PlanPaths,
): Promise<Map<string, string>> {
  const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal"];
  const listed = await repo.result(args, { timeoutMs: TIMEOUTS.checkoutStatus });
  const changed = listed.code === 0 ? entries(listed.stdout).map((entry) => entry.slice(3)) : [];
  const others = changed.filter((path) => !isWithin(join(repo.root, path), plan.folder));
  return new Map([
    ...others.map((path) => [path, stampAt(join(repo.root, path))] as const),
    ...plan.files.map((path) => [relative(repo.root, path), withoutStatus(path)] as const),
  ]);
}

function withoutStatus(path: string): string {
  return textIn(path)?.replaceAll(/^status:.*\r?\n?/gm, "") ?? "";
}

function indexOf(path: string): Look["index"] {
  const stamp = stampAt(path);
  try {
    return Deno.lstatSync(path).size > INDEX_BYTES
      ? { path, stamp }
      : { path, stamp, bytes: Deno.readFileSync(path) };
  } catch {
    return { path, stamp };
  }
}

/**
 * Removes false differences between two looks: an index that git has only refreshed, as each `git status` of
 * the user's does, counts as unchanged.
 */
export async function settled(repo: Repository, before: Look, after: Look): Promise<Look> {
  const { bytes: was } = before.index;
  const { bytes: is } = after.index;
  if (before.index.stamp === after.index.stamp || !was || !is) return withIndex(before, after);
  const [old, now] = [await indexEntries(repo, was), await indexEntries(repo, is)];
  return old === now ? withIndex(before, after) : after;
}

function withIndex({ sight: { index } }: Look, after: Look): Look {
  return { ...after, sight: { ...after.sight, index } };
}

async function indexEntries(repo: Repository, bytes: Uint8Array): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "parex-index-" });
  try {
    await Deno.writeFile(file, bytes);
    return await repo.git(["ls-files", "-s", "-z"], { env: { GIT_INDEX_FILE: file } });
  } finally {
    await Deno.remove(file);
  }
}

function worktreeDirs({ commonDir }: Repository): string[] {
  try {
    const folder = join(commonDir, "worktrees");
    return [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name));
  } catch {
    return []; // none
  }
}

/** Of the other worktrees: what the task does to its own HEAD is looked at when its work is committed. */
function headsOf(repo: Repository, worktree: Worktree): Map<string, string> {
  const own = ownDir(worktree);
  return new Map(
    worktreeDirs(repo).filter((folder) => folder !== own).flatMap((folder) => {
      const head = textIn(join(folder, "HEAD"));
      return head === undefined ? [] : [[basename(folder), head] as const];
    }),
  );
}

/** The newest reflog entries of a ref; none if git keeps no reflog. */
export async function movesOf(repo: Repository, ref: string): Promise<Move[]> {
  const linked = /^worktrees\/(.+)\/HEAD$/.exec(ref)?.[1];
  const of = linked === undefined ? [] : ["--git-dir", join(repo.commonDir, "worktrees", linked)];
  const args = ["reflog", "show", "-n", "200", "--format=%H%x09%gs"];
  const shown = await repo.result([...of, ...args, linked === undefined ? ref : "HEAD", "--"]);
  if (shown.code !== 0) return [];
  return shown.stdout.split("\n").filter((line) => line !== "").map((line) => {
    const [to = "", message = ""] = line.split("\t");
    return { to, message };
  });
}
