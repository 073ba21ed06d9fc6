import type { FileConflict } from "../../domain/file_conflict.ts";
import { headState, refusal } from "../commit.ts";
import { describeConflicts, unmergedStages } from "../conflicts.ts";
import { mergeCommits, moveOnto } from "../merge.ts";
import { discardTracked } from "../rescue/reset.ts";
import { entries, type Git, gitFailed } from "../git.ts";
import type { Hooks } from "../hooks.ts";
import type { Worktree } from "../worktree.ts";

/** Files with unresolved conflicts. */
export async function unmergedFiles(worktree: Git): Promise<string[]> {
  const args = ["diff", "--name-only", "--diff-filter=U", "-z"];
  const open = await worktree.git(args);
  return [...new Set(entries(open))];
}

/** The commit that is being merged into a worktree; undefined: no merge is in progress. */
export async function mergeHead(worktree: Git): Promise<string | undefined> {
  return await worktree.maybe(["rev-parse", "--quiet", "--verify", "MERGE_HEAD"]);
}

/** Aborts the merge in progress, after anchoring its state. False: there was none. */
export async function abortMerge(
  worktree: Worktree,
  run: string,
): Promise<boolean> {
  const head = await headState(worktree);
  if (head.inProgress !== "merge") return false;
  await discardTracked(worktree, run);
  const after = await headState(worktree);
  if (after.inProgress !== "merge") return true;
  // It was resolved to the branch's own version, so there was nothing to discard.
  await worktree.git(["merge", "--abort"]);
  return true;
}

/** A merge that is left in progress; without files if there was no conflict. */
export interface BegunMerge {
  /** Files in conflict. */
  files: string[];
  /** What each side did to them; the worktree's branch is ours. */
  conflicts: FileConflict[];
  /** git's own messages about them. */
  said: string[];
}

/**
 * Merges a commit into a task's branch in its worktree, without hooks if there is no conflict. A conflict
 * stays in the worktree, to be resolved. Does nothing if a merge is in progress or was done.
 */
export async function beginMerge(
  worktree: Worktree,
  { onto, message, hooks }: { onto: string; message: string; hooks?: Hooks },
): Promise<BegunMerge> {
  const { repo } = worktree;
  const head = await headState(worktree);
  const ours = await worktree.line(["rev-parse", "HEAD"]);
  const merged = head.inProgress === "merge"
    ? undefined
    : await mergeCommits(repo, { ours, theirs: onto, message, hooks });
  if (merged?.kind === "merged") await moveOnto(worktree, merged.sha);
  if (merged && merged.kind !== "conflict") return { files: [], conflicts: [], said: [] };
  const flags = ["--quiet", "--no-ff", "--no-edit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", onto];
  const merge = merged ? await worktree.result(args) : undefined;
  const stages = await unmergedStages(worktree);
  if (merge && merge.code !== 0 && stages.length === 0) throw gitFailed(args, merge);
  const messages = merged?.messages ?? [];
  const found = await describeConflicts(repo, { ours, theirs: onto }, stages, messages);
  const files = [...new Set(stages.map(({ path }) => path))];
  return { files, conflicts: found.conflicts, said: found.messages };
}

/** Commits a merge whose conflicts are resolved. Fails with `commit_failed` if a hook refuses it. */
export async function concludeMerge(worktree: Git, hooks?: Hooks): Promise<void> {
  const args = ["commit", "--quiet", "--no-edit", "--cleanup=strip"];
  const committed = await worktree.result(args, { hooks });
  if (committed.code === 0) return;
  throw refusal(committed);
}

/** Conflict markers of git; `=======` is left out because it also underlines titles. */
const MARKERS = "^(<{7}|>{7})( |$)";

/** The files that have conflict markers in a tree and in none of the others. */
export async function filesWithMarkers(
  worktree: Git,
  tree: string,
  others: string[],
  files: string[],
): Promise<string[]> {
  if (files.length === 0) return [];
  const paths = files.map((file) => `:(top,literal)${file}`);
  const found = async (rev: string): Promise<string[]> => {
    const args = ["grep", "--name-only", "-z", "-E", "-e", MARKERS, rev, "--", ...paths];
    const listed = await worktree.maybe(args);
    return entries(listed ?? "").map((name) => name.slice(rev.length + 1));
  };
  let marked = await found(tree);
  if (marked.length === 0) return marked;
  for (const other of others) {
    const before = await found(other);
    marked = marked.filter((file) => !before.includes(file));
  }
  return marked;
}
