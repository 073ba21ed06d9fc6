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
import type { SingleCommit } from "../../git/known_commits.ts";
import { exists } from "../../util/files.ts";
import type { Worktree } from "../../git/worktree.ts";
import { mergeVerdict, settleMerge } from "./base_merge.ts";
import { refuseCopied } from "../context/copied.ts";
import { planFolderIn } from "../context/plan_paths.ts";
import { headsOf } from "./dependencies.ts";
import { makeTree } from "./prepare.ts";
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
  if (!leftovers.verdict.passed) return leftovers.verdict;
  const { commit } = leftovers;
  const isNew = scope.attemptStarts.get(input.task)?.began !== undefined;
  const parent = scope.prepared.get(input.task)?.head;
  const made = commit && isNew && parent !== undefined && parent === head.sha
    ? await onlyCommit(worktree, { ...commit, parent })
    : await commitsOf(scope, worktree, { before: head.sha, byParex: commit !== undefined });
  return await evidence(scope, worktree, input, made);
}

/** Without files that are exactly as a checkout writes them. */
async function changesOf(worktree: Worktree) {
  const found = await changesAndHead(worktree);
  const { changes, head } = found;
  if (changes.every(({ state }) => state !== " M")) return found;
  // Nothing but new attributes would make git report files that nobody has changed.
  const wasClean = head.sha !== undefined && worktree.repo.known.clean.has(head.sha);
  if (wasClean && changes.every(({ path }) => !path.endsWith(".gitattributes"))) return found;
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
    return mergeVerdict("git status", `HEAD is ${where}, not on ${worktree.branch}`);
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
  const hasMoved = sha !== scope.prepared.get(worktree.task)?.head;
  if (origin === undefined || origin === sha || !hasMoved) return { passed: true };
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

interface Leftovers {
  verdict: Verdict;
  /** What parex has committed; undefined: nothing. */
  commit?: Omit<SingleCommit, "parent"> | undefined;
}

async function commitLeftovers(
  scope: Scope,
  worktree: Worktree,
  left: Change[],
  head: HeadState,
): Promise<Leftovers> {
  const folder = planFolderIn(scope.repo, scope.plan);
  const exclude = folder === undefined ? [] : [folder];
  const wanted = left.filter(({ path }) =>
    !exclude.some((folder) => path === folder || path.startsWith(`${folder}/`))
  );
  if (wanted.length === 0) return { verdict: { passed: true } };
  const { id, name, title, labels } = taskOf(scope, worktree.task);
  const message = commitMessage({ title: title ?? name, task: id, labels });
  const hooks = hooksIn(scope, worktree);
  const known = { changes: left, head };
  const done = await resultOf(() => commitAll(worktree, message, { hooks, exclude, left: known }));
  const subject = message.split("\n", 1)[0] ?? "";
  const commit = { subject, paths: wanted.map(({ path }) => path) };
  if (done.ok) return { verdict: { passed: true }, commit: done.value ? commit : undefined };
  if (done.failure.reason !== "commit_failed" || done.failure.late) throw new Failed(done.failure);
  // Most likely a hook of the user's refused it: the agent can fix that, but not one that hangs.
  return { verdict: mergeVerdict("git commit", done.failure.detail) };
}

/** What a task has committed so far. */
interface Made {
  /** How many commits are its own. */
  commits: number;
  head: string;
  byParex: boolean;
  /** Commits and branches whose commits are not its own. */
  notFrom?: string[] | undefined;
}

/** The agent has committed nothing, and parex has: git need not be asked. */
async function onlyCommit(worktree: Worktree, commit: SingleCommit): Promise<Made> {
  const head = await worktree.head() ?? "";
  worktree.repo.known.addSingle(head, commit);
  return { commits: 1, head, byParex: true };
}

async function commitsOf(
  scope: Scope,
  { task, branch }: Worktree,
  { before, byParex }: { before: string | undefined; byParex: boolean },
): Promise<Made> {
  const notFrom = await notOwnOf(scope, task);
  const commits = await ownCommits(scope.repo, `refs/heads/${branch}`, notFrom);
  // The commit that parex has just made is the newest one.
  const head = (byParex ? commits[0]?.sha : before) ?? "";
  return { commits: commits.length, head, byParex, notFrom };
}

async function notOwnOf(scope: Scope, task: TaskId): Promise<string[]> {
  const upstream = await headsOf(scope, taskOf(scope, task).dependencies);
  // After a merge of the base, its commits are on the branch too; they are not the task's own.
  return [scope.baseSha, scope.tip, ...upstream.map(({ head }) => head)];
}

async function evidence(
  scope: Scope,
  worktree: Worktree,
  input: { task: TaskId; attempt: number },
  { commits, head, byParex, notFrom }: Made,
): Promise<Verdict> {
  if (commits === 0) {
    const log = `${scope.dir}/transcripts/${attemptName(input)}.log`;
    throw new Failed({ reason: "no_changes", log });
  }
  const others = notFrom ?? await notOwnOf(scope, worktree.task);
  await refuseCopied(scope, worktree.branch, { notFrom: others, since: scope.baseSha });
  const { task, attempt } = input;
  scope.emit({ type: "task.committed", task, attempt, commits, head, by_parex: byParex });
  return { passed: true };
}
