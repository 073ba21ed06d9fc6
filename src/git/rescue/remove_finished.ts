/**
 * Removes what a task that is done no longer needs. The usual worktree is clean, and git names no commit in it
 * that is not on its branch: then git's own refusal to remove what is not clean is enough. In every other
 * case all is anchored first, by `removeWork`.
 */
import { join } from "node:path";
import { resultOf } from "../../domain/failed.ts";
import { exists } from "../../util/files.ts";
import { unfinished } from "../commit.ts";
import { Git } from "../git.ts";
import { headOf } from "../head.ts";
import { forgetOwner } from "../plan_owners.ts";
import { commitsInReflogs } from "../reflog.ts";
import type { Repository } from "../repository.ts";
import type { Worktree } from "../worktree.ts";
import { notesIn, stashesOf } from "./reflog_commits.ts";
import { type Removed, removeWork } from "./remove.ts";

/** Removes a worktree and its branch, of which this commit has landed. Safe to run again. */
export async function removeLanded(
  worktree: Worktree,
  run: string,
  landed: string,
): Promise<Removed> {
  const { repo, task, branch, path } = worktree;
  const ref = `refs/heads/${branch}`;
  const isPlain = await repo.refs.sha(ref) === landed && await holdsOnly(worktree, landed) &&
    await removeClean(worktree);
  if (!isPlain) {
    const there = exists(path) ? worktree : undefined;
    return await removeWork(repo, { run, task, branch, worktree: there });
  }
  await repo.exclusively(async () => {
    await repo.git(["update-ref", "-d", ref, landed]);
    await forgetOwner(repo, branch);
  });
  return { anchored: [] };
}

/** Removes a worktree whose branch stays. False: it holds something that git does not have, and stays. */
export async function removeCompleted(worktree: Worktree): Promise<boolean> {
  const head = await worktree.repo.refs.sha(`refs/heads/${worktree.branch}`);
  return head !== undefined && await holdsOnly(worktree, head) && await removeClean(worktree);
}

/** Whether nothing that git records of a worktree names a commit that this one does not contain. */
async function holdsOnly(worktree: Worktree, commit: string): Promise<boolean> {
  const { repo, path, branch } = worktree;
  if (!repo.refs.isInFiles || !exists(join(path, ".git"))) return false;
  const { gitDir } = worktree;
  const head = await headOf(path, repo.refs);
  if (head.ref !== `refs/heads/${branch}` || head.sha !== commit) return false;
  if (unfinished(gitDir) || exists(join(gitDir, "modules")) || hasRefs(gitDir)) return false;
  const logs = [join(repo.commonDir, "logs", head.ref), join(gitDir, "logs/HEAD")];
  const named = new Set([...await notesIn(gitDir), ...await commitsInReflogs(logs)]);
  named.delete(commit);
  const isStashed = await repo.refs.sha("refs/stash") !== undefined &&
    (await stashesOf(repo, branch, [commit, ...named])).length > 0;
  return !isStashed && await contains(repo, commit, [...named]);
}

/** A worktree's own refs, such as those of a bisection. */
function hasRefs(gitDir: string): boolean {
  try {
    return [...Deno.readDirSync(join(gitDir, "refs"))].length > 0;
  } catch {
    return false; // none
  }
}

async function contains(repo: Repository, commit: string, others: string[]): Promise<boolean> {
  // Most worktrees have moved from where they began to one commit after it.
  const parent = repo.known.single.get(commit)?.parent;
  if (others.every((other) => other === parent)) return true;
  const input = [...others, `^${commit}`, ""].join("\n");
  const left = await resultOf(() => repo.git(["rev-list", "-n", "1", "--stdin"], { input }));
  return left.ok && left.value === "";
}

/** False: git refuses, because the worktree has changes or files that git neither has nor ignores. */
async function removeClean({ path, repo, config }: Worktree): Promise<boolean> {
  const every = { "status.showUntrackedFiles": "normal" };
  const git = new Git(repo.path, { config: { ...config, ...every } });
  const args = ["worktree", "remove", "--", path];
  const removed = await repo.exclusively(() => git.result(args));
  return removed.code === 0;
}
