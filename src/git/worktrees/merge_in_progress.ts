import { fail, ok, type Result } from "../../domain/result.ts";
import type { Env } from "../../exec/env.ts";
import { isAncestor } from "../ancestry.ts";
import { headState } from "../commit.ts";
import { discardTracked } from "../rescue/reset.ts";
import { detailOf, entries, git, gitFailed, gitMaybe, gitOk } from "../git.ts";
import type { Repository } from "../repository.ts";

/** Files with open conflicts. */
export async function unmergedFiles(worktree: string): Promise<Result<string[]>> {
  const args = ["diff", "--name-only", "--diff-filter=U", "-z"];
  const open = await gitOk(args, { cwd: worktree });
  return open.ok ? ok([...new Set(entries(open.value))]) : open;
}

/** The commit that is being merged into a worktree; undefined: no merge is under way. */
export async function halfMerge(worktree: string): Promise<Result<string | undefined>> {
  return await gitMaybe(["rev-parse", "--quiet", "--verify", "MERGE_HEAD"], { cwd: worktree });
}

/** Ends a merge that stands half done, its state anchored. True: there was one. */
export async function giveUpMerge(
  repo: Repository,
  work: { run: string; task: string; worktree: string; env: Env },
): Promise<Result<boolean>> {
  const head = await headState(work.worktree);
  if (!head.ok) return head;
  if (head.value.inProgress !== "merge") return ok(false);
  const discarded = await discardTracked(repo, work);
  if (!discarded.ok) return discarded;
  const after = await headState(work.worktree);
  if (!after.ok) return after;
  if (after.value.inProgress !== "merge") return ok(true);
  // Resolved to what the branch had before: nothing was there to discard.
  const aborted = await gitOk(["merge", "--abort"], { cwd: work.worktree });
  return aborted.ok ? ok(true) : aborted;
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
): Promise<Result<string[]>> {
  const cwd = worktree;
  const head = await headState(cwd);
  if (!head.ok) return head;
  if (head.value.inProgress === "merge") return await unmergedFiles(cwd);
  const contained = await isAncestor(cwd, onto, "HEAD");
  if (!contained.ok) return contained;
  if (contained.value) return ok([]);
  const flags = ["--quiet", "--no-ff", "--no-edit", "--no-autostash"];
  const args = ["merge", ...flags, "-m", message, "--", onto];
  const merge = await git(args, { cwd, env });
  if (merge.code === 0) return ok([]);
  const files = await unmergedFiles(cwd);
  if (!files.ok) return files;
  return files.value.length > 0 ? files : gitFailed(args, merge);
}

/** Commits a merge whose conflicts are resolved. Fails with `commit_failed` if a hook refuses it. */
export async function concludeMerge(worktree: string, env: Env): Promise<Result<void>> {
  const args = ["commit", "--quiet", "--no-edit", "--cleanup=strip"];
  const committed = await git(args, { cwd: worktree, env });
  if (committed.code === 0) return ok();
  return fail({ reason: "commit_failed", detail: detailOf(committed) });
}

/** Lines that git puts around a conflict; the one between, `=======`, also underlines titles. */
const MARKERS = "^(<{7}|>{7})( |$)";

/** Of these files, the ones that have conflict markers in a tree and in none of the others. */
export async function markedFiles(
  worktree: string,
  tree: string,
  others: string[],
  files: string[],
): Promise<Result<string[]>> {
  if (files.length === 0) return ok([]);
  const paths = files.map((file) => `:(top,literal)${file}`);
  const found = async (rev: string): Promise<Result<string[]>> => {
    const args = ["grep", "--name-only", "-z", "-E", "-e", MARKERS, rev, "--", ...paths];
    const listed = await gitMaybe(args, { cwd: worktree });
    if (!listed.ok) return listed;
    return ok(entries(listed.value ?? "").map((name) => name.slice(rev.length + 1)));
  };
  const marked = await found(tree);
  if (!marked.ok || marked.value.length === 0) return marked;
  for (const other of others) {
    const before = await found(other);
    if (!before.ok) return before;
    marked.value = marked.value.filter((file) => !before.value.includes(file));
  }
  return marked;
}
