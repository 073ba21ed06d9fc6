import { Failed } from "../domain/failed.ts";
import { entries, git, gitFailed, gitOk } from "./git.ts";
import { headState } from "./commit.ts";
import type { Repository } from "./repository.ts";

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
  worktree: string,
  sources: MergeSource[],
  message: string,
): Promise<void> {
  for (const [index, source] of sources.entries()) {
    await mergeOne(worktree, source, sources.slice(0, index), message);
  }
}

async function mergeOne(
  worktree: string,
  source: MergeSource,
  earlier: MergeSource[],
  message: string,
): Promise<void> {
  const cwd = worktree;
  const ref = `refs/heads/${source.branch}`;
  const contained = ["merge-base", "--is-ancestor", ref, "HEAD"];
  const known = await git(contained, { cwd });
  if (known.code === 0) return;
  if (known.code !== 1) throw gitFailed(contained, known);

  const flags = ["--quiet", "--no-edit", "--ff", "--no-squash", "--commit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", ref];
  const merge = await git(args, { cwd });
  if (merge.code === 0) return;
  const open = await gitOk(["diff", "--name-only", "--diff-filter=U", "-z"], { cwd });
  await takeBack(worktree);
  const files = entries(open);
  if (files.length === 0) throw gitFailed(args, merge);
  const others = await opponents(worktree, source, earlier);
  throw new Failed({ reason: "merge_conflict", files, between: [...others, source.label] });
}

async function takeBack(worktree: string): Promise<void> {
  const head = await headState(worktree);
  if (head.inProgress !== "merge") return;
  await gitOk(["merge", "--abort"], { cwd: worktree });
}

/** Which of the branches merged before this one does not get along with; if none, the worktree's own. */
async function opponents(
  worktree: string,
  source: MergeSource,
  earlier: MergeSource[],
): Promise<string[]> {
  const labels: string[] = [];
  for (const other of earlier) {
    const files = await mergeTree(
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
  repo: Repository,
  ours: string,
  theirs: string,
): Promise<string[]> {
  return await mergeTree(repo.root, ours, theirs);
}

async function mergeTree(cwd: string, ours: string, theirs: string): Promise<string[]> {
  const flags = ["--write-tree", "--name-only", "--no-messages", "-z"];
  const args = ["merge-tree", ...flags, "--end-of-options", ours, theirs];
  const merge = await git(args, { cwd });
  if (merge.code === 0) return [];
  // The tree comes first, then the files. Without a tree, one of the two is no commit.
  const [tree, ...files] = entries(merge.stdout);
  if (merge.code !== 1 || tree === undefined) throw gitFailed(args, merge);
  return [...new Set(files)];
}
