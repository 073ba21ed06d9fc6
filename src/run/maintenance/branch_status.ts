import { resultOf } from "../../domain/failed.ts";
import { branchOf } from "../../domain/names.ts";
import type { Plan } from "../../domain/plan.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import { planBranches } from "../../git/branches.ts";
import { changes, ownCommits } from "../../git/commit.ts";
import { listWorktrees } from "../../git/worktree_list.ts";
import type { Repository } from "../../git/repository.ts";
import { Worktree } from "../../git/worktree.ts";
import type { BranchFacts } from "../../report/run/status.ts";

/** git processes at the same time. */
const AT_ONCE = 8;

interface Known {
  repo: Repository;
  base: string | undefined;
  /** Existing branches of the plan. */
  branches: Set<string>;
  /** Paths of worktrees by their branch. */
  worktrees: Map<string, string>;
}

/** What git says about the branches and worktrees that a plan's tasks have by now. */
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
  const known: Known = { repo, base, branches, worktrees };
  const begun = plan.tasks.filter((task) => known.branches.has(branchOf(task.id)));
  const facts = new Map<TaskId, BranchFacts>();
  for (let at = 0; at < begun.length; at += AT_ONCE) {
    await Promise.all(
      begun.slice(at, at + AT_ONCE).map(async (task) => {
        facts.set(task.id, await factsOf(task, known));
      }),
    );
  }
  return facts;
}

/** A branch or worktree that git cannot read is no reason to say nothing: its fact is left out. */
async function factsOf(task: Task, known: Known): Promise<BranchFacts> {
  const branch = branchOf(task.id);
  const ahead = known.base === undefined ? undefined : await aheadOf(task, known.base, known);
  const worktree = known.worktrees.get(branch);
  const dirty = worktree === undefined ? undefined : await isDirty(known.repo, task, worktree);
  return {
    ...(ahead === undefined ? {} : { ahead }),
    ...(worktree === undefined ? {} : { worktree }),
    ...(dirty === undefined ? {} : { dirty }),
  };
}

async function aheadOf(
  task: Task,
  base: string,
  { repo, branches }: Known,
): Promise<number | undefined> {
  const others = task.dependencies.map(branchOf).filter((branch) => branches.has(branch));
  const own = await resultOf(() => ownCommits(repo, branchOf(task.id), [base, ...others]));
  return own.ok ? own.value.length : undefined;
}

async function isDirty(repo: Repository, task: Task, path: string): Promise<boolean | undefined> {
  const worktree = new Worktree(repo, task.id, path);
  const changed = await resultOf(() => changes(worktree));
  return changed.ok ? changed.value.length > 0 : undefined;
}
