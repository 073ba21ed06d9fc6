import type { Failure, Unfinished } from "./failure.ts";
import type { TaskId } from "./task.ts";

/** Something to know about a repository and what parex needs to work in it. */
export type Finding =
  | { code: "tool"; tool: string; version: string }
  | { code: "tool_missing"; tool: string }
  /** `how`: the command, or another way, to log in. */
  | { code: "login_missing"; tool: string; how: string }
  /** What would refuse a run. */
  | { code: "refused"; failure: Failure }
  | { code: "state_unwritable"; path: string; detail: string }
  | { code: "disk_low"; path: string; free_mib: number }
  /** The size of parex's own records; `old` of it is what a cleanup would remove. Bytes. */
  | { code: "records"; path: string; runs: number; bytes: number; old: number }
  | { code: "lock_left"; path: string; pid: number; since: string; run?: string | undefined }
  | { code: "git_lock_left"; path: string }
  | { code: "processes_left"; run: string; pids: number[] }
  | { code: "removal_interrupted"; path: string; task: TaskId }
  | { code: "worktree_missing"; path: string; head: string }
  /** Its folder, or the repository's, was moved or renamed. */
  | { code: "worktree_moved"; path: string; from: string }
  /** A folder among the worktrees that is not a git worktree. */
  | { code: "folder_unknown"; path: string; empty: boolean }
  | { code: "half_done"; path: string; task: TaskId; operation: Unfinished }
  /** Work of a plan that has landed. */
  | {
    code: "work_landed";
    task: TaskId;
    branch: string;
    owner: string;
    worktree?: string | undefined;
  }
  /** Work of another plan that has not landed. */
  | { code: "work_left"; branch: string; owner: string };

export type FindingCode = Finding["code"];

export type Severity = "error" | "warning" | "info";

const SEVERITIES: Record<FindingCode, Severity> = {
  tool: "info",
  // Only to open pull requests.
  tool_missing: "info",
  login_missing: "warning",
  refused: "error",
  state_unwritable: "error",
  disk_low: "warning",
  records: "info",
  lock_left: "warning",
  git_lock_left: "warning",
  processes_left: "warning",
  removal_interrupted: "warning",
  worktree_missing: "warning",
  worktree_moved: "warning",
  folder_unknown: "warning",
  half_done: "warning",
  work_landed: "warning",
  work_left: "info",
};

/** An error stops a run, a warning may, an info does not. */
export function severityOf(finding: Finding): Severity {
  // It is needed only for pull requests.
  if (finding.code === "login_missing" && finding.tool === "gh") return "info";
  return SEVERITIES[finding.code];
}

const FIXABLE: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "lock_left",
  "git_lock_left",
  "processes_left",
  "removal_interrupted",
  "worktree_missing",
  "worktree_moved",
  "half_done",
  "work_landed",
]);

/** Whether parex itself can fix it without losing anything. */
export function isFixable(finding: Finding): boolean {
  return FIXABLE.has(finding.code) || finding.code === "folder_unknown" && finding.empty;
}
