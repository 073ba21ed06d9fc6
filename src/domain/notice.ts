import type { CostEstimate } from "./estimate.ts";
import type { Failure } from "./failure.ts";
import type { TaskId } from "./task.ts";

/** What a run did without that is worth a failure's words, but stops nothing. */
export type Optional = "landing" | "issues" | "conflict prediction" | "integration";

/**
 * Something that a person should know and that is not a failure. Its words:
 * `report/messages/notice.ts`.
 */
export type Notice =
  /** Checks of the project may be missing, as something in it could not be read. */
  | { about: "checks_unread"; note: string }
  | { about: "cost_estimate"; estimate: CostEstimate }
  | { about: "budget_share"; spentUsd: number; capUsd: number }
  | { about: "budget_spent"; capUsd: number; left: TaskId[] }
  | { about: "usage_limit"; /** Milliseconds since the epoch. */ until: number; why: string }
  | { about: "remote_silent"; remote: string; detail: string }
  | { about: "lock_taken"; pid: number; host?: string | undefined; run?: string | undefined }
  | { about: "task_file_edited"; path: string }
  /** The agent worked on another branch, or on none, and its commits were brought home. */
  | { about: "commits_brought_home"; branch: string; from?: string | undefined }
  /** `passedAlone`: its branch had passed before. `gone`: the tree no longer has the check. */
  | {
    about: "merge_failed_check";
    check: string;
    base: string;
    passedAlone: boolean;
    gone: boolean;
  }
  | { about: "base_ahead"; base: string }
  /** git waits for a program: on behalf of a branch. */
  | { about: "waiting"; kind: "hook" | "signer"; name: string; branch: string; timeoutMs: number }
  | { about: "hook_failed"; hook: string; detail: string }
  | { about: "submodule_missing"; path: string; detail: string }
  /** There is no link `worktrees` in the checkout. */
  | { about: "worktrees_unlinked"; folder: string; why: "own" | "in_the_way" | "no_links" }
  | { about: "checkout_behind"; base: string; checkout: string; at: string; to: string }
  | { about: "issue"; what: string; key: string; url: string }
  | { about: "pull_request_ended"; state: "closed" | "merged"; url: string }
  | { about: "label_left_out"; label: string; why: string }
  | { about: "bead_not_closed"; id: string; detail: string }
  /** A failure that the run continues without. */
  | { about: "failed"; failure: Failure; without?: Optional | undefined };
