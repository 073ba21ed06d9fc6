import { join } from "node:path";
import { Failed, resultOf } from "../../domain/failed.ts";
import type { TaskPullRequest } from "../../domain/pull_request.ts";
import { redactProse } from "../../domain/redact.ts";
import type { Task } from "../../domain/task.ts";
import { childEnv } from "../../exec/env.ts";
import { forkPoint } from "../../git/ancestry.ts";
import { pushBranch } from "../../git/push.ts";
import { Worktree } from "../../git/worktree.ts";
import { exists } from "../../util/files.ts";
import type { Gh } from "../../github/gh.ts";
import { addLabels } from "../../github/labels.ts";
import {
  createPullRequest,
  type PullRequest,
  updatePullRequest,
} from "../../github/pull_requests.ts";
import { baseOf, type Unlanded } from "../../github/stack.ts";
import { secretsForRecords } from "../../recovery/secrets.ts";
import { markOf, withPart } from "../../report/github/managed_part.ts";
import {
  type Evidence,
  pullRequestPart,
  pullRequestTitle,
} from "../../report/github/pull_request.ts";
import { refuseCopied } from "../context/copied.ts";
import { isFork } from "./repositories.ts";
import { taskIssueNumber } from "./task_issues.ts";
import { headIn, pullRequestOf, type PullRequestScope, unlandedOf } from "./pr_stack.ts";

/**
 * Makes sure that a completed task's branch has its one pull request: opens it, or updates an open one. One
 * that was closed or merged stays the only one. Safe to run again at any time.
 */
export async function ensurePullRequest(
  scope: PullRequestScope,
  task: Task,
  evidence: Evidence | undefined,
): Promise<TaskPullRequest> {
  const { repo, remotes: { push, all }, gh } = scope;
  const branch = repo.branchOf(task.id);
  const standing = await pullRequestOf(scope, task.id);
  if (standing && standing.state !== "open") {
    const { number, url, state } = standing;
    scope.notice(task.id, { about: "pull_request_ended", state, url });
    return { number, url, state };
  }
  if (push === undefined) throw new Failed({ reason: "no_remote", root: repo.root, remotes: all });
  const base = `refs/heads/${scope.base}`;
  const since = await forkPoint(repo, base, `refs/heads/${branch}`) ?? base;
  await refuseCopied(scope, branch, { notFrom: [base], since });
  const worktree = new Worktree(repo, task.id);
  const from = exists(join(worktree.path, ".git")) ? worktree : repo;
  await pushBranch(from, push, branch, scope.hooks(task.id));
  const unlanded = await unlandedOf(scope, task.id);
  const secrets = await secretsForRecords(repo, [], childEnv());
  const issue = await taskIssueNumber(scope, task);
  const draft = draftOf(scope, { ...task, issue }, unlanded, { evidence, secrets });
  const done = standing ? await refresh(gh, standing, draft) : await open(scope, branch, draft);
  const labels = task.labels.filter((label) => !standing?.labels.includes(label));
  const { left } = await addLabels(gh, done.number, { ofTask: labels });
  for (const { name, why } of left) {
    scope.notice(task.id, { about: "label_left_out", label: name, why });
  }
  return done;
}

/** What a pull request should be. */
interface Draft {
  title: string;
  base: string;
  /** The new text of an existing one; undefined if it needs no change. */
  textFrom: (present: string) => string | undefined;
}

function draftOf(
  { base, remotes, plan, repositories }: PullRequestScope,
  task: Task,
  unlanded: Unlanded[],
  { evidence, secrets }: { evidence: Evidence | undefined; secrets: string[] },
): Draft {
  const dependsOn = unlanded.map(({ number, branch }) => number ?? branch);
  const clean = (text: string) => redactProse(text, secrets);
  const shown = {
    ...task,
    title: task.title === undefined ? undefined : clean(task.title),
    name: clean(task.name),
    body: clean(task.body),
  };
  const facts = { task: shown, dependsOn, evidence };
  const mark = markOf(plan.identity, task.id);
  return {
    title: pullRequestTitle(shown),
    // A branch of a fork cannot be the base of a pull request elsewhere.
    base: baseOf(isFork(repositories) ? [] : unlanded, remotes.into?.branch ?? base),
    textFrom: (present) => {
      // Evidence from another machine is not replaced by no evidence.
      if (present.includes(mark) && evidence === undefined) return undefined;
      return withPart(present, mark, (room) => pullRequestPart(facts, room));
    },
  };
}

async function open(
  { gh, repositories }: PullRequestScope,
  branch: string,
  draft: Draft,
): Promise<TaskPullRequest> {
  const { title, base, textFrom } = draft;
  const body = textFrom("") ?? "";
  const made = await resultOf(() =>
    createPullRequest(gh, { head: headIn(repositories, branch), base, title, body })
  );
  if (made.ok) {
    const { value: { number, url }, created } = made.value;
    return { number, url, state: created ? "created" : "kept" };
  }
  const { failure } = made;
  if (failure.reason !== "github_failed") throw new Failed(failure);
  throw new Failed({ reason: "pull_request_failed", branch, base, detail: failure.detail });
}

async function refresh(
  gh: Gh,
  { number, url, body: present, base: presentBase }: PullRequest,
  draft: Draft,
): Promise<TaskPullRequest> {
  const text = draft.textFrom(present);
  const body = text === undefined || sameText(text, present) ? undefined : text;
  const base = draft.base === presentBase ? undefined : draft.base;
  if (body === undefined && base === undefined) return { number, url, state: "kept" };
  await updatePullRequest(gh, number, { body, base });
  return { number, url, state: "updated" };
}

/** GitHub's editor writes other line endings. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll("\r\n", "\n").trim();
  return plain(one) === plain(other);
}
