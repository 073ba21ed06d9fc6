import { Failed, resultOf } from "../../domain/failed.ts";
import { branchOf } from "../../domain/names.ts";
import { dependenciesFirst } from "../../domain/graph.ts";
import type { PullRequestOutcome } from "../../domain/pull_request.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import { processEnv } from "../../exec/env.ts";
import { planBranches } from "../../git/branches.ts";
import { exclusively } from "../../util/mutex.ts";
import type { Repository } from "../../git/repository.ts";
import { checkAccess } from "../../github/access.ts";
import { type GitHubRepository, parseRemoteUrl, withoutCredentials } from "../../github/remote.ts";
import type { Evidence } from "../../report/github/pull_request.ts";
import { evidenceIn, findEvidence } from "./last_evidence.ts";
import { ensurePullRequest } from "./pull_request.ts";
import { hooksIn, type Scope, taskOf, worktreeFor } from "../context/run_context.ts";
import { isInBase, type PullRequestScope } from "./pr_stack.ts";
import { notify } from "../context/notices.ts";

/** GitHub limits an account, so requests of one process run one at a time. */
const MUTEX = "github";
/** Before a run, nobody should wait long for a GitHub that does not answer. */
const PREPARE_TRIES = 2;

/**
 * The repository in which pull requests can be opened. Fails with `no_remote`, `remote_not_github`,
 * `gh_missing`, `gh_logged_out` or `github_denied`, and with `github_failed` if GitHub does not answer.
 */
export async function preparePullRequests(
  repo: Repository,
  remote: string | undefined,
): Promise<GitHubRepository> {
  const repository = await repositoryOn(repo, remote);
  const gh = { repository, cwd: repo.root, tries: PREPARE_TRIES };
  await checkAccess(gh);
  return repository;
}

/** The repository on GitHub that a remote points to. */
export async function repositoryOn(
  repo: Repository,
  remote: string | undefined,
): Promise<GitHubRepository> {
  if (remote === undefined) throw new Failed({ reason: "no_remote", root: repo.root });
  const url = await repo.line(["remote", "get-url", "--", remote]);
  const repository = parseRemoteUrl(url, processEnv().GH_HOST);
  if (repository) return repository;
  throw new Failed({ reason: "remote_not_github", remote, url: withoutCredentials(url) });
}

/** A task's pull request, as its landing reports it. */
export interface OpenedPullRequest {
  url: string;
  number: number;
  /** False: it existed before, and may be closed or merged. */
  created: boolean;
}

/**
 * Lands a task by its pull request: opens it, or updates it. Calls run one at a time. After the signal, it no
 * longer waits for limits.
 */
export async function openPullRequest(
  scope: Scope,
  id: TaskId,
  signal?: AbortSignal,
): Promise<OpenedPullRequest> {
  const { repo, base, plan, remote, record, emit } = scope;
  if (remote === undefined) throw new Failed({ reason: "no_remote", root: repo.root });
  const repository = await repositoryOn(repo, remote);
  const pullRequests: PullRequestScope = {
    repo,
    remote,
    base,
    plan,
    gh: { repository, cwd: repo.root, signal },
    notice: (task, notice) => notify(emit, notice, task),
    hooks: (task) => hooksIn(scope, worktreeFor(scope, task)),
  };
  const task = taskOf(scope, id);
  const known = evidenceIn(record, id) ??
    (await findEvidence(repo.commonDir, plan.identity, [id])).get(id);
  const { url, number, state } = await exclusively(
    MUTEX,
    () => ensurePullRequest(pullRequests, task, known),
  );
  // A closed pull request means that somebody rejected this work.
  if (state === "closed") throw new Failed({ reason: "pull_request_closed", number, url });
  return { url, number, created: state === "created" };
}

/**
 * Makes sure that every completed task of a plan has its pull request, dependencies first, and reports each.
 * A failure for one task does not stop the others.
 */
export async function openPullRequests(
  scope: PullRequestScope,
  onOutcome: (outcome: PullRequestOutcome) => void,
): Promise<PullRequestOutcome[]> {
  const { repo, plan } = scope;
  const branches = await planBranches(repo, plan.identity);
  const completed = dependenciesFirst(plan.tasks).filter(({ status }) => status === "completed");
  const ids = completed.map(({ id }) => id);
  const evidence = await findEvidence(repo.commonDir, plan.identity, ids);
  const outcomes: PullRequestOutcome[] = [];
  for (const task of completed) {
    const outcome = await outcomeOf(scope, task, branches, evidence.get(task.id));
    onOutcome(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function outcomeOf(
  scope: PullRequestScope,
  task: Task,
  branches: Set<string>,
  evidence: Evidence | undefined,
): Promise<PullRequestOutcome> {
  const branch = branchOf(task.id);
  const about = { task: task.id, branch };
  if (!branches.has(branch)) return { ...about, state: "nothing" };
  const landed = await resultOf(() => isInBase(scope, branch));
  if (!landed.ok) return { ...about, state: "failed", failure: landed.failure };
  if (landed.value) return { ...about, state: "nothing" };
  const done = await resultOf(() => ensurePullRequest(scope, task, evidence));
  return done.ok
    ? { ...about, ...done.value }
    : { ...about, state: "failed", failure: done.failure };
}
