import type { CheckTarget } from "../domain/check_report.ts";
import { Failed } from "../domain/failed.ts";
import type { Plan } from "../domain/plan.ts";
import { closest } from "../domain/suggest.ts";
import type { TaskId } from "../domain/task.ts";
import { forkPoint } from "../git/ancestry.ts";
import { planBranches } from "../git/branches.ts";
import { headState } from "../git/commit.ts";
import type { Repository } from "../git/repository.ts";

export interface TargetQuestion {
  repo: Repository;
  plan: Plan;
  /** A task's id, a branch, or any name of a commit; absent: the base. */
  wanted: string | undefined;
  /** The branch that work lands on; absent: the one checked out. */
  base: string | undefined;
  /** Where tasks have landed whose branches may be gone. */
  landed: ReadonlyMap<TaskId, string>;
}

export interface FoundTarget {
  target: CheckTarget;
  /** The commit of the base that it is built on; absent: it is the base, or shares none with it. */
  since?: string | undefined;
}

/** What to check. Throws `usage` if nothing has this name. */
export async function findTarget(question: TargetQuestion): Promise<FoundTarget> {
  const { repo, wanted } = question;
  const head = await headState(repo.here);
  const base = question.base ?? head.branch;
  if (wanted === undefined || wanted === base) {
    // CI checks out a commit without a branch.
    const commit = base === undefined ? "HEAD" : `refs/heads/${base}`;
    const kind = base === undefined ? "commit" : "base";
    return { target: await described(repo, { kind, name: base ?? "HEAD" }, commit) };
  }
  const { kind, commit } = await named(question, wanted);
  const target = await described(repo, { kind, name: wanted }, commit);
  const of = base === undefined ? undefined : await commitOf(repo, `refs/heads/${base}`);
  const since = of === undefined ? undefined : await forkPoint(repo, of, target.sha);
  return { target, since };
}

async function named(
  { repo, plan, landed }: TargetQuestion,
  wanted: string,
): Promise<{ kind: CheckTarget["kind"]; commit: string }> {
  if (plan.tasks.some(({ id }) => id === wanted)) {
    const own = (await planBranches(repo, plan.identity)).has(repo.branchOf(wanted));
    const commit = own ? `refs/heads/${repo.branchOf(wanted)}` : landed.get(wanted);
    if (commit !== undefined) return { kind: "task", commit };
    const message = `${wanted} has no branch yet`;
    throw new Failed({ reason: "usage", message, hint: "parex status" });
  }
  const branch = `refs/heads/${wanted}`;
  if (await commitOf(repo, branch) !== undefined) return { kind: "branch", commit: branch };
  if (await commitOf(repo, wanted) !== undefined) return { kind: "commit", commit: wanted };
  const names = [...plan.tasks.map(({ id }) => id), ...(await repo.refs.heads()).keys()];
  const near = closest(wanted, names);
  throw new Failed({
    reason: "usage",
    message: `"${wanted}" is neither a task of the plan nor a branch or commit`,
    hint: near === undefined
      ? "list what there is: parex status, or git branch"
      : `did you mean ${near}?`,
  });
}

async function commitOf(repo: Repository, name: string): Promise<string | undefined> {
  const args = ["rev-parse", "--quiet", "--verify", "--end-of-options", `${name}^{commit}`];
  // A name of a form that is not a commit's is an error for git.
  const found = await repo.here.result(args);
  return found.code === 0 ? found.stdout.trim() : undefined;
}

async function described(
  repo: Repository,
  { kind, name }: Pick<CheckTarget, "kind" | "name">,
  commit: string,
): Promise<CheckTarget> {
  const sha = await commitOf(repo, commit);
  if (sha === undefined) throw new Failed({ reason: "base_missing", base: name });
  const subject = await repo.line(["log", "-1", "--format=%s", sha]);
  return { kind, name, sha, subject };
}
