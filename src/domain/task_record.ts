import type { AgentOutcomeName, EventOf, GraphTask, Usage } from "./event.ts";
import type { Failure, Reason } from "./failure.ts";
import type { Answered } from "./question.ts";
import type { Priority, Status, TaskId } from "./task.ts";

/** A span of time in milliseconds since the epoch; without an end it continues. */
export interface Span {
  start: number;
  end?: number | undefined;
}

export interface AttemptRecord {
  attempt: number;
  /** Absent: of the run whose record it is in. */
  run?: string | undefined;
  kind: EventOf<"agent.started">["kind"];
  agent: string;
  pid: number;
  startedAt: number;
  /** Absent: it is running, or parex died before its end. */
  ms?: number | undefined;
  outcome?: AgentOutcomeName | undefined;
  /** So far, or in the end. */
  usage: Usage;
  session?: string | undefined;
  /** The agent was seen at work. */
  active?: true | undefined;
  /** null: ended by a signal. Absent: it has not ended, or nobody recorded it. */
  exitCode?: number | null | undefined;
  /** Of a usage limit, milliseconds since the epoch. */
  until?: number | undefined;
  /** Its work is committed on the task's branch. */
  committed?: true | undefined;
  detail?: string | undefined;
  transcript?: string | undefined;
}

export interface AnswerRecord extends Answered {
  session?: string | undefined;
  /** An agent has continued with it. */
  heard?: true | undefined;
}

export interface CheckRecord {
  attempt?: number | undefined;
  /** Absent: of the run whose record it is in. */
  run?: string | undefined;
  name: string;
  command: string;
  exitCode: number | null;
  ms: number;
  log?: string | undefined;
  /** On the task's merge with the base. */
  merged?: true | undefined;
  /** It was not run: it had passed on the same tree. */
  reused?: { run: string; task?: TaskId | undefined } | undefined;
}

/** Whether one of them is a check; the setup that goes before them is none. */
export function isChecked(checks: readonly { name: string }[]): boolean {
  return checks.some(({ name }) => name !== "setup");
}

export interface Parked {
  /** Milliseconds since the epoch. */
  until: number;
  why: string;
}

export interface LandedRecord {
  how: "pr" | "merge";
  url?: string | undefined;
  sha?: string | undefined;
  /** The run that did it. */
  run: string;
  /** ISO 8601 */
  at: string;
}

export interface TaskRecord {
  id: TaskId;
  name: string;
  priority: Priority;
  dependencies: TaskId[];
  branch: string;
  /** Whether this run selected it. */
  selected: boolean;
  status: Status;
  reason?: Reason | undefined;
  message?: string | undefined;
  details: string[];
  next: string[];
  failure?: Failure | undefined;
  attempts: AttemptRecord[];
  answers: AnswerRecord[];
  checks: CheckRecord[];
  commits?: number | undefined;
  head?: string | undefined;
  committedByParex: boolean;
  worktree?: string | undefined;
  pushed?: { remote: string; branch: string };
  landed?: LandedRecord | undefined;
  /**
   * When it was active: from the start of its preparation until it settled or returned to pending.
   */
  spans: Span[];
  /** When it waited for a usage limit to pass. */
  parkedSpans: Span[];
  parked?: Parked | undefined;
  /** What its agent is doing now. */
  activity?: string | undefined;
  /** The check that is running on it now. */
  checking?: { name: string; since: number; merged: boolean } | undefined;
}

/** The record of a task before its first event. */
export function newTask(node: GraphTask): TaskRecord {
  return {
    ...node,
    selected: false,
    details: [],
    next: [],
    attempts: [],
    answers: [],
    checks: [],
    committedByParex: false,
    spans: [],
    parkedSpans: [],
  };
}
