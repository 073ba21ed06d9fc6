import type { AgentOutcomeName, EventOf } from "../domain/event.ts";
import type { Reason } from "../domain/failure.ts";
import type { Status } from "../domain/task.ts";

/** A task's status in one word; the codes of the task files are for files and JSON. */
const STATUS_WORDS: Record<Status, string> = {
  pending: "waiting",
  in_progress: "working",
  testing: "checking",
  completed: "completed",
  blocked: "blocked",
};

/** Why a task is blocked, as the end of "it …", or what is wrong, in a few words. */
const REASON_WORDS: Record<Reason, string> = {
  worktree_failed: "worktree failed",
  setup_failed: "setup failed",
  agent_failed: "agent failed",
  agent_timeout: "agent timed out",
  agent_idle: "agent was silent",
  no_changes: "no changes",
  copied_committed: "commits hold copied files",
  checks_failed: "checks failed",
  commit_failed: "commit failed",
  push_failed: "push failed",
  base_protected: "base is protected",
  merge_conflict: "merge conflict",
  budget_exhausted: "budget spent",
  needs_input: "needs your answer",
  stopped: "stopped by you",
  left_worktree: "left its worktree",
  unclear_spec: "unclear task file",
  no_remote: "no remote",
  remote_not_github: "not on GitHub",
  gh_missing: "gh is missing",
  gh_logged_out: "gh is not logged in",
  github_denied: "GitHub denied access",
  pull_request_failed: "pull request failed",
  pull_request_closed: "pull request closed",
  github_failed: "GitHub failed",
  git_failed: "git failed",
  io_failed: "file error",
  journal_lost: "journal not written",
  usage: "wrong usage",
  plan_not_found: "no plan",
  plan_invalid: "invalid plan",
  config_invalid: "invalid configuration",
  claude_settings_invalid: "invalid settings of Claude Code",
  unknown_task: "unknown task",
  run_not_found: "unknown run",
  git_missing: "git is missing",
  git_too_old: "git is too old",
  not_a_repository: "not a repository",
  bare_repository: "bare repository",
  no_commit: "no commit",
  detached_head: "detached HEAD",
  base_missing: "no base branch",
  dirty_tree: "uncommitted changes",
  no_identity: "no git identity",
  base_diverged: "base has diverged",
  foreign_branch: "branch of another plan",
  foreign_worktree: "folder in the way",
  worktree_elsewhere: "checked out elsewhere",
  branch_in_the_way: "branch in the way",
  remote_refused: "remote refused",
  agent_missing: "agent is missing",
  agent_refused: "account cannot work",
  disk_full: "disk is full",
  base_red: "base fails its checks",
  sandbox_missing: "no sandbox",
  nested_run: "run within a run",
  journal_newer: "journal of a newer parex",
  lock_held: "another run is in progress",
};

const OUTCOME_WORDS: Record<AgentOutcomeName, string> = {
  finished: "finished",
  failed: "failed",
  timeout: "timed out",
  idle: "was silent",
  limited: "met a usage limit",
  budget: "spent its budget",
  refused: "was refused",
  lost: "lost its conversation",
  interrupted: "was interrupted",
};

const KIND_WORDS: Record<EventOf<"agent.started">["kind"], string> = {
  first: "first attempt",
  repair: "repair",
  conflict: "resolves a conflict",
  resumed: "continued",
  retried: "tried again",
  answered: "with your answer",
};

/** A change outside of a task's borders. */
export function crossingWords({ what, undone }: Omit<EventOf<"border.crossed">, "type">): string {
  return `outside of its borders: ${what}${undone ? " (undone)" : ""}`;
}

export function statusWord(status: Status): string {
  return STATUS_WORDS[status];
}

/** Why a task is blocked. A reason of a newer parex is shown as it is. */
export function reasonWords(reason: Reason | undefined): string {
  return reason === undefined ? "" : REASON_WORDS[reason] ?? String(reason).replaceAll("_", " ");
}

/** How an agent's attempt ended. */
export function outcomeWords(outcome: AgentOutcomeName): string {
  return OUTCOME_WORDS[outcome] ?? outcome;
}

/** Why an attempt was made. */
export function kindWords(kind: EventOf<"agent.started">["kind"]): string {
  return KIND_WORDS[kind] ?? kind;
}

const SIZES = ["B", "KB", "MB", "GB"] as const;

/** `950 B`, `12.3 MB`. */
export function sizeWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < SIZES.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? size : size.toFixed(1)} ${SIZES[unit]}`;
}

/** A moment (ISO 8601) on this machine's clock: `28 Nov 07:05`. */
export function timeWords(moment: string): string {
  const at = new Date(moment);
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return `${day} ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}
