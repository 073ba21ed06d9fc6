import type { FileConflict } from "./file_conflict.ts";
import type { Problem } from "./plan.ts";
import type { TaskId } from "./task.ts";

/** The end of a command's output, and where all of it is. */
export interface CommandFailure {
  command: string;
  /** null: ended by a signal or a time-out. */
  exitCode: number | null;
  /** The last lines of stdout and stderr as they came. */
  tail: string;
  /** The whole output, absolute. */
  log?: string | undefined;
  /** It was not run: the tree no longer has it, which the base has, by these manifests. */
  gone?: { from: string; base: string };
  /** This base fails the same check without the task's work. */
  onBase?: string | undefined;
}

/** The user's request is not valid: exit 2. */
export type UsageFailure =
  | { reason: "usage"; message: string; hint?: string | undefined }
  /**
   * `archived`: the folder of the plan that cleanup archived last. `lists`: what other tools have
   * left in the repository, where no plan was named.
   */
  | {
    reason: "plan_not_found";
    looked: string[];
    archived?: string | undefined;
    lists?: { title: string; path: string }[] | undefined;
  }
  /**
   * `valid`: another plan of the repository, in a usual place, without an error. `foreign`: the
   * tool whose list it is.
   */
  | {
    reason: "plan_invalid";
    path: string;
    problems: Problem[];
    valid?: string | undefined;
    foreign?: string | undefined;
  }
  | { reason: "config_invalid"; problems: Problem[] }
  /** Claude Code's settings are not valid, so they cannot be changed. */
  | { reason: "claude_settings_invalid"; path: string; problems: Problem[] }
  | {
    reason: "unknown_task";
    id: string;
    suggestion?: string | undefined;
    /** The tasks that there are. */
    tasks?: readonly string[] | undefined;
  }
  | { reason: "run_not_found"; id?: string | undefined };

/** An operation that git leaves open until a person continues or aborts it. */
export type Unfinished = "merge" | "rebase" | "cherry-pick" | "revert";

/** Why no attempt of an agent can work until a person has fixed it. */
export type RefusalWhy =
  | "not_logged_in"
  | "key_refused"
  | "unknown_model"
  | "no_money"
  | "unreachable"
  /** A usage limit has not ended for hours, and the agent does not say when it will. */
  | "no_quota"
  | "program_missing";

/** The machine or the repository is not ready: exit 3. */
export type PrerequisiteFailure =
  | { reason: "git_missing" }
  | { reason: "git_too_old"; found: string; needed: string }
  | { reason: "not_a_repository"; cwd: string }
  | { reason: "bare_repository"; path: string }
  | { reason: "no_commit"; root: string }
  | { reason: "detached_head"; root: string }
  | { reason: "base_missing"; base: string; suggestion?: string | undefined }
  | {
    reason: "dirty_tree";
    root: string;
    paths: string[];
    total: number;
    /** An unfinished git operation. */
    inProgress?: Unfinished | undefined;
  }
  | { reason: "no_identity"; detail: string }
  /**
   * The base has commits that the remote lacks, and the other way around; in a shallow repository
   * it only looks so, perhaps.
   */
  | {
    reason: "base_diverged";
    base: string;
    remote: string;
    onRemote: string;
    shallow?: true | undefined;
  }
  | {
    reason: "foreign_branch";
    branches: { branch: string; owner?: string | undefined }[];
    identity: string;
  }
  | { reason: "foreign_worktree"; path: string; branch?: string | undefined }
  | { reason: "worktree_elsewhere"; branch: string; path: string }
  /** `remote`: it is there. */
  | { reason: "branch_in_the_way"; branch: string; wanted: string; remote?: string }
  /** It does not answer, or does not let this user push. */
  | { reason: "remote_refused"; remote: string; detail: string }
  | { reason: "agent_missing"; agent: string; command: string }
  /** The agent runs, and no attempt of it can work: it is the account's or the machine's. */
  | { reason: "agent_refused"; agent: string; why: RefusalWhy; detail: string }
  | { reason: "disk_full"; path: string; detail: string }
  /** The base fails its own check, before any task has changed it. */
  | {
    reason: "base_red";
    base: string;
    sha: string;
    check: string;
    failed: CommandFailure;
    /** Files that its output names, and that the user's checkout alone has. */
    untracked?: string[] | undefined;
  }
  | { reason: "sandbox_missing"; detail: string }
  | { reason: "nested_run"; task: TaskId }
  /** A newer parex has written the journal. */
  | { reason: "journal_newer"; path: string; version: number }
  | {
    reason: "lock_held";
    pid: number;
    since: string;
    run?: string | undefined;
    path: string;
    /** Another machine, or a container: the process is not among those that one sees here. */
    host?: string | undefined;
    /** ISO 8601: when an owner on another machine last showed that it is alive. */
    seen?: string | undefined;
  };

/** A task cannot continue without a person. These are the reason codes of blocked tasks. */
export type TaskFailure =
  | { reason: "worktree_failed"; path: string; detail: string }
  | { reason: "setup_failed"; failed: CommandFailure }
  | { reason: "agent_failed"; exitCode: number | null; detail: string; log?: string | undefined }
  | { reason: "agent_timeout"; ms: number; log?: string | undefined }
  | { reason: "agent_idle"; ms: number; log?: string | undefined }
  | { reason: "no_changes"; log?: string | undefined }
  /** Commits of the task hold files that parex had copied into its worktree, such as `.env`. */
  | { reason: "copied_committed"; paths: string[]; since: string }
  | {
    reason: "checks_failed";
    check: string;
    failed: CommandFailure;
    /** Absent: no agent was asked. */
    attempts?: number | undefined;
    /** The base that it was merged with; absent: its own branch fails. */
    onto?: string | undefined;
  }
  /** `late`: a hook or the program that signs did not end in time. */
  | { reason: "commit_failed"; detail: string; late?: true | undefined }
  | { reason: "push_failed"; remote: string; branch: string; detail: string }
  /** The remote lets nobody push to the base: landing by merge is over for the run. */
  | { reason: "base_protected"; remote: string; branch: string; detail: string }
  | {
    reason: "merge_conflict";
    files: string[];
    between: string[];
    /** What each side did to them: `onto`, or what was merged before, is ours. */
    conflicts?: FileConflict[] | undefined;
    /** The base that the task does not merge with; absent: its dependencies do not merge. */
    onto?: string | undefined;
  }
  | { reason: "budget_exhausted"; scope: "run" | "task"; spentUsd: number; capUsd: number }
  | { reason: "needs_input"; question: string }
  /** By a person, while the run was in progress. */
  | { reason: "stopped" }
  | { reason: "unclear_spec"; detail: string }
  /** Its agent changed what lies behind the task's borders: its work may lie elsewhere. */
  | { reason: "left_worktree"; strayed: string[] };

/** GitHub, or the way to it, fails: exit 3 before a run, a blocked task within one. */
export type GitHubFailure =
  /** `remotes`: there are several, and git's settings choose none. */
  | { reason: "no_remote"; root: string; remotes?: string[] | undefined }
  | { reason: "remote_not_github"; remote: string; /** without credentials */ url: string }
  | { reason: "gh_missing" }
  | { reason: "gh_logged_out"; host: string; detail: string }
  | { reason: "github_denied"; repository: string; detail: string }
  | { reason: "pull_request_failed"; branch: string; base: string; detail: string }
  /** Without having been merged. */
  | { reason: "pull_request_closed"; number: number; url: string }
  | {
    reason: "github_failed";
    /** The end of "could not …". */
    doing: string;
    /** Of HTTP; absent: no answer. */
    status?: number | undefined;
    detail: string;
  };

/** An operation of the system failed unexpectedly. */
export type OperationFailure =
  | { reason: "git_failed"; command: string; exitCode: number; stderr: string }
  | { reason: "io_failed"; path: string; detail: string }
  /** Events cannot be recorded any more, so the run must stop. */
  | { reason: "journal_lost"; path: string; detail: string };

/** Every failure that parex expects. A new one needs its wording in `report/messages.ts`. */
export type Failure =
  | UsageFailure
  | PrerequisiteFailure
  | TaskFailure
  | GitHubFailure
  | OperationFailure;

export type Reason = Failure["reason"];

const OF_ALL_TASKS: ReadonlySet<Reason> = new Set<Reason>([
  "agent_missing",
  "agent_refused",
  "disk_full",
  "base_red",
  "journal_lost",
]);

/**
 * Whether it is the account's, the machine's or the base's: every task would meet it, none is to
 * blame.
 */
export function endsRun({ reason }: Failure): boolean {
  return OF_ALL_TASKS.has(reason);
}

/** As libc words ENOSPC and EDQUOT. */
const NO_ROOM = /no space left on device|disk quota exceeded/i;

/** git leaves the reason out. */
const NOT_WRITTEN = /unable to (write|create)|(could not|cannot) write|write error|write failed/i;

/** Whether an error text of the system, or of a program, says that the disk is full. */
export function saysDiskFull(words: string): boolean {
  return NO_ROOM.test(words);
}

/** Whether a failure shows that the disk is full; `perhaps`: if there is no room left, by that. */
export function isDiskFull(failure: Failure): boolean | "perhaps" {
  const words = [
    "detail" in failure ? failure.detail : "",
    "stderr" in failure ? failure.stderr : "",
    failure.reason === "setup_failed" ? failure.failed.tail : "",
  ].join("\n");
  if (endsRun(failure)) return false;
  return saysDiskFull(words) || (NOT_WRITTEN.test(words) && "perhaps");
}

const USAGE: ReadonlySet<Reason> = new Set<UsageFailure["reason"]>([
  "usage",
  "plan_not_found",
  "plan_invalid",
  "config_invalid",
  "claude_settings_invalid",
  "unknown_task",
  "run_not_found",
]);

/** The exit code of a command that ends with this failure. */
export function exitCodeOf(failure: Failure): 2 | 3 {
  return USAGE.has(failure.reason) ? 2 : 3;
}
