import type { Landed } from "./cleanup.ts";
import type { FileConflict } from "./file_conflict.ts";
import type { Failure, Reason, RefusalWhy } from "./failure.ts";
import type { RunSettings } from "./settings.ts";
import type { Priority, Status, TaskId } from "./task.ts";

/** What an agent used, as it reported it. Absent: not reported. */
export interface Usage {
  cost_usd?: number | undefined;
  input_tokens?: number | undefined;
  output_tokens?: number | undefined;
  cache_read_tokens?: number | undefined;
  cache_write_tokens?: number | undefined;
  turns?: number | undefined;
  /** The model's real id, such as `claude-haiku-5-5`. */
  model?: string | undefined;
}

/** What of it can be added up. */
export const USAGE_COUNTS = [
  "cost_usd",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "turns",
] as const satisfies (keyof Usage)[];

export type AgentOutcomeName =
  | "finished"
  | "failed"
  | "timeout"
  | "idle"
  | "limited"
  | "budget"
  /** The account cannot work: a key that is refused, no money. */
  | "refused"
  /** The agent no longer has the conversation that was to be continued. */
  | "lost"
  | "interrupted";

/** How a run names its plan. */
export interface PlanName {
  name: string;
  path: string;
  identity: string;
  /** It is another tool's list, which has no mark for a blocked task. */
  foreign?: true | undefined;
}

/** Why a run was stopped, and what to do before it is resumed. */
export interface StopReason {
  reason: Reason;
  message: string;
  details: string[];
  next: string[];
}

/** What happened, without the envelope that the journal adds. */
export type EventBody =
  | {
    type: "run.started";
    plan: PlanName;
    /** The selected tasks' ids, in the order of the plan. */
    tasks: TaskId[];
    base: string;
    base_sha: string;
    jobs: number;
    agent: string;
    model?: string | undefined;
    parex: string;
    pid: number;
    /** What the report needs to know of each task of the plan, selected or not. */
    graph: GraphTask[];
    /**
     * The settings, except those about this process's output: a resumed run continues with them.
     */
    settings?: RunSettings | undefined;
    /** Another process continues the run. */
    resumed?: true | undefined;
    /** It lands what others have done, and its settings say nothing of how agents are to work. */
    agentless?: true | undefined;
    /** The last run that had agents before it. */
    worked?: string | undefined;
    /** Tasks found `in_progress` or `testing` without a live run: executed again. */
    leftovers?: TaskId[] | undefined;
    /** Where there is nothing to do: whether the base lacks work of completed tasks. */
    unlanded?: boolean | undefined;
    warnings?: string[] | undefined;
  }
  | {
    type: "task.status";
    task: TaskId;
    from: Status;
    to: Status;
    reason?: Reason | undefined;
    message?: string | undefined;
    /** Details: the end of an output, one line each. */
    details?: string[] | undefined;
    /** What to do next, a line each. */
    next?: string[] | undefined;
    failure?: Failure | undefined;
  }
  | {
    /** A person answered the question that its agent ended with. */
    type: "task.answered";
    task: TaskId;
    question: string;
    answer: string;
    /** The conversation that the agent asked it in. */
    session?: string | undefined;
  }
  | {
    /** A person changed it while it was in progress. */
    type: "run.changed";
    jobs?: number | undefined;
    budget_usd?: number | undefined;
  }
  | {
    type: "worktree.removed";
    task: TaskId;
    path: string;
    /** The branch that was deleted with it, because all of it has landed. */
    branch?: string | undefined;
    /** What was anchored before. */
    rescue_refs?: string[] | undefined;
  }
  | { type: "worktree.created"; task: TaskId; path: string; branch: string; ms: number }
  | {
    type: "agent.started";
    task: TaskId;
    attempt: number;
    agent: string;
    session?: string | undefined;
    pid: number;
    /** Why this attempt is made. */
    kind: "first" | "repair" | "conflict" | "resumed" | "retried" | "answered";
  }
  | {
    /** The agent has told the id of its conversation. */
    type: "agent.session";
    task: TaskId;
    attempt: number;
    session: string;
  }
  | ({ type: "agent.activity"; task: TaskId; attempt: number; doing: string } & Usage)
  | ({
    type: "agent.finished";
    task: TaskId;
    attempt: number;
    outcome: AgentOutcomeName;
    ms: number;
    /** null: ended by a signal. */
    exit_code?: number | null | undefined;
    /** `refused`: why the account cannot work. */
    refusal?: RefusalWhy | undefined;
    /** `limited`: when the agent may go on, if it said so. ISO 8601 */
    until?: string | undefined;
    session?: string | undefined;
    detail?: string | undefined;
    transcript?: string | undefined;
  } & Usage)
  | {
    type: "task.committed";
    task: TaskId;
    attempt: number;
    /** Own commits of the task on its branch. */
    commits: number;
    head: string;
    /** True: parex committed what the agent had left uncommitted. */
    by_parex: boolean;
  }
  | {
    /** A check, or the setup before the checks, is running; it waits for nothing any more. */
    type: "checks.started";
    task?: TaskId | undefined;
    attempt?: number | undefined;
    name: string;
    command: string;
    /** On the task's merge with the base, not on its branch. */
    merged?: true | undefined;
  }
  | {
    type: "checks.finished";
    task?: TaskId | undefined;
    attempt?: number | undefined;
    name: string;
    command: string;
    exit_code: number | null;
    ms: number;
    log?: string | undefined;
    /** It was run on the task's merge with the base, not on its branch. */
    merged?: true | undefined;
    /** It was not run: it had passed on the same tree, for this task where it was one's. */
    reused?: { run: string; task?: TaskId | undefined };
  }
  | {
    /** The base was checked by itself; not told where it has no checks. */
    type: "base.checked";
    sha: string;
    ok: boolean;
    /** The first check that failed. */
    check?: string | undefined;
  }
  | { type: "branch.pushed"; task: TaskId; remote: string; branch: string; ms: number }
  | {
    type: "task.landed";
    task: TaskId;
    how: "pr" | "merge";
    url?: string | undefined;
    sha?: string | undefined;
  }
  | {
    /** What has landed was checked as a whole. */
    type: "integration.finished";
    ok: boolean;
    /** There is no check. */
    unchecked?: true | undefined;
    /** The tree that was checked. */
    sha: string;
    /** The first check that failed; absent if the checks could not be run. */
    check?: string | undefined;
    /** The task whose merge brought the failure in, if it was one of this run. */
    introduced_by?: TaskId | undefined;
    /** That merge, or the commit of somebody else's that brought it in. */
    introduced_at?: string | undefined;
  }
  | {
    /**
     * Two tasks change the same files, and their merge is likely to conflict. Once for each basis.
     */
    type: "conflict.predicted";
    tasks: [TaskId, TaskId];
    files: string[];
    /** The commits on their branches do conflict, or the plan says that both change the files. */
    basis: "branches" | "plan";
  }
  | {
    /** A completed task cannot be merged into the base as it is by now. */
    type: "conflict.met";
    task: TaskId;
    /** The tasks whose changes do not go together, or the base where it is none of this run. */
    between: string[];
    files: string[];
    /** What each side did to them; the base is ours. */
    conflicts?: FileConflict[] | undefined;
    /** git's own lines. */
    said?: string[] | undefined;
    /** It had been repaired on an older commit of the base: this costs no attempt. */
    overtaken?: true | undefined;
  }
  | {
    /**
     * Something behind the task's borders has changed, and neither by parex nor plainly by the
     * user. `undone`: it is as it was before.
     */
    type: "border.crossed";
    task: TaskId;
    what: string;
    undone: boolean;
  }
  | { type: "run.parked"; task?: TaskId | undefined; until: string; why: string }
  | { type: "recovery.step"; what: string; tier: string; action: string; outcome: string }
  | {
    /** Written behind the end of the run that it is about. */
    type: "cleanup.finished";
    removed: {
      task: TaskId;
      branch: string;
      /** Absent: it had not, and was removed by name. */
      landed?: Landed | undefined;
      worktree?: string | undefined;
      /** Where what no other branch holds can be brought back from. */
      rescue_refs: string[];
    }[];
    kept: { task: TaskId; why: string }[];
    /** The folder that the plan went to, absolute. */
    archive?: string | undefined;
  }
  | { type: "notice"; task?: TaskId | undefined; message: string }
  | {
    type: "run.finished";
    exit_code: number;
    completed: number;
    blocked: number;
    pending: number;
    ms: number;
    /** Sum of the tasks' own times over the wall time. */
    speedup: number;
    cost_usd?: number | undefined;
    interrupted?: boolean | undefined;
    /** The remote lets nobody push to the base: what is completed waits on its branches. */
    base_protected?: boolean | undefined;
    /** The failure of the account, the machine or the base that stopped it; resume continues it. */
    stopped?: StopReason | undefined;
  };

export interface GraphTask {
  id: TaskId;
  name: string;
  priority: Priority;
  dependencies: TaskId[];
  status: Status;
  branch: string;
}

/** A line of the journal, and of `--json`. */
export type RunEvent = { v: 1; seq: number; /** ISO 8601 */ at: string; run: string } & EventBody;

export type EventType = EventBody["type"];
export type EventOf<T extends EventType> = Extract<EventBody, { type: T }>;

/** Where workers report what happened. Reporters and the journal listen. */
export type Emit = (event: EventBody) => void;
