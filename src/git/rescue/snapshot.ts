import { exists, io } from "../../util/files.ts";
import { entries, type Git } from "../git.ts";
import { writeRawTree } from "./unfiltered_tree.ts";
import { readStatus } from "../status.ts";
import { withScratchIndex, writeTree } from "../scratch_index.ts";

/** The uncommitted states of a worktree, as trees. */
export interface Snapshot {
  /** What is staged, without the files in conflict. */
  index: string;
  /** The base's version, ours and theirs of the files in conflict. Absent: there are none. */
  conflicts?: string[] | undefined;
  /** Files that were added with `git add -N` and not staged. */
  intended: string[];
  /** All files, untracked ones too, ignored ones not. */
  files: string;
  /** The files whose bytes on disk differ because of a filter or line endings, byte for byte. */
  raw?: string | undefined;
}

/**
 * Writes a worktree's uncommitted changes into git's object store, through a copy of its index. Undefined if
 * it is clean. Of a submodule it keeps only the commit, of other repositories nothing.
 */
export async function takeSnapshot(
  worktree: Git,
): Promise<Snapshot | undefined> {
  const flags = ["--untracked-files=all", "--ignore-submodules=none"];
  const { changes } = await readStatus(worktree, flags);
  if (changes.length === 0) return undefined;
  // git refuses to add one without a commit, and adds only a link to others.
  const nested = changes
    .filter(({ state, path }) => state === "??" && path.endsWith("/"))
    .map(({ path }) => path.slice(0, -1));
  const intended = changes.filter(({ state }) => / A|DA/.test(state)).map(({ path }) => path);
  const index = await worktree.line(["rev-parse", "--path-format=absolute", "--git-path", "index"]);
  return await withScratchIndex(worktree, async (scratch, copy) => {
    await io(index, () => copyIndex(index, copy));
    const trees = await writeTrees(scratch, nested);
    return { ...trees, intended };
  });
}

/**
 * git compares the content of a file that is as new as the index, since its time proves nothing then. The
 * copy must not be newer, or changes made right after staging would be missed.
 */
async function copyIndex(index: string, copy: string): Promise<void> {
  if (!exists(index)) return;
  await Deno.copyFile(index, copy);
  const { mtime } = await Deno.stat(index);
  const seconds = Math.floor((mtime?.getTime() ?? 1000) / 1000);
  await Deno.utime(copy, seconds, seconds);
}

async function writeTrees(
  scratch: Git,
  exclude: string[],
): Promise<Omit<Snapshot, "intended">> {
  const staged = await writeStaged(scratch);
  const not = exclude.map((path) => `:(top,exclude,literal)${path}`);
  await scratch.git(["add", "--all", "--sparse", "--", ":/", ...not]);
  const files = await scratch.line(["write-tree"]);
  const raw = await writeRawTree(scratch, files);
  return {
    ...staged,
    files,
    raw,
  };
}

/** The index of a git, as trees. */
export async function writeStaged(
  git: Git,
): Promise<Pick<Snapshot, "index" | "conflicts">> {
  const conflicts = await writeConflicts(git);
  const index = await writeIndex(git, conflicts?.paths ?? []);
  return {
    index,
    conflicts: conflicts?.trees,
  };
}

/** The staged tree. Files in conflict are left out, since no tree can contain them. */
async function writeIndex(git: Git, open: string[]): Promise<string> {
  if (open.length === 0) return await git.line(["write-tree"]);
  return await withScratchIndex(git, async (scratch, copy) => {
    await io(copy, () => Deno.copyFile(git.env.GIT_INDEX_FILE ?? "", copy));
    const input = open.map((path) => `${path}\0`).join("");
    const args = ["update-index", "--force-remove", "-z", "--stdin"];
    await scratch.git(args, { input });
    return await scratch.line(["write-tree"]);
  });
}

const STAGES = ["1", "2", "3"];

/** The three versions of the files in conflict, one tree each. */
async function writeConflicts(
  git: Git,
): Promise<{ trees: string[]; paths: string[] } | undefined> {
  const listed = await git.git(["ls-files", "--unmerged", "-z"]);
  if (listed === "") return undefined;
  const open = entries(listed).map((entry) => {
    const [info = "", path = ""] = entry.split("\t", 2);
    const [mode = "", sha = "", stage = ""] = info.split(" ");
    return { mode, sha, stage, path };
  });
  const trees: string[] = [];
  for (const wanted of STAGES) {
    const tree = await writeTree(git, open.filter(({ stage }) => stage === wanted));
    trees.push(tree);
  }
  return { trees, paths: [...new Set(open.map(({ path }) => path))] };
}
