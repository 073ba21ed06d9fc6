import { withDependencies } from "../../domain/graph.ts";
import type { Settings } from "../../domain/settings.ts";
import type { Plan } from "../../domain/plan.ts";
import type { TaskId } from "../../domain/task.ts";
import { isAncestor } from "../../git/ancestry.ts";
import type { Hooks } from "../../git/hooks.ts";
import { baseRefs, type Remotes } from "../../git/remotes.ts";
import type { Repository } from "../../git/repository.ts";
import type { Gh } from "../../github/gh.ts";
import { type Head, listPullRequests, type PullRequest } from "../../github/pull_requests.ts";
import { choosePullRequest, type Unlanded } from "../../github/stack.ts";
import { isFork, type Repositories } from "./repositories.ts";
import { markOf } from "../../report/github/managed_part.ts";
import type { Notice } from "../../domain/notice.ts";

/** The input for opening the pull requests of a plan. */
export interface PullRequestScope {
  repo: Repository;
  remotes: Remotes;
  /** The local branch that tasks are to land on. */
  base: string;
  repositories: Repositories;
  settings: Pick<Settings, "copy">;
  plan: Plan;
  gh: Gh;
  /** Reports something about the task that is not a failure. */
  notice: (task: TaskId, notice: Notice) => void;
  /** How hooks of the push of a task's branch run. */
  hooks: (task: TaskId) => Hooks;
}

/** The dependencies of a task whose work is not in the base yet, in the order of the plan. */
export async function unlandedOf(scope: PullRequestScope, id: TaskId): Promise<Unlanded[]> {
  const tasks = scope.plan.tasks;
  const direct = tasks.find((task) => task.id === id)?.dependencies ?? [];
  const found = new Map<TaskId, Omit<Unlanded, "contained">>();
  for (const dependency of tasks.filter((task) => direct.includes(task.id))) {
    const unlanded = await lookAt(scope, dependency.id);
    if (unlanded) found.set(dependency.id, unlanded);
  }
  return [...found].map(([dependency, unlanded]) => ({
    ...unlanded,
    contained: [...found.keys()].some((other) =>
      other !== dependency && withDependencies(tasks, [other]).has(dependency)
    ),
  }));
}

async function lookAt(
  scope: PullRequestScope,
  id: TaskId,
): Promise<Omit<Unlanded, "contained"> | undefined> {
  const { repo, remotes } = scope;
  const branch = repo.branchOf(id);
  const head = await shaOf(repo, `refs/heads/${branch}`);
  if (head === undefined) return undefined;
  const landed = await isInBase(scope, branch);
  if (landed) return undefined;
  const standing = await pullRequestOf(scope, id);
  if (standing?.state === "merged") return undefined;
  const pushed = await shaOf(repo, `refs/remotes/${remotes.push}/${branch}`);
  const open = standing?.state === "open" ? { number: standing.number } : {};
  return { branch, ...open, pushed: pushed !== undefined };
}

/** The pull request of a task's branch, if there is one. */
export async function pullRequestOf(
  { repo, plan, repositories, gh }: PullRequestScope,
  id: TaskId,
): Promise<PullRequest | undefined> {
  const branch = repo.branchOf(id);
  const listed = await listPullRequests(gh, headIn(repositories, branch));
  const head = await shaOf(repo, `refs/heads/${branch}`);
  const mark = markOf(plan.identity, id);
  return choosePullRequest(listed, (found) => found.body.includes(mark) || found.head === head);
}

/** The branch as the head of a pull request. */
export function headIn(repositories: Repositories, branch: string): Head {
  return { branch, fork: isFork(repositories) ? repositories.from : undefined };
}

/** Whether the base contains all of a branch: here, or as the remote was last fetched. */
export async function isInBase(
  { repo, remotes, base }: Pick<PullRequestScope, "repo" | "remotes" | "base">,
  branch: string,
): Promise<boolean> {
  for (const ref of baseRefs(base, remotes)) {
    const there = await shaOf(repo, ref);
    if (there === undefined) continue;
    const contained = await isAncestor(repo, `refs/heads/${branch}`, there);
    if (contained) return contained;
  }
  return false;
}

/** The commit that a ref names; undefined if there is no such ref. */
async function shaOf(repo: Repository, ref: string): Promise<string | undefined> {
  return await repo.maybe(["rev-parse", "--quiet", "--verify", `${ref}^{commit}`]);
}
