import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { FileConflict } from "../domain/file_conflict.ts";
import { Failed } from "../domain/failed.ts";
import { STATE_DIR } from "../domain/names.ts";
import { exists, io, isWithin } from "../util/files.ts";
import { isAncestor } from "./ancestry.ts";
import { headState } from "./commit.ts";
import { describeConflicts, parseMergeTree } from "./conflicts.ts";
import { Git, gitFailed } from "./git.ts";
import type { Hooks } from "./hooks.ts";
import { listTree } from "./objects.ts";
import { withScratchIndex } from "./scratch_index.ts";
import { headOf } from "./head.ts";
import { ATTRIBUTES } from "./known_commits.ts";
import type { Repository } from "./repository.ts";

/** A commit or ref to merge, and the name that people use for it. */
export interface MergeSource {
  head: string;
  label: string;
}

export type MergedTree =
  | { kind: "clean"; tree: string }
  | { kind: "conflict"; conflicts: FileConflict[]; messages: string[] };

export type Merged =
  | { kind: "merged"; sha: string }
  /** Nothing to do: one side contains the other. */
  | { kind: "contained" }
  | { kind: "conflict"; conflicts: FileConflict[]; messages: string[] };

export interface MergeSpec {
  /** The commit that is merged into. */
  ours: string;
  /** A commit or branch. */
  theirs: string;
  message: string;
  /** A folder that stays as in `ours`, whatever the other side changed in it. */
  keep?: string | undefined;
  /** How the program runs that signs. */
  hooks?: Hooks | undefined;
}

/**
 * Creates a merge commit without hooks, index or worktree. Attributes and merge drivers are taken from
 * `ours`, and the commit is signed if the user signs commits.
 */
export async function mergeCommits(repo: Repository, spec: MergeSpec): Promise<Merged> {
  const { ours, theirs, message, keep, hooks } = spec;
  const parent = await repo.refs.sha(theirs) ??
    await repo.line(["rev-parse", "--verify", `${theirs}^{commit}`]);
  const changed = repo.known.single.get(parent)?.paths;
  const isKept = keep !== undefined && changed?.every((path) => !isWithin(path, keep));
  const merged = await mergeTrees(repo, ours, theirs, isKept ? undefined : keep);
  if (merged.kind === "conflict") return merged;
  const isSame = merged.tree === await treeOf(repo, ours);
  if (isSame && await isAncestor(repo, theirs, ours)) return { kind: "contained" };
  const sign = await repo.signsCommits() ? ["-S"] : [];
  const args = ["commit-tree", ...sign, "-p", ours, "-p", parent, "-F", "-", merged.tree];
  const sha = await repo.line(args, { input: message, hooks });
  repo.known.addMerge(sha, { ours, theirs: parent, tree: merged.tree });
  return { kind: "merged", sha };
}

async function treeOf(repo: Repository, commit: string): Promise<string> {
  const tree = repo.known.trees.get(commit) ??
    await repo.line(["rev-parse", "--verify", `${commit}^{tree}`]);
  repo.known.trees.set(commit, tree);
  return tree;
}

/** The result of merging two commits. `keep`: a folder that stays as in `ours`. */
export async function mergeTrees(
  repo: Repository,
  ours: string,
  theirs: string,
  keep?: string,
): Promise<MergedTree> {
  const folder = await attributesOf(repo, ours);
  const flags = ["--write-tree", "--messages", "-z"];
  const args = ["merge-tree", ...flags, "--end-of-options", ours, theirs];
  const env = { GIT_DIR: repo.commonDir, GIT_WORK_TREE: folder };
  const result = await new Git(folder, { discover: true, env }).result(args);
  if (result.code > 1 || result.stdout === "") throw gitFailed(args, result);
  const { tree, stages, messages } = parseMergeTree(result.stdout);
  const open = stages.filter(({ path }) => keep === undefined || !isWithin(path, keep));
  if (open.length > 0) {
    return { kind: "conflict", ...await describeConflicts(repo, { ours, theirs }, open, messages) };
  }
  return {
    kind: "clean",
    tree: keep === undefined ? tree : await keepFolder(repo, tree, ours, keep),
  };
}

/** The files in which a merge of two commits or branches would conflict. */
export async function conflictsBetween(
  repo: Repository,
  ours: string,
  theirs: string,
): Promise<string[]> {
  const merged = await mergeTrees(repo, ours, theirs);
  return merged.kind === "clean" ? [] : merged.conflicts.map(({ path }) => path);
}

/**
 * A folder with the `.gitattributes` of a commit: git reads attributes from its work tree, and before 2.41
 * from nowhere else.
 */
async function attributesOf(repo: Repository, commit: string): Promise<string> {
  const known = repo.known.attributes.get(commit);
  if (known !== undefined && exists(known)) return known;
  const folder = await makeAttributes(repo, commit);
  repo.known.attributes.set(commit, folder);
  return folder;
}

async function makeAttributes(repo: Repository, commit: string): Promise<string> {
  const files = (await listTree(repo, commit, { deep: true }))
    .filter(({ path, isFile }) => isFile && ATTRIBUTES.test(path));
  const names = files.map(({ path, sha }) => `${sha} ${path}`).join("\n");
  const key = createHash("sha256").update(names).digest("hex").slice(0, 16);
  const folder = join(repo.commonDir, STATE_DIR, "attributes", key);
  if (exists(folder)) return folder;
  const part = `${folder}.${crypto.randomUUID()}`;
  return await io(folder, async () => {
    await Deno.mkdir(part, { recursive: true });
    // rename(2) replaces an empty folder, in which another merge may be running.
    await Deno.writeTextFile(join(part, ".gitattributes"), "");
    for (const { path, sha } of files) {
      const text = await repo.git(["cat-file", "blob", sha]);
      await Deno.mkdir(join(part, dirname(path)), { recursive: true });
      await Deno.writeTextFile(join(part, path), text);
    }
    await Deno.rename(part, folder).catch(async (error) => {
      // Another merge has created it in the meantime.
      await Deno.remove(part, { recursive: true });
      if (!exists(folder)) throw error;
    });
    return folder;
  });
}

/** The tree, with one folder replaced by a commit's version. */
async function keepFolder(
  repo: Repository,
  tree: string,
  commit: string,
  folder: string,
): Promise<string> {
  const entryIn = (rev: string) => repo.line(["--literal-pathspecs", "ls-tree", rev, "--", folder]);
  const [made, kept] = [await entryIn(tree), await entryIn(commit)];
  if (made === kept) return tree;
  return await withScratchIndex(repo, async (scratch) => {
    await scratch.git(["read-tree", tree]);
    const input = await scratch.git(["--literal-pathspecs", "ls-files", "-z", "--", folder]);
    await scratch.git(["update-index", "--force-remove", "-z", "--stdin"], { input });
    const [, , subtree] = kept.split(/[ \t]/);
    if (subtree) await scratch.git(["read-tree", `--prefix=${folder}/`, subtree]);
    return await scratch.line(["write-tree"]);
  });
}

/**
 * Merges branches into a clean worktree, one after the other; merged branches are skipped cheaply. After a
 * conflict, the earlier merges stay.
 */
export async function mergeInto(
  repo: Repository,
  worktree: Git,
  sources: MergeSource[],
  message: string,
  hooks?: Hooks,
): Promise<void> {
  const { known, refs } = repo;
  for (const [index, source] of sources.entries()) {
    const { head: theirs } = source;
    const { sha: ours = "" } = await headOf(worktree.path, refs);
    if (known.contains(ours, theirs)) continue;
    if (known.contains(theirs, ours) || await isAncestor(worktree, ours, theirs)) {
      await moveOnto(worktree, theirs);
      continue;
    }
    const merged = await mergeCommits(repo, { ours, theirs, message, hooks });
    if (merged.kind === "merged") await moveOnto(worktree, merged.sha);
    if (merged.kind !== "conflict") continue;
    const between = [
      ...await conflictingBranches(repo, worktree, source, sources.slice(0, index)),
      source.label,
    ];
    const { conflicts } = merged;
    const files = conflicts.map(({ path }) => path);
    throw new Failed({ reason: "merge_conflict", files, between, conflicts });
  }
}

/** Moves a worktree and its branch to a commit, unless that touches uncommitted changes. */
export async function moveOnto(worktree: Git, commit: string): Promise<void> {
  await worktree.git(["reset", "--quiet", "--keep", commit, "--"]);
}

/** Which of the branches merged earlier conflict with this one; if none, the worktree's own. */
async function conflictingBranches(
  repo: Repository,
  worktree: Git,
  source: MergeSource,
  earlier: MergeSource[],
): Promise<string[]> {
  const labels: string[] = [];
  for (const other of earlier) {
    const merged = await mergeTrees(repo, other.head, source.head);
    if (merged.kind === "conflict") labels.push(other.label);
  }
  if (labels.length > 0) return labels;
  const head = await headState(worktree);
  return [head.branch ?? "HEAD"];
}
