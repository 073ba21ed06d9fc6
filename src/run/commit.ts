import { dirname, relative } from "node:path";
import type { Verdict } from "../../machines/ports.ts";
import { commitMessage } from "../agent/commit_message.ts";
import type { Blocking } from "../domain/failure.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { TaskId } from "../domain/task.ts";
import { changes, commitAll, headState, ownCommits, takeHeadHome } from "../git/commit.ts";
import { excludesEnv } from "../git/local_excludes.ts";
import { excludesOf, makeTree, ownBranches } from "./prepare.ts";
import { attemptName, type Scope, type Workspace, workspaceOf } from "./scope.ts";

/**
 * Turns what an attempt left behind into evidence: its work stands committed on the task's branch,
 * or the verdict says what the agent has to put right first.
 */
export async function commit(
  scope: Scope,
  input: { task: TaskId; attempt: number },
  signal: AbortSignal,
): Promise<Result<Verdict, Blocking>> {
  const space = workspaceOf(scope, input.task);
  // The agent may have removed its worktree; what it had committed is on the branch.
  const tree = await makeTree(scope, input.task, signal);
  if (!tree.ok) return tree;
  const head = await settleHead(scope, space);
  if (!head.ok || !head.value.passed) return head;
  const leftovers = await commitLeftovers(scope, space);
  if (!leftovers.ok || !leftovers.value.verdict.passed) {
    return leftovers.ok ? ok(leftovers.value.verdict) : leftovers;
  }
  return await evidence(scope, space, input, leftovers.value.byParex);
}

/** HEAD must stand on the task's branch, with nothing half done. */
async function settleHead(scope: Scope, space: Workspace): Promise<Result<Verdict, Blocking>> {
  const state = await headState(space.path);
  if (!state.ok) return state;
  const { inProgress, unmerged, branch } = state.value;
  if (inProgress && (inProgress !== "merge" || unmerged.length > 0)) {
    const files = unmerged.length > 0 ? `\nunmerged: ${unmerged.join(", ")}` : "";
    return ok(refused("git status", `a ${inProgress} is half done${files}`));
  }
  if (branch === space.branch) return ok({ passed: true });
  const home = await takeHeadHome(scope.repo, space.path, space.branch);
  if (!home.ok) return home;
  if (home.value.moved) {
    const where = branch ? `on the branch ${branch}` : "on a detached HEAD";
    scope.emit({
      type: "notice",
      task: space.task.id,
      message: `The agent committed ${where}; its commits were taken to ${space.branch}.`,
    });
    return ok({ passed: true });
  }
  const stands = branch ? `on the branch ${branch}` : "detached";
  return ok(refused("git status", `HEAD stands ${stands}, not on ${space.branch}`));
}

async function commitLeftovers(
  scope: Scope,
  space: Workspace,
): Promise<Result<{ verdict: Verdict; byParex: boolean }, Blocking>> {
  const excludes = await excludesOf(space);
  if (!excludes.ok) return excludes;
  const env = excludesEnv(excludes.value);
  const exclude = planFiles(scope);
  const left = await changes(space.path, { env, exclude });
  if (!left.ok) return left;
  if (left.value.length === 0) return ok({ verdict: { passed: true }, byParex: false });
  const { task } = space;
  const message = commitMessage({
    title: task.title ?? task.name,
    task: task.id,
    labels: task.labels,
  });
  const done = await commitAll(space.path, message, { env, exclude });
  if (done.ok) return ok({ verdict: { passed: true }, byParex: true });
  if (done.failure.reason !== "commit_failed") return done;
  // A hook of the user's refused it, most likely: the agent can put that right.
  return ok({ verdict: refused("git commit", done.failure.detail), byParex: false });
}

/** The plan's folder as it stands in the worktree: what an agent wrote there is never committed. */
function planFiles(scope: Scope): string[] {
  const folder = relative(scope.repo.checkout, dirname(scope.plan.path));
  return folder === "" || folder.startsWith("..") ? [] : [folder];
}

async function evidence(
  scope: Scope,
  space: Workspace,
  input: { task: TaskId; attempt: number },
  byParex: boolean,
): Promise<Result<Verdict, Blocking>> {
  const upstream = await ownBranches(scope, space.task.dependencies);
  if (!upstream.ok) return upstream;
  const notFrom = [scope.baseSha, ...upstream.value.map(({ branch }) => branch)];
  const commits = await ownCommits(scope.repo, space.branch, notFrom);
  if (!commits.ok) return commits;
  const head = commits.value[0];
  if (!head) {
    const log = `${scope.dir}/transcripts/${attemptName(input)}.log`;
    return fail({ reason: "no_changes", log });
  }
  scope.emit({
    type: "task.committed",
    task: input.task,
    attempt: input.attempt,
    commits: commits.value.length,
    head: head.sha,
    by_parex: byParex,
  });
  return ok({ passed: true });
}

function refused(command: string, tail: string): Verdict {
  return { passed: false, check: "commit", failed: { command, exitCode: 1, tail } };
}
