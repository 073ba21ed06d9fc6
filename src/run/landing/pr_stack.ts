import { branchOf } from "../../domain/names.ts";
import { withDependencies } from "../../domain/graph.ts";
import type { Plan } from "../../domain/plan.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { TaskId } from "../../domain/task.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { gitMaybe } from "../../git/git.ts";
import type { Repository } from "../../git/repository.ts";
import type { Gh } from "../../github/gh.ts";
import { listPullRequests, type PullRequest } from "../../github/pull_requests.ts";
import { standingFor, type Unlanded } from "../../github/stack.ts";
import { markOf } from "../../report/github/managed_part.ts";

/** What opening the pull requests of a plan takes. */
export interface PullRequestScope {
  repo: Repository;
  remote: string;
  /** Where what waits for nothing is to be merged into. */
  base: string;
  plan: Plan;
  gh: Gh;
  /** Tells a person something about the task that is no failure. */
  notice: (task: TaskId, message: string) => void;
}

/** The dependencies of a task whose work is not in the base yet, in the order of the plan. */
export async function unlandedOf(scope: PullRequestScope, id: TaskId): Promise<Result<Unlanded[]>> {
  const tasks = scope.plan.tasks;
  const direct = tasks.find((task) => task.id === id)?.dependencies ?? [];
  const found = new Map<TaskId, Omit<Unlanded, "contained">>();
  for (const dependency of tasks.filter((task) => direct.includes(task.id))) {
    const unlanded = await lookAt(scope, dependency.id);
    if (!unlanded.ok) return unlanded;
    if (unlanded.value) found.set(dependency.id, unlanded.value);
  }
  return ok([...found].map(([dependency, unlanded]) => ({
    ...unlanded,
    contained: [...found.keys()].some((other) =>
      other !== dependency && withDependencies(tasks, [other]).has(dependency)
    ),
  })));
}

async function lookAt(
  scope: PullRequestScope,
  id: TaskId,
): Promise<Result<Omit<Unlanded, "contained"> | undefined>> {
  const { repo, remote } = scope;
  const branch = branchOf(id);
  const head = await shaOf(repo, `refs/heads/${branch}`);
  if (!head.ok) return head;
  if (head.value === undefined) return ok(undefined);
  const landed = await isInBase(scope, branch);
  if (!landed.ok) return landed;
  if (landed.value) return ok(undefined);
  const standing = await standingOf(scope, id);
  if (!standing.ok) return standing;
  if (standing.value?.state === "merged") return ok(undefined);
  const pushed = await shaOf(repo, `refs/remotes/${remote}/${branch}`);
  if (!pushed.ok) return pushed;
  const open = standing.value?.state === "open" ? { number: standing.value.number } : {};
  return ok({ branch, ...open, pushed: pushed.value !== undefined });
}

/** The pull request that stands for a task's branch, if there is one. */
export async function standingOf(
  { repo, plan, gh }: PullRequestScope,
  id: TaskId,
): Promise<Result<PullRequest | undefined>> {
  const branch = branchOf(id);
  const listed = await listPullRequests(gh, branch);
  if (!listed.ok) return listed;
  const head = await shaOf(repo, `refs/heads/${branch}`);
  if (!head.ok) return head;
  const mark = markOf(plan.identity, id);
  return ok(
    standingFor(listed.value, (found) => found.body.includes(mark) || found.head === head.value),
  );
}

/** Whether the base holds all of a branch: here, or as the remote last showed it. */
export async function isInBase(
  { repo, remote, base }: Pick<PullRequestScope, "repo" | "remote" | "base">,
  branch: string,
): Promise<Result<boolean>> {
  for (const place of [`refs/heads/${base}`, `refs/remotes/${remote}/${base}`]) {
    const there = await shaOf(repo, place);
    if (!there.ok) return there;
    if (there.value === undefined) continue;
    const contained = await isAncestor(repo.root, `refs/heads/${branch}`, there.value);
    if (!contained.ok || contained.value) return contained;
  }
  return ok(false);
}

/** The commit that a ref names; undefined if there is no such ref. */
async function shaOf(repo: Repository, ref: string): Promise<Result<string | undefined>> {
  return await gitMaybe(["rev-parse", "--quiet", "--verify", `${ref}^{commit}`], {
    cwd: repo.root,
  });
}
