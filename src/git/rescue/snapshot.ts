import type { Env } from "../../exec/env.ts";
import { exists, io } from "../../util/files.ts";
import { entries, gitLine, gitOk } from "../git.ts";
import { writeRawTree } from "./unfiltered_tree.ts";
import { readStatus } from "../status.ts";
import { withScratchIndex, writeTree } from "./scratch_index.ts";

/** The uncommitted states of a worktree, as trees. */
export interface Snapshot {
  /** What is staged, without the files in conflict. */
  index: string;
  /** Of the files in conflict: the base's version, ours and theirs. Absent: there are none. */
  conflicts?: string[];
  /** Files that were announced to git (`git add -N`) and not staged. */
  intended: string[];
  /** All files, untracked ones too, ignored ones not. */
  files: string;
  /** Of those, the ones that a filter or the end of their lines makes differ on disk, as they are there. */
  raw?: string;
}

/**
 * Writes what a worktree has uncommitted into git's object store, through a copy of its index.
 * Undefined if it is clean. Of a submodule it holds the commit alone, of other repositories nothing.
 */
export async function takeSnapshot(
  worktree: string,
  env: Env = {},
): Promise<Snapshot | undefined> {
  const flags = ["--untracked-files=all", "--ignore-submodules=none"];
  const { changes } = await readStatus(worktree, flags, env);
  if (changes.length === 0) return undefined;
  // git would not add one without a commit, and of others no more than a link.
  const nested = changes
    .filter(({ state, path }) => state === "??" && path.endsWith("/"))
    .map(({ path }) => path.slice(0, -1));
  const intended = changes.filter(({ state }) => / A|DA/.test(state)).map(({ path }) => path);
  const index = await gitLine(["rev-parse", "--path-format=absolute", "--git-path", "index"], {
    cwd: worktree,
  });
  return await withScratchIndex(async (scratch) => {
    await io(index, () => copyIndex(index, scratch));
    const trees = await writeTrees(worktree, nested, { ...env, GIT_INDEX_FILE: scratch });
    return { ...trees, intended };
  });
}

/**
 * git looks into a file that is as young as the index, for its time then tells nothing. The copy must
 * not be younger, or what was changed right after it was staged would go unseen.
 */
async function copyIndex(index: string, copy: string): Promise<void> {
  if (!exists(index)) return;
  await Deno.copyFile(index, copy);
  const { mtime } = await Deno.stat(index);
  const seconds = Math.floor((mtime?.getTime() ?? 1000) / 1000);
  await Deno.utime(copy, seconds, seconds);
}

async function writeTrees(
  worktree: string,
  exclude: string[],
  env: Env,
): Promise<Omit<Snapshot, "intended">> {
  const cwd = worktree;
  const staged = await writeStaged(worktree, env);
  const not = exclude.map((path) => `:(top,exclude,literal)${path}`);
  await gitOk(["add", "--all", "--sparse", "--", ":/", ...not], { cwd, env });
  const files = await gitLine(["write-tree"], { cwd, env });
  const raw = await writeRawTree(worktree, files, env);
  return {
    ...staged,
    files,
    ...(raw === undefined ? {} : { raw }),
  };
}

/** What an index holds, as trees. */
export async function writeStaged(
  cwd: string,
  env: Env,
): Promise<Pick<Snapshot, "index" | "conflicts">> {
  const conflicts = await writeConflicts(cwd, env);
  const index = await writeIndex(cwd, conflicts?.paths ?? [], env);
  return {
    index,
    ...(conflicts === undefined ? {} : { conflicts: conflicts.trees }),
  };
}

/** The staged tree. Files in conflict, which no tree can hold, are left out of it. */
async function writeIndex(worktree: string, open: string[], env: Env): Promise<string> {
  const cwd = worktree;
  if (open.length === 0) return await gitLine(["write-tree"], { cwd, env });
  return await withScratchIndex(async (scratch) => {
    await io(scratch, () => Deno.copyFile(env.GIT_INDEX_FILE ?? "", scratch));
    const scratchEnv = { ...env, GIT_INDEX_FILE: scratch };
    const input = open.map((path) => `${path}\0`).join("");
    const args = ["update-index", "--force-remove", "-z", "--stdin"];
    await gitOk(args, { cwd, env: scratchEnv, input });
    return await gitLine(["write-tree"], { cwd, env: scratchEnv });
  });
}

const STAGES = ["1", "2", "3"];

/** The three versions of the files in conflict, a tree each. */
async function writeConflicts(
  worktree: string,
  env: Env,
): Promise<{ trees: string[]; paths: string[] } | undefined> {
  const listed = await gitOk(["ls-files", "--unmerged", "-z"], { cwd: worktree, env });
  if (listed === "") return undefined;
  const open = entries(listed).map((entry) => {
    const [info = "", path = ""] = entry.split("\t", 2);
    const [mode = "", sha = "", stage = ""] = info.split(" ");
    return { mode, sha, stage, path };
  });
  const trees: string[] = [];
  for (const wanted of STAGES) {
    const tree = await writeTree(worktree, open.filter(({ stage }) => stage === wanted), env);
    trees.push(tree);
  }
  return { trees, paths: [...new Set(open.map(({ path }) => path))] };
}
