import { join } from "node:path";
import { Failed, resultOf } from "../../domain/failed.ts";
import type { Verdict } from "../../../machines/ports.ts";
import { commitMessage } from "./commit_message.ts";
import type { TaskId } from "../../domain/task.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { ignoreCheckoutDifferences } from "../../git/checkout_differences.ts";
import { moveCommitsToBranch } from "../../git/branches.ts";
import {
  type Change,
  changesAndHead,
  commitAll,
  type HeadState,
  headState,
  ownCommits,
} from "../../git/commit.ts";
import { exists } from "../../util/files.ts";
import type { Worktree } from "../../git/worktree.ts";
import { mergeVerdict, settleMerge } from "./base_merge.ts";
import { refuseCopied } from "../context/copied.ts";
import { planFolderIn } from "../context/plan_paths.ts";
import { makeTree, ownBranches } from "./prepare.ts";
import { attemptName, type Scope, taskOf, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";
import { notify } from "../context/notices.ts";

/**
 * Turns what an attempt left into evidence: commits its work on the task's branch, or returns a verdict with
 * what the agent has to fix first.
 */
export async function commit(
  scope: Scope,
  input: { task: TaskId; attempt: number; attempts: number },
  signal: AbortSignal,
): Promise<Verdict> {
  const worktree = worktreeFor(scope, input.task);
  if (!exists(join(worktree.path, ".git"))) {
    // The agent has removed its worktree; its commits are on the branch.
    await makeTree(scope, input.task, signal);
  }
  const merge = await settleMerge(scope, worktree, input);
  if (!merge.passed) return merge;
  const { changes, head } = await changesOf(worktree);
  const settled = await settleHead(scope, worktree, changes, head);
  if (!settled.passed) return settled;
  const history = await checkHistory(scope, worktree, head);
  if (!history.passed) return history;
  const leftovers = await commitLeftovers(scope, worktree, changes, head);
  if (!leftovers.verdict.passed) {
    return leftovers.verdict;
  }
  const { byParex } = leftovers;
  return await evidence(scope, worktree, input, { before: head.sha, byParex });
}

/** Without files that are exactly as a checkout writes them. */
async function changesOf(worktree: Worktree) {
  const found = await changesAndHead(worktree);
  if (found.changes.every(({ state }) => state !== " M")) return found;
  return await ignoreCheckoutDifferences(worktree) ? await changesAndHead(worktree) : found;
}

/** HEAD must be on the task's branch, with no operation in progress. */
async function settleHead(
  scope: Scope,
  worktree: Worktree,
  left: Change[],
  { inProgress, branch }: HeadState,
): Promise<Verdict> {
  const unmerged = left.filter(({ state }) => UNMERGED.has(state)).map(({ path }) => path);
  // A stash that does not apply leaves conflicts without an operation in progress.
  if (inProgress || unmerged.length > 0) {
    const files = unmerged.length > 0 ? `; unmerged files: ${unmerged.join(", ")}` : "";
    return mergeVerdict("git status", `a ${inProgress ?? "merge"} is half done${files}`);
  }
  if (branch === worktree.branch) return { passed: true };
  const since = scope.attemptStarts.get(worktree.task)?.at ?? Date.now();
  const home = await moveCommitsToBranch(worktree, since);
  const where = branch ? `on the branch ${branch}` : "on a detached HEAD";
  if (!home.moved) {
    return mergeVerdict("git status", `HEAD stands ${where}, not on ${worktree.branch}`);
  }
  notify(
    scope.emit,
    { about: "commits_brought_home", branch: worktree.branch, from: branch },
    worktree.task,
  );
  return { passed: true };
}

/** The branch must still contain the commits that it began from: without them it can never land. */
async function checkHistory(
  scope: Scope,
  worktree: Worktree,
  { sha }: HeadState,
): Promise<Verdict> {
  const origin = scope.attemptStarts.get(worktree.task)?.origin;
  if (origin === undefined || origin === sha) return { passed: true };
  const kept = await resultOf(() => isAncestor(worktree, origin, "HEAD"));
  if (!kept.ok) {
    const head = await resultOf(() => headState(worktree));
    if (!head.ok || head.value.sha !== undefined) throw new Failed(kept.failure);
    const gone = `${worktree.branch} was deleted. Make it again where it stood: git reflog HEAD`;
    return mergeVerdict("git log", gone);
  }
  if (kept.value) return { passed: true };
  const lost =
    `${worktree.branch} no longer has the commit that it began from, ${origin}: its history was ` +
    "rewritten. Bring your own commits onto that commit again.";
  return mergeVerdict("git log", lost);
}

/** As git-status(1) lists them for files with merge conflicts. */
const UNMERGED = new Set(["DD", "AU", "UD", "UA", "DU", "AA", "UU"]);

async function commitLeftovers(
  scope: Scope,
  worktree: Worktree,
  left: Change[],
  head: HeadState,
): Promise<{ verdict: Verdict; byParex: boolean }> {
  const folder = planFolderIn(scope.repo, scope.plan);
  const exclude = folder === undefined ? [] : [folder];
  const wanted = left.filter(({ path }) =>
    !exclude.some((folder) => path === folder || path.startsWith(`${folder}/`))
  );
  if (wanted.length === 0) return { verdict: { passed: true }, byParex: false };
  const { id, name, title, labels } = taskOf(scope, worktree.task);
  const message = commitMessage({ title: title ?? name, task: id, labels });
  const hooks = hooksIn(scope, worktree);
  const done = await resultOf(() => commitAll(worktree, message, { hooks, exclude, head }));
  if (done.ok) return { verdict: { passed: true }, byParex: done.value };
  if (done.failure.reason !== "commit_failed" || done.failure.late) throw new Failed(done.failure);
  // Most likely a hook of the user's refused it: the agent can fix that, but not one that hangs.
  return { verdict: mergeVerdict("git commit", done.failure.detail), byParex: false };
}

async function evidence(
  scope: Scope,
  worktree: Worktree,
  input: { task: TaskId; attempt: number },
  { before, byParex }: { before: string | undefined; byParex: boolean },
): Promise<Verdict> {
  const upstream = await ownBranches(scope, taskOf(scope, input.task).dependencies);
  // After a merge of the base, its commits are on the branch too; they are not the task's own.
  const notFrom = [scope.baseSha, scope.tip, ...upstream.map(({ branch }) => branch)];
  const commits = await ownCommits(scope.repo, worktree.branch, notFrom);
  if (commits.length === 0) {
    const log = `${scope.dir}/transcripts/${attemptName(input)}.log`;
    throw new Failed({ reason: "no_changes", log });
  }
  await refuseCopied(scope, worktree.branch, { notFrom, since: scope.baseSha });
  scope.emit({
    type: "task.committed",
    task: input.task,
    attempt: input.attempt,
    commits: commits.length,
    // The commit that parex has just made is the newest one.
    head: (byParex ? commits[0]?.sha : before) ?? "",
    by_parex: byParex,
  });
  return { passed: true };
}
