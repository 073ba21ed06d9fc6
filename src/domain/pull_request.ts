import type { Failure } from "./failure.ts";
import type { TaskId } from "./task.ts";

/** A task's pull request on GitHub. */
export interface TaskPullRequest {
  number: number;
  url: string;
  /** `closed` and `merged`: it was so before, and no second one is opened. */
  state: "created" | "updated" | "kept" | "closed" | "merged";
}

/** What became of a completed task when pull requests were to be opened. */
export type PullRequestOutcome =
  & { task: TaskId; branch: string }
  & (
    | TaskPullRequest
    /** Its work is in the base, or it has no branch. */
    | { state: "nothing" }
    | { state: "failed"; failure: Failure }
  );
