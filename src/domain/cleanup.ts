import type { Failure, Unfinished } from "./failure.ts";
import type { Status, TaskId } from "./task.ts";

/** How a branch's work got into the base. */
export type Landed = "merge" | "rebase" | "squash" | "tree" | "pr";

/** What a task has left in a repository. */
export interface WorkFacts {
  task: TaskId;
  /** As its task file says; absent: the plan has no such task any more. */
  status?: Status | undefined;
  branch: string;
  /** Absent: there is none. */
  worktree?: WorktreeFacts | undefined;
  /** Absent: not all of it has. */
  landed?: Landed | undefined;
  /** Another worktree than its own that has the branch checked out. */
  elsewhere?: string | undefined;
  /** What could not be read. */
  unreadable?: Failure | undefined;
}

export interface WorktreeFacts {
  /** Absolute. */
  path: string;
  /** git lists it, but its folder is gone. HEAD's commit. */
  missing?: string | undefined;
  /** Changed, staged and untracked files. */
  changed: number;
  /** Ignored files and folders: nothing keeps them. */
  ignored: number;
  /** HEAD is not on the task's branch. */
  strayed: boolean;
  unfinished?: Unfinished | undefined;
  /** The reason, if it is locked with `git worktree lock`. */
  locked?: string | undefined;
  /** Processes that parex or an agent started there. */
  processes: number[];
  /** It is the user's current folder. */
  standing: boolean;
}

/** Why work is kept. */
export type Keep =
  | { why: "live"; run: string }
  | { why: "unreadable"; failure: Failure }
  | { why: "standing" }
  | { why: "processes"; pids: number[] }
  | { why: "locked"; reason: string }
  | { why: "elsewhere"; path: string }
  | { why: "not_completed"; status: Status }
  | { why: "not_landed" }
  | { why: "strayed" }
  | { why: "unfinished"; operation: Unfinished }
  | { why: "changed"; files: number };

export interface Kept {
  work: WorkFacts;
  keep: Keep;
  /** Whether `--force` would remove it anyway. */
  forcible: boolean;
}

/** What old runs have left that only people read: transcripts and logs. */
export interface OldRecords {
  /** How many runs and checks it is of. */
  runs: number;
  bytes: number;
}

/** What a cleanup would do. */
export interface CleanupPlan {
  remove: WorkFacts[];
  keep: Kept[];
  /** Every task of the plan has landed, so it goes to the archive. */
  archive: boolean;
  /** Its transcripts and logs are removed; absent: nothing of the kind was looked for. */
  old?: OldRecords | undefined;
}

export interface CleanupRequest {
  /** Tasks whose work is removed even if it has not landed. */
  force: readonly TaskId[];
  /** The live run. */
  live?: string | undefined;
  /** Of every task of the plan. */
  statuses: readonly Status[];
  /** The plan was run, and is not in the archive yet. */
  archivable: boolean;
}

/**
 * Decides what is removed: work that has landed and contains nothing else, and the named tasks'
 * work.
 */
export function planCleanup(all: readonly WorkFacts[], wish: CleanupRequest): CleanupPlan {
  const remove: WorkFacts[] = [];
  const keep: Kept[] = [];
  for (const work of all) {
    const obstacle = obstacleOf(work, wish.live);
    const unlanded = unlandedWork(work);
    if (obstacle) keep.push({ work, keep: obstacle, forcible: false });
    else if (unlanded && !wish.force.includes(work.task)) {
      keep.push({ work, keep: unlanded, forcible: true });
    } else remove.push(work);
  }
  const archive = wish.archivable && keep.length === 0 &&
    wish.statuses.every((status) => status === "completed") &&
    remove.every((work) => unlandedWork(work) === undefined);
  return { remove, keep, archive };
}

/** What prevents a removal, even with `--force`. */
function obstacleOf(work: WorkFacts, live: string | undefined): Keep | undefined {
  const { worktree } = work;
  if (live !== undefined) return { why: "live", run: live };
  if (work.unreadable) return { why: "unreadable", failure: work.unreadable };
  if (work.elsewhere !== undefined) return { why: "elsewhere", path: work.elsewhere };
  if (worktree?.locked !== undefined) return { why: "locked", reason: worktree.locked };
  if (worktree?.standing) return { why: "standing" };
  if (worktree && worktree.processes.length > 0) {
    return { why: "processes", pids: worktree.processes };
  }
}

/** Work that the base does not have. */
function unlandedWork({ status, landed, worktree }: WorkFacts): Keep | undefined {
  if (status !== undefined && status !== "completed") return { why: "not_completed", status };
  if (landed === undefined) return { why: "not_landed" };
  if (!worktree) return undefined;
  if (worktree.unfinished) return { why: "unfinished", operation: worktree.unfinished };
  if (worktree.strayed) return { why: "strayed" };
  if (worktree.changed > 0) return { why: "changed", files: worktree.changed };
}
