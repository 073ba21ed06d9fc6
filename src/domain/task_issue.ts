import type { Failure } from "./failure.ts";
import type { TaskId } from "./task.ts";

/** A task's issue on GitHub. */
export interface TaskIssue {
  number: number;
  url: string;
  /** `closed`: its task has landed, or a person closed it. `named`: the plan names it, and it stays as it is. */
  state: "created" | "updated" | "kept" | "closed" | "named";
  /** It got a comment. */
  commented?: true | undefined;
}

/** What became of a task when its issue was to be opened or updated. */
export type TaskIssueOutcome =
  & { task: TaskId }
  & (TaskIssue | { state: "failed"; failure: Failure });
