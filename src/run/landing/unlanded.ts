import { resultOf } from "../../domain/failed.ts";
import type { Plan } from "../../domain/plan.ts";
import type { Beginning } from "../../domain/resume.ts";
import type { Land, Settings } from "../../domain/settings.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import { planBranches } from "../../git/branches.ts";
import { landedBy } from "../../git/landed.ts";
import { findBase } from "../../git/prerequisites.ts";
import type { Repository } from "../../git/repository.ts";
import { runsNewestFirst } from "../../journal/store.ts";
import type { Scope } from "../context/run_context.ts";
import { landingOf } from "./land.ts";

/** Whether the branch of a completed task has commits that the base lacks. */
export async function anyUnlanded(
  { repo, plan, base }: Pick<Scope, "repo" | "plan" | "base">,
): Promise<boolean> {
  const unlanded = await unlandedTasks(repo, plan, base, plan.tasks);
  return unlanded.length > 0;
}

/**
 * What a new run lands of the tasks that earlier runs have completed: these begin at their landing.
 * Empty where the run does not land, or git does not tell.
 */
export async function landingsLeft(
  repo: Repository,
  plan: Plan,
  completed: readonly Task[],
  settings: Settings,
): Promise<Map<TaskId, Beginning>> {
  const left = await resultOf(() => tasksToLand(repo, plan, completed, settings));
  const tasks = left.ok ? left.value : [];
  return new Map(tasks.map(({ id }) => [id, { at: "landing", attempt: 1, again: true }]));
}

async function tasksToLand(
  repo: Repository,
  plan: Plan,
  completed: readonly Task[],
  settings: Settings,
): Promise<Task[]> {
  if (settings.land === "none") return [];
  const { base } = await findBase(repo, settings.base);
  const unlanded = await unlandedTasks(repo, plan, base, completed);
  if (unlanded.length === 0) return [];
  const land: Land = await landingOf(repo, base, settings);
  if (land !== "pr") return land === "merge" ? unlanded : [];
  // A pull request that was opened is for people to merge or to close.
  const opened = await landedBefore(repo, plan.identity);
  return unlanded.filter(({ id }) => !opened.has(id));
}

async function unlandedTasks(
  repo: Repository,
  { identity }: Plan,
  base: string,
  tasks: readonly Task[],
): Promise<Task[]> {
  const own = await planBranches(repo, identity);
  const onto = `refs/heads/${base}`;
  const format = "--format=%(refname:lstrip=2)";
  const refs = await repo.git(["for-each-ref", `--no-merged=${onto}`, format, "refs/heads"]);
  const notMerged = new Set(refs.split("\n"));
  const unlanded: Task[] = [];
  for (const task of tasks) {
    const branch = repo.branchOf(task.id);
    if (task.status !== "completed" || !own.has(branch) || !notMerged.has(branch)) continue;
    const landed = await landedBy(repo, branch, [onto]);
    if (landed === undefined) unlanded.push(task);
  }
  return unlanded;
}

async function landedBefore(repo: Repository, identity: string): Promise<Set<TaskId>> {
  const landed = new Set<TaskId>();
  for await (const { record } of runsNewestFirst(repo.commonDir, { lenient: true })) {
    if (record.plan?.identity !== identity) continue;
    for (const task of record.tasks.values()) if (task.landed) landed.add(task.id);
  }
  return landed;
}
