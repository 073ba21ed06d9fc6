import { resultOf } from "../../domain/failed.ts";
import type { Plan } from "../../domain/plan.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import { commitsAhead, commitsMerged } from "../../git/ahead.ts";
import { planBranches } from "../../git/branches.ts";
import { changes, ownCommits } from "../../git/commit.ts";
import { listWorktrees } from "../../git/worktree_list.ts";
import type { Repository } from "../../git/repository.ts";
import { Worktree } from "../../git/worktree.ts";
import { mapBounded } from "../../util/map_limit.ts";
import type { BranchFacts } from "../../report/run/status.ts";

/** Limit of concurrent git processes. */
const AT_ONCE = 8;

interface Known {
  repo: Repository;
  /** Existing branches of the plan. */
  branches: Set<string>;
  /** Paths of worktrees by their branch. */
  worktrees: Map<string, string>;
}

/** What git reports about the branches and worktrees of a plan's tasks. */
export async function branchFacts(
  repo: Repository,
  plan: Plan,
  base: string | undefined,
): Promise<Map<TaskId, BranchFacts>> {
  const branches = await planBranches(repo, plan.identity);
  const registered = await listWorktrees(repo);
  const worktrees = new Map(
    registered.flatMap(({ branch, path }) => branch === undefined ? [] : [[branch, path]]),
  );
  const known: Known = { repo, branches, worktrees };
  const begun = plan.tasks.filter((task) => known.branches.has(repo.branchOf(task.id)));
  const ahead = await countAhead(begun, base, known);
  const facts = await mapBounded(begun, AT_ONCE, async (task) => {
    return [task.id, await factsOf(task, ahead.get(repo.branchOf(task.id)), known)] as const;
  });
  const names = plan.tasks.map(({ id }) => [id, { branch: repo.branchOf(id) }] as const);
  return new Map([...names, ...facts]);
}

/**
 * The record with the commits that git counts, on branches and in merges: people commit there as well, after
 * a run or between two.
 */
export async function withOwnCommits(repo: Repository, record: RunRecord): Promise<RunRecord> {
  const identity = record.plan?.identity;
  if (identity === undefined) return record;
  const branches = await planBranches(repo, identity);
  const open = [...record.tasks.values()].filter(({ branch, landed }) =>
    landed === undefined && branches.has(branch)
  );
  const ahead = await countAhead(open, record.base, { repo, branches });
  const tasks = new Map(record.tasks);
  for (const task of open) {
    const commits = ahead.get(task.branch);
    if (commits !== undefined) tasks.set(task.id, { ...task, commits });
  }
  const merged = record.merges.map(({ sha }) => sha);
  // Commits that are not in this repository are counted as recorded.
  const brought = await resultOf(() => commitsMerged(repo, merged));
  for (const { task: id, sha } of brought.ok ? record.merges : []) {
    const task = tasks.get(id);
    const commits = brought.ok ? brought.value.get(sha) : undefined;
    if (task && task.landed?.sha === sha && commits) tasks.set(id, { ...task, commits });
  }
  return { ...record, tasks };
}

/** If git cannot read a branch or worktree, its fact is left out. */
async function factsOf(
  task: Task,
  ahead: number | undefined,
  known: Known,
): Promise<BranchFacts> {
  const worktree = known.worktrees.get(known.repo.branchOf(task.id));
  const dirty = worktree === undefined ? undefined : await isDirty(known.repo, task, worktree);
  return {
    branch: known.repo.branchOf(task.id),
    ahead,
    worktree,
    dirty,
  };
}

/** A branch that git cannot read has no entry. */
async function countAhead(
  tasks: readonly Pick<Task, "id" | "dependencies">[],
  base: string | undefined,
  { repo, branches }: Pick<Known, "repo" | "branches">,
): Promise<Map<string, number>> {
  if (base === undefined) return new Map();
  const questions = tasks.map(({ id, dependencies }) => ({
    branch: repo.branchOf(id),
    notFrom: dependencies.map((one) => repo.branchOf(one)).filter((branch) => branches.has(branch)),
  }));
  const all = await resultOf(() => commitsAhead(repo, base, questions));
  if (all.ok) return all.value;
  // One broken branch fails the question about all.
  const each = await mapBounded(questions, AT_ONCE, async ({ branch, notFrom }) => {
    const own = await resultOf(() => ownCommits(repo, `refs/heads/${branch}`, [base, ...notFrom]));
    return own.ok ? [[branch, own.value.length] as const] : [];
  });
  return new Map(each.flat());
}

async function isDirty(repo: Repository, task: Task, path: string): Promise<boolean | undefined> {
  const worktree = new Worktree(repo, task.id, path);
  const changed = await resultOf(() => changes(worktree));
  return changed.ok ? changed.value.length > 0 : undefined;
}
