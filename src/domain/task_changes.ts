import { type EventOf, type GraphTask, type RunEvent, type Usage, USAGE_COUNTS } from "./event.ts";
import type { AttemptRecord, CheckRecord, Parked, Span, TaskRecord } from "./task_record.ts";

/** Events that change only a task's record. */
export type TaskEvent = Extract<
  RunEvent,
  {
    type:
      | "task.status"
      | "task.answered"
      | "worktree.created"
      | "worktree.removed"
      | "agent.started"
      | "agent.session"
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
      task.answers.push({ question, answer, session });
      return;
    }
    case "worktree.created":
      task.worktree = event.path;
      return;
    case "worktree.removed":
      task.worktree = undefined;
      return;
    case "agent.started":
      return startAttempt(task, event, at);
    case "agent.session": {
      const attempt = attemptOf(task, event.attempt);
      if (attempt) attempt.session = event.session;
      return;
    }
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
      const { how, url, sha, run } = event;
      task.landed = {
        how,
        run,
        at: event.at,
        url,
        sha,
      };
    }
  }
}

/**
 * Another process continues with it; the previous one ended at `stopped`, perhaps while the task
 * was active.
 */
export function continueTask(task: TaskRecord, node: GraphTask, stopped: number): void {
  Object.assign(task, node);
  if (task.status !== "blocked") forgetWhy(task);
  closeSpan(task.spans, stopped);
  unpark(task, stopped);
  delete task.activity;
  delete task.checking;
}

function changeStatus(task: TaskRecord, event: EventOf<"task.status">, at: number): void {
  task.status = event.to;
  forgetWhy(task);
  delete task.activity;
  delete task.checking;
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
    session,
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

/** The last one: an attempt that a crash interrupted may be repeated under the same number. */
function attemptOf(task: TaskRecord, attempt: number): AttemptRecord | undefined {
  return task.attempts.findLast((one) => one.attempt === attempt);
}

/** It waits for a usage limit to reset, until its next attempt or status. */
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

/** A finished check. */
export function checkOf(event: EventOf<"checks.finished">): CheckRecord {
  const { attempt, name, command, exit_code, ms, log, merged, reused } = event;
  return {
    name,
    command,
    exitCode: exit_code,
    ms,
    attempt,
    log,
    merged,
    reused,
  };
}

const USAGE = [...USAGE_COUNTS, "model"] as const;

function usageOf(event: Usage): Usage {
  return Object.fromEntries(
    USAGE.filter((key) => event[key] !== undefined).map((key) => [key, event[key]]),
  );
}
