import { Failed } from "../domain/failed.ts";
import { entries, type Git, gitFailed } from "./git.ts";
import { headState } from "./commit.ts";

/** A branch to merge, and what people call it. */
export interface MergeSource {
  branch: string;
  label: string;
}

/**
 * Merges branches into a clean worktree, one after the other; those that it has already cost next to
 * nothing. On a conflict the merge is taken back, and the ones before it stay.
 */
export async function mergeInto(
  worktree: Git,
  sources: MergeSource[],
  message: string,
): Promise<void> {
  for (const [index, source] of sources.entries()) {
    await mergeOne(worktree, source, sources.slice(0, index), message);
  }
}

async function mergeOne(
  worktree: Git,
  source: MergeSource,
  earlier: MergeSource[],
  message: string,
): Promise<void> {
  const ref = `refs/heads/${source.branch}`;
  const contained = ["merge-base", "--is-ancestor", ref, "HEAD"];
  const known = await worktree.result(contained);
  if (known.code === 0) return;
  if (known.code !== 1) throw gitFailed(contained, known);

  const flags = ["--quiet", "--no-edit", "--ff", "--no-squash", "--commit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", ref];
  const merge = await worktree.result(args);
  if (merge.code === 0) return;
  const open = await worktree.git(["diff", "--name-only", "--diff-filter=U", "-z"]);
  await takeBack(worktree);
  const files = entries(open);
  if (files.length === 0) throw gitFailed(args, merge);
  const others = await opponents(worktree, source, earlier);
  throw new Failed({ reason: "merge_conflict", files, between: [...others, source.label] });
}

async function takeBack(worktree: Git): Promise<void> {
  const head = await headState(worktree);
  if (head.inProgress !== "merge") return;
  await worktree.git(["merge", "--abort"]);
}

/** Which of the branches merged before this one does not get along with; if none, the worktree's own. */
async function opponents(
  worktree: Git,
  source: MergeSource,
  earlier: MergeSource[],
): Promise<string[]> {
  const labels: string[] = [];
  for (const other of earlier) {
    const files = await conflictsBetween(
      worktree,
      `refs/heads/${other.branch}`,
      `refs/heads/${source.branch}`,
    );
    if (files.length > 0) labels.push(other.label);
  }
  if (labels.length > 0) return labels;
  const head = await headState(worktree);
  return [head.branch ?? "HEAD"];
}

/** The files in which a merge of two commits or branches would conflict. Touches no worktree. */
export async function conflictsBetween(
  at: Git,
  ours: string,
  theirs: string,
): Promise<string[]> {
  const flags = ["--write-tree", "--name-only", "--no-messages", "-z"];
  const args = ["merge-tree", ...flags, "--end-of-options", ours, theirs];
  const merge = await at.result(args);
  if (merge.code === 0) return [];
  // The tree comes first, then the files. Without a tree, one of the two is no commit.
  const [tree, ...files] = entries(merge.stdout);
  if (merge.code !== 1 || tree === undefined) throw gitFailed(args, merge);
  return [...new Set(files)];
}
