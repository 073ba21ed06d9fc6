import { relative, resolve } from "node:path";
import { SET_UP_PATHS } from "../../domain/names.ts";
import { type Plan, planFolder } from "../../domain/plan.ts";
import { groupProblems } from "../../domain/problem_groups.ts";
import type { Settings } from "../../domain/settings.ts";
import type { Task } from "../../domain/task.ts";
import { Lookout } from "../../git/borders.ts";
import type { Repository } from "../../git/repository.ts";
import { isOverlap } from "../../plan/overlaps.ts";

/**
 * What may be uncommitted at the start of a run, absolute: the plan, the files that are copied
 * into worktrees anyway, and what `parex init` wrote.
 */
export function allowedUncommitted(repo: Repository, plan: Plan, { copy }: Settings): string[] {
  const others = [...copy, ...SET_UP_PATHS].map((path) => resolve(repo.checkout, path));
  return [...planFilesOf(repo, plan), ...others];
}

/**
 * The files of a plan that may be uncommitted, absolute: its whole folder, or only the plan and its task
 * files if that folder is the top level of the repository.
 */
function planFilesOf(repo: Repository, plan: Plan): string[] {
  const folder = planFolder(plan);
  if (folder !== repo.checkout && !repo.checkout.startsWith(`${folder}/`)) return [folder];
  return [plan.path, ...plan.tasks.map(({ source }) => source.path)];
}

/**
 * The plan's folder, relative to a worktree; agents must not commit its files. Absent if the plan has no
 * folder of its own in the repository.
 */
export function planFolderIn(repo: Repository, plan: Plan): string | undefined {
  const folder = relative(repo.checkout, planFolder(plan));
  return folder === "" || folder.startsWith("..") ? undefined : folder;
}

/** Watches what lies behind the borders of tasks. In the plan, parex changes only the status line of task files. */
export function lookoutFor(repo: Repository, plan: Plan, dir: string): Lookout {
  const files = plan.tasks.map(({ source }) => source).filter(({ kind }) => kind === "file");
  const paths = { folder: planFolder(plan), files: files.map(({ path }) => path) };
  return new Lookout(repo, paths, dir);
}

/** The branches and worktrees that these tasks will have. */
export function branchTargets(repo: Repository, tasks: readonly Task[]) {
  return tasks.map(({ id }) => ({
    id,
    branch: repo.branchOf(id),
    path: repo.placeOf(id),
  }));
}

/**
 * A plan's warnings with their places, one per line. Overlaps are left out: they are reported as conflicts.
 */
export function warningLines(root: string, { warnings }: Plan): string[] {
  return groupProblems(warnings.filter((warning) => !isOverlap(warning)))
    .map(([{ file, line, message }, ...others]) =>
      `${relative(root, file)}:${line}: ${message}` +
      (others.length > 0 ? ` (and ${others.length} more of this kind)` : "")
    );
}
