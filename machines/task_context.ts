/** What a task's machine remembers, and how it interprets its ports' results. */
import type { Failure } from "../src/domain/failure.ts";
import type { Result } from "../src/domain/result.ts";
import type { Beginning, Blocked } from "../src/domain/resume.ts";
import type { Status, TaskId } from "../src/domain/task.ts";
import type { AttemptRecord } from "../src/domain/task_record.ts";
import type {
  Announcement,
  Landing,
  Occasion,
  Parked,
  Verdict,
  WorkInput,
  WorkOutcome,
} from "./ports.ts";

export interface TaskInput {
  task: TaskId;
  /** Number of attempts, repairs included. */
  attempts: number;
  /** The step at which it resumes. */
  begin?: Beginning | undefined;
}

export interface TaskContext extends TaskInput {
  /** The status announced last. */
  status: Status;
  /** The current attempt, from 1; 0 before the first. */
  attempt: number;
  /** Why the current or next attempt is made. */
  occasion: Occasion;
  /** The agent's conversation, to continue in the next attempt. */
  conversation: string | undefined;
  /** The current attempt, if it ended in an earlier process of the run. */
  ended: AttemptRecord | undefined;
  parked?: Parked;
  failure?: Failure | undefined;
}

export type TaskEvent =
  | { type: "START" }
  /** The task has a slot for another attempt. */
  | { type: "SLOT" }
  /** A person stops the task. */
  | { type: "STOP" }
  /** The budget allows no further attempt. */
  | { type: "BUDGET_SPENT"; spentUsd: number; capUsd: number };

/** The messages of a task to its parent, the run. */
export type TaskMessage =
  /** An attempt ended and cost this much. */
  | { type: "TASK.SPENT"; task: TaskId; spentUsd: number }
  /** Its agent has finished: it no longer needs its slot. */
  | { type: "TASK.SLOT_FREED"; task: TaskId }
  /** Its checks have passed. */
  | { type: "TASK.COMPLETED"; task: TaskId }
  /** A failure of the account or the machine: no task can work. */
  | { type: "TASK.HALTED"; task: TaskId; failure?: Failure | undefined }
  /** It needs a slot for another attempt. */
  | { type: "TASK.SLOT_WANTED"; task: TaskId };

/** The output of a task's machine. */
export interface TaskEnd {
  task: TaskId;
  status: "completed" | "blocked";
}

/** Why the first attempt of this actor is made. */
export function firstOccasion({ begin }: TaskInput): Occasion {
  if (begin?.answered) return { kind: "answered", ...begin.answered };
  if (begin?.blockedBy) return afterBlock(begin.blockedBy);
  return begin?.cutOff ? { kind: "resumed", why: "interrupted" } : { kind: "first" };
}

function afterBlock({ failure, message }: Blocked): Occasion {
  if (failure?.reason !== "checks_failed") return { kind: "retried", message };
  const { check, failed } = failure;
  return { kind: "repair", check, failed };
}

/** The input of the agent's attempt. */
export function workInput(context: TaskContext): WorkInput {
  const { task, attempt, occasion, conversation, ended } = context;
  return { task, attempt, occasion, conversation, ended };
}

/** Keeps what the next attempt needs of an outcome. */
export function keepForNextAttempt(outcome: WorkOutcome): Partial<TaskContext> {
  const kept = { conversation: outcome.conversation, ended: undefined };
  switch (outcome.kind) {
    case "done":
      return kept;
    case "limited":
      return { ...kept, parked: parkedBy(outcome) };
    case "broke_off":
      return {
        ...kept,
        failure: outcome.failure,
        occasion: { kind: "resumed", why: outcome.why },
      };
    case "blocked":
      return { ...kept, failure: outcome.failure };
  }
}

function parkedBy({ until, why, shared, begun }: Parked): Parked {
  return { until, why, shared, begun };
}

/** Keeps why the task is blocked. */
export function keepFailure(answer: Result<unknown> | Landing): Partial<TaskContext> {
  return "failure" in answer ? { failure: answer.failure } : {};
}

/** A refused landing is the occasion for the next attempt; an overtaken repair is not counted. */
export function returnFromLanding(
  { attempts }: TaskContext,
  landing: Landing,
): Partial<TaskContext> {
  if (landing.kind !== "refused") return {};
  return { occasion: landing.occasion, attempts: attempts + (landing.overtaken ? 1 : 0) };
}

/** Whether a refused landing may have another attempt. */
export function returnable(context: TaskContext, landing: Landing): boolean {
  return landing.kind === "refused" && (landing.overtaken === true || attemptsLeft(context));
}

/** The announcement of the task's status. */
export function announcement({ task, status, failure }: TaskContext): Announcement {
  return { task, status, failure: status === "blocked" ? failure : undefined };
}

/** Whether a further attempt may be made. */
export function attemptsLeft({ attempt, attempts }: TaskContext): boolean {
  return attempt < attempts;
}

/** Whether the checks were run and passed. */
export function passed(result: Result<Verdict>): boolean {
  return result.ok && result.value.passed;
}

/** Whether the agent can repair the failure and has an attempt left. */
export function repairable(context: TaskContext, result: Result<Verdict>): boolean {
  return result.ok && !result.value.passed && attemptsLeft(context);
}

/** A failed check is the occasion for the next attempt. */
export function repair(result: Result<Verdict>): Partial<TaskContext> {
  if (!result.ok || result.value.passed) return {};
  const { check, failed } = result.value;
  return { occasion: { kind: "repair", check, failed } };
}

/** Keeps the failed checks as the reason why the task is blocked. */
export function keepChecksFailure(
  context: TaskContext,
  result: Result<Verdict>,
): Partial<TaskContext> {
  if (!result.ok) return { failure: result.failure };
  if (result.value.passed) return {};
  const { passed: _, ...found } = result.value;
  return { failure: { reason: "checks_failed", ...found, attempts: context.attempt } };
}

export const spent = ({ task }: TaskContext, { spentUsd }: WorkOutcome): TaskMessage => ({
  type: "TASK.SPENT",
  task,
  spentUsd,
});
export const completed = ({ task }: TaskContext): TaskMessage => ({ type: "TASK.COMPLETED", task });
export const halted = ({ task, failure }: TaskContext): TaskMessage => ({
  type: "TASK.HALTED",
  task,
  failure,
});
export const slotFreed = ({ task }: TaskContext): TaskMessage => ({
  type: "TASK.SLOT_FREED",
  task,
});
export const slotWanted = ({ task }: TaskContext): TaskMessage => ({
  type: "TASK.SLOT_WANTED",
  task,
});
