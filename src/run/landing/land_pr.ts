import { Failed, resultOf } from "../../domain/failed.ts";
import { dependenciesFirst } from "../../domain/graph.ts";
import type { PullRequestOutcome } from "../../domain/pull_request.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import { planBranches } from "../../git/branches.ts";
import { exclusively } from "../../util/mutex.ts";
import type { Evidence } from "../../report/github/pull_request.ts";
import { repositoriesOf } from "./repositories.ts";
import { evidenceIn, findEvidence } from "./last_evidence.ts";
import { ensurePullRequest } from "./pull_request.ts";
import { type Scope, taskOf, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";
import { isInBase, type PullRequestScope } from "./pr_stack.ts";
import { notify } from "../context/notices.ts";

/** GitHub limits an account, so requests of one process run one at a time. */
const MUTEX = "github";
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
  const { repo, base, plan, remotes, record, emit } = scope;
  const repositories = await repositoriesOf(repo, remotes);
  const pullRequests: PullRequestScope = {
    repo,
    remotes,
    base,
    plan,
    repositories,
    settings: scope.settings,
    gh: { repository: repositories.into, cwd: repo.root, signal },
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
  const branch = scope.repo.branchOf(task.id);
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
