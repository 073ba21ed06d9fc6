import { PLAN_PATHS } from "./names.ts";
import type { Task, TaskId } from "./task.ts";

/** A plan that passed every rule. */
export interface Plan {
  name: string;
  /**
   * Identifies this plan among all plans of the repository, wherever its file is: the branches
   * that parex makes carry it. Made from the plan's name and creation time.
   */
  identity: string;
  /** `plan.yaml`, or another tool's task list; absolute. */
  path: string;
  /** It is another tool's list. */
  foreign?: {
    /** Its format's name, for people. */
    title: string;
    /** What no agent may change, absolute. */
    folder: string;
    /** The tasks in each group, by the group's id in the list. */
    groups: ReadonlyMap<string, readonly TaskId[]>;
  };
  /** In the order of the plan. */
  tasks: Task[];
  warnings: Problem[];
}

/** A plan without tasks, for a repository that has none. `root`: of the checkout. */
export function emptyPlan(root: string): Plan {
  return { name: "", identity: "", path: `${root}/${PLAN_PATHS[0]}`, tasks: [], warnings: [] };
}

/** Ids of tasks, and of a list's groups, as tasks. */
export function withoutGroups({ foreign }: Plan, ids: readonly string[]): TaskId[] {
  return ids.flatMap((id) => foreign?.groups.get(id) ?? [id]);
}

/** The folder that belongs to a plan: no agent may change what is in it. */
export function planFolder({ path, foreign }: Pick<Plan, "path" | "foreign">): string {
  return foreign?.folder ?? (path.slice(0, path.lastIndexOf("/")) || "/");
}

/** Something wrong with a plan, a task file or a config file. Lines and columns count from 1. */
export interface Problem {
  severity: "error" | "warning";
  /** A stable code in kebab-case, such as `unknown-dependency`. */
  code: string;
  /** Absolute path; or the flag or variable that holds the problem, at line 0 and column 0. */
  file: string;
  line: number;
  column: number;
  /** What was found. */
  message: string;
  /** What to do about it. */
  hint: string;
}
