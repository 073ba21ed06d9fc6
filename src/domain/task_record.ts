import type { AgentOutcomeName, EventOf, GraphTask, RunEvent, Usage } from "./event.ts";
import type { Failure, Reason } from "./failure.ts";
import type { Answered } from "./question.ts";
import type { Priority, Status, TaskId } from "./task.ts";

/** A stretch of time in milliseconds since the epoch; without an end it goes on. */
export interface Span {
  start: number;
  end?: number;
}

export interface AttemptRecord {
  attempt: number;
  kind: EventOf<"agent.started">["kind"];
  agent: string;
  pid: number;
  startedAt: number;
  /** Absent: it is going on, or parex ended before it did. */
  ms?: number;
  outcome?: AgentOutcomeName;
  /** So far, or in the end. */
  usage: Usage;
  session?: string;
  /** The agent was seen at work. */
  active?: true;
  /** null: ended by a signal. Absent: it has not ended, or nobody recorded it. */
  exitCode?: number | null;
  /** Of a usage limit, milliseconds since the epoch. */
  until?: number;
  /** What it left behind stands committed on the task's branch. */
  committed?: true;
  detail?: string;
  transcript?: string;
}

export interface AnswerRecord extends Answered {
  session?: string;
  /** An agent has gone on with it. */
  heard?: true;
}

export interface CheckRecord {
  attempt?: number;
  name: string;
  command: string;
  exitCode: number | null;
  ms: number;
  log?: string;
  /** On the task's merge with the base. */
  merged?: true;
}

export interface Parked {
  /** Milliseconds since the epoch. */
  until: number;
  why: string;
}

export interface TaskRecord {
  id: TaskId;
  name: string;
  priority: Priority;
  dependencies: TaskId[];
  branch: string;
  /** Whether this run was to do it. */
  selected: boolean;
  status: Status;
  reason?: Reason;
  message?: string;
  details: string[];
  next: string[];
  failure?: Failure;
  attempts: AttemptRecord[];
  answers: AnswerRecord[];
  checks: CheckRecord[];
  commits?: number;
  head?: string;
  committedByParex: boolean;
  worktree?: string;
  pushed?: { remote: string; branch: string };
  landed?: { how: "pr" | "merge"; url?: string; sha?: string };
  /** When it was in hand: from the start of its preparation until it settled or was put back. */
  spans: Span[];
  /** When it waited for a usage limit to pass. */
  parkedSpans: Span[];
  parked?: Parked;
  /** What its agent is doing now. */
  activity?: string;
}

/** What changes a task's record alone. */
export type TaskEvent = Extract<
  RunEvent,
  {
    type:
      | "task.status"
      | "task.answered"
      | "worktree.created"
      | "agent.started"
      | "agent.activity"
      | "agent.finished"
      | "task.committed"
      | "branch.pushed"
      | "task.landed";
  }
>;

/** Takes an event about the task into its record, in place. */
export function applyToTask(task: TaskRecord, event: TaskEvent, at: number): void {
  switch (event.type) {
    case "task.status":
      return changeStatus(task, event, at);
    case "task.answered": {
      const { question, answer, session } = event;
      task.answers.push({ question, answer, ...(session === undefined ? {} : { session }) });
      return;
    }
    case "worktree.created":
      task.worktree = event.path;
      return;
    case "agent.started":
      return startAttempt(task, event, at);
    case "agent.activity": {
      const attempt = attemptOf(task, event.attempt);
      if (attempt) {
        attempt.active = true;
        hear(task);
        attempt.usage = { ...attempt.usage, ...usageOf(event) };
      }
      task.activity = event.doing;
      return;
    }
    case "agent.finished":
      return finishAttempt(task, event);
    case "task.committed": {
      const attempt = attemptOf(task, event.attempt);
      if (attempt) attempt.committed = true;
      task.commits = event.commits;
      task.head = event.head;
      task.committedByParex ||= event.by_parex;
      return;
    }
    case "branch.pushed":
      task.pushed = { remote: event.remote, branch: event.branch };
      return;
    case "task.landed": {
      const { how, url, sha } = event;
      task.landed = {
        how,
        ...(url === undefined ? {} : { url }),
        ...(sha === undefined ? {} : { sha }),
      };
    }
  }
}

/** The record of a task that nothing has happened to. */
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

/** Another process goes on with it; the one before ended at `stopped`, perhaps with it in hand. */
export function takeUpAgain(task: TaskRecord, node: GraphTask, stopped: number): void {
  Object.assign(task, node);
  if (task.status !== "blocked") forgetWhy(task);
  closeSpan(task.spans, stopped);
  unpark(task, stopped);
  delete task.activity;
}

function changeStatus(task: TaskRecord, event: EventOf<"task.status">, at: number): void {
  task.status = event.to;
  forgetWhy(task);
  delete task.activity;
  if (event.details !== undefined) task.details = event.details;
  if (event.next !== undefined) task.next = event.next;
  if (event.reason !== undefined) task.reason = event.reason;
  if (event.message !== undefined) task.message = event.message;
  if (event.failure !== undefined) task.failure = event.failure;
  unpark(task, at);
  const inHand = event.to === "in_progress" || event.to === "testing";
  if (!inHand) closeSpan(task.spans, at);
  else if (!isOpen(task.spans)) task.spans.push({ start: at });
}

function forgetWhy(task: TaskRecord): void {
  task.details = [];
  task.next = [];
  delete task.reason;
  delete task.message;
  delete task.failure;
}

function startAttempt(task: TaskRecord, event: EventOf<"agent.started">, at: number): void {
  const { attempt, kind, agent, pid, session } = event;
  unpark(task, at);
  delete task.activity;
  task.attempts.push({
    attempt,
    kind,
    agent,
    pid,
    startedAt: at,
    usage: {},
    ...(session === undefined ? {} : { session }),
  });
}

function finishAttempt(task: TaskRecord, event: EventOf<"agent.finished">): void {
  delete task.activity;
  const attempt = attemptOf(task, event.attempt);
  if (!attempt) return;
  if (event.outcome === "finished") hear(task);
  attempt.ms = event.ms;
  attempt.outcome = event.outcome;
  attempt.usage = usageOf(event);
  if (event.session !== undefined) attempt.session = event.session;
  if (event.exit_code !== undefined) attempt.exitCode = event.exit_code;
  if (event.until !== undefined) attempt.until = Date.parse(event.until);
  if (event.detail !== undefined) attempt.detail = event.detail;
  if (event.transcript !== undefined) attempt.transcript = event.transcript;
}

function hear(task: TaskRecord): void {
  const last = task.answers.at(-1);
  if (last) last.heard = true;
}

/** The latest: an attempt that a crash cut off may be made again under its number. */
function attemptOf(task: TaskRecord, attempt: number): AttemptRecord | undefined {
  return task.attempts.findLast((one) => one.attempt === attempt);
}

/** It waits for a usage limit to pass, until its next attempt or status. */
export function parkTask(task: TaskRecord, parked: Parked, at: number): void {
  task.parked = parked;
  if (!isOpen(task.parkedSpans)) task.parkedSpans.push({ start: at });
}

function unpark(task: TaskRecord, at: number): void {
  delete task.parked;
  closeSpan(task.parkedSpans, at);
}

function isOpen(spans: Span[]): boolean {
  const last = spans.at(-1);
  return last !== undefined && last.end === undefined;
}

function closeSpan(spans: Span[], at: number): void {
  const last = spans.at(-1);
  if (last && last.end === undefined) last.end = at;
}

export function checkOf(event: EventOf<"checks.finished">): CheckRecord {
  const { attempt, name, command, exit_code, ms, log, merged } = event;
  return {
    name,
    command,
    exitCode: exit_code,
    ms,
    ...(attempt === undefined ? {} : { attempt }),
    ...(log === undefined ? {} : { log }),
    ...(merged === undefined ? {} : { merged }),
  };
}

const USAGE = [
  "cost_usd",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "turns",
  "model",
] as const satisfies (keyof Usage)[];

function usageOf(event: Usage): Usage {
  return Object.fromEntries(
    USAGE.filter((key) => event[key] !== undefined).map((key) => [key, event[key]]),
  );
}
