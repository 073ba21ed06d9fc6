import { Failed } from "../../domain/failed.ts";
import type { Env } from "../../exec/env.ts";
import { isAncestor } from "../ancestry.ts";
import { headState } from "../commit.ts";
import { discardTracked } from "../rescue/reset.ts";
import { detailOf, entries, git, gitFailed, gitMaybe, gitOk } from "../git.ts";
import type { Repository } from "../repository.ts";

/** Files with open conflicts. */
export async function unmergedFiles(worktree: string): Promise<string[]> {
  const args = ["diff", "--name-only", "--diff-filter=U", "-z"];
  const open = await gitOk(args, { cwd: worktree });
  return [...new Set(entries(open))];
}

/** The commit that is being merged into a worktree; undefined: no merge is under way. */
export async function halfMerge(worktree: string): Promise<string | undefined> {
  return await gitMaybe(["rev-parse", "--quiet", "--verify", "MERGE_HEAD"], { cwd: worktree });
}

/** Ends a merge that stands half done, its state anchored. True: there was one. */
export async function giveUpMerge(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env: Env },
): Promise<boolean> {
  const head = await headState(work.worktree);
  if (head.inProgress !== "merge") return false;
  await discardTracked(repo, work);
  const after = await headState(work.worktree);
  if (after.inProgress !== "merge") return true;
  // Resolved to what the branch had before: nothing was there to discard.
  await gitOk(["merge", "--abort"], { cwd: work.worktree });
  return true;
}

/**
 * Merges a commit into a task's branch in its worktree. A conflict stays there half done, to be
 * resolved. Returns the files in conflict. Does nothing if a merge is under way or has been done.
 */
export async function beginMerge(
  worktree: string,
  onto: string,
  message: string,
  env: Env,
): Promise<string[]> {
  const cwd = worktree;
  const head = await headState(cwd);
  if (head.inProgress === "merge") return await unmergedFiles(cwd);
  const contained = await isAncestor(cwd, onto, "HEAD");
  if (contained) return [];
  const flags = ["--quiet", "--no-ff", "--no-edit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", onto];
  const merge = await git(args, { cwd, env });
  if (merge.code === 0) return [];
  const files = await unmergedFiles(cwd);
  if (files.length > 0) return files;
  throw gitFailed(args, merge);
}

/** Commits a merge whose conflicts are resolved. Fails with `commit_failed` if a hook refuses it. */
export async function concludeMerge(worktree: string, env: Env): Promise<void> {
  const args = ["commit", "--quiet", "--no-edit", "--cleanup=strip"];
  const committed = await git(args, { cwd: worktree, env });
  if (committed.code === 0) return;
  throw new Failed({ reason: "commit_failed", detail: detailOf(committed) });
}

/** Lines that git puts around a conflict; the one between, `=======`, also underlines titles. */
const MARKERS = "^(<{7}|>{7})( |$)";

/** Of these files, the ones that have conflict markers in a tree and in none of the others. */
export async function markedFiles(
  worktree: string,
  tree: string,
  others: string[],
  files: string[],
): Promise<string[]> {
  if (files.length === 0) return [];
  const paths = files.map((file) => `:(top,literal)${file}`);
  const found = async (rev: string): Promise<string[]> => {
    const args = ["grep", "--name-only", "-z", "-E", "-e", MARKERS, rev, "--", ...paths];
    const listed = await gitMaybe(args, { cwd: worktree });
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
