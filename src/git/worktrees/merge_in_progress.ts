import { Failed } from "../../domain/failed.ts";
import { isAncestor } from "../ancestry.ts";
import { headState } from "../commit.ts";
import { discardTracked } from "../rescue/reset.ts";
import { detailOf, entries, type Git, gitFailed } from "../git.ts";
import type { Worktree } from "../worktree.ts";

/** Files with open conflicts. */
export async function unmergedFiles(worktree: Git): Promise<string[]> {
  const args = ["diff", "--name-only", "--diff-filter=U", "-z"];
  const open = await worktree.git(args);
  return [...new Set(entries(open))];
}

/** The commit that is being merged into a worktree; undefined: no merge is under way. */
export async function halfMerge(worktree: Git): Promise<string | undefined> {
  return await worktree.maybe(["rev-parse", "--quiet", "--verify", "MERGE_HEAD"]);
}

/** Ends a merge that stands half done, its state anchored. True: there was one. */
export async function giveUpMerge(
  worktree: Worktree,
  run: string,
): Promise<boolean> {
  const head = await headState(worktree);
  if (head.inProgress !== "merge") return false;
  await discardTracked(worktree, run);
  const after = await headState(worktree);
  if (after.inProgress !== "merge") return true;
  // Resolved to what the branch had before: nothing was there to discard.
  await worktree.git(["merge", "--abort"]);
  return true;
}

/**
 * Merges a commit into a task's branch in its worktree. A conflict stays there half done, to be
 * resolved. Returns the files in conflict. Does nothing if a merge is under way or has been done.
 */
export async function beginMerge(
  worktree: Git,
  onto: string,
  message: string,
): Promise<string[]> {
  const head = await headState(worktree);
  if (head.inProgress === "merge") return await unmergedFiles(worktree);
  const contained = await isAncestor(worktree, onto, "HEAD");
  if (contained) return [];
  const flags = ["--quiet", "--no-ff", "--no-edit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", onto];
  const merge = await worktree.result(args);
  if (merge.code === 0) return [];
  const files = await unmergedFiles(worktree);
  if (files.length > 0) return files;
  throw gitFailed(args, merge);
}

/** Commits a merge whose conflicts are resolved. Fails with `commit_failed` if a hook refuses it. */
export async function concludeMerge(worktree: Git): Promise<void> {
  const args = ["commit", "--quiet", "--no-edit", "--cleanup=strip"];
  const committed = await worktree.result(args);
  if (committed.code === 0) return;
  throw new Failed({ reason: "commit_failed", detail: detailOf(committed) });
}

/** Lines that git puts around a conflict; the one between, `=======`, also underlines titles. */
const MARKERS = "^(<{7}|>{7})( |$)";

/** Of these files, the ones that have conflict markers in a tree and in none of the others. */
export async function markedFiles(
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
