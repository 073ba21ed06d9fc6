/**
 * What the machines need from the world, as named actors with typed input and output. `src/run`
 * implements them. Every port is safe to run twice, and ends what it started when its signal says
 * so.
 */
import { fromCallback, fromPromise } from "xstate";
import type { CommandFailure, Failure } from "../src/domain/failure.ts";
import type { Result } from "../src/domain/result.ts";
import type { Answered } from "../src/domain/question.ts";
import type { Beginning } from "../src/domain/resume.ts";
import type { Status, Task, TaskId } from "../src/domain/task.ts";
import type { AttemptRecord } from "../src/domain/task_record.ts";

/** Why an agent is called. */
export type Occasion =
  | { kind: "first" }
  /**
   * A check failed on what was committed; with `onto`, on its merge with that commit of the base.
   */
  | { kind: "repair"; check: string; failed: CommandFailure; onto?: string }
  /** It cannot be merged with that commit of the base. */
  | { kind: "conflict"; onto: string; files: string[]; between: TaskId[] }
  /** The last attempt was cut off. */
  | { kind: "resumed"; why: CutOff }
  /** It ended with a question that a person has answered. */
  | ({ kind: "answered" } & Answered);

export type CutOff = "failed" | "timeout" | "idle" | "limited" | "interrupted";

export interface WorkInput {
  task: TaskId;
  /** From 1. */
  attempt: number;
  occasion: Occasion;
  /** The agent's conversation, to continue. */
  conversation: string | undefined;
  /** The attempt ended in an earlier process of the run: what that means is still to be decided. */
  ended: AttemptRecord | undefined;
}

/** Why and for how long a task waits. */
export interface Parked {
  /** Milliseconds since the epoch. */
  until: number;
  why: string;
  /** It is a usage limit, which every attempt would meet. */
  shared: boolean;
  /** The attempt met it and will continue; otherwise it was not started. */
  begun: boolean;
}

/** How an attempt ended, as far as the task's life goes. */
export type WorkOutcome =
  & { conversation?: string | undefined; spentUsd: number }
  & (
    | { kind: "done" }
    | { kind: "broke_off"; why: CutOff; failure: Failure }
    | ({ kind: "limited" } & Parked)
    | { kind: "blocked"; failure: Failure }
  );

/** What parex saw of an attempt's work; a failure that the agent may repair is no `Failure`. */
export type Verdict =
  | { passed: true }
  | {
    passed: false;
    check: string;
    failed: CommandFailure;
    /** The base that was merged into the branch, which is green without it. */
    onto?: string;
  };

/** What became of a completed task's commits. */
export type Landing =
  /** Where they were asked to be, which may be on their branch alone. */
  | { kind: "landed" }
  /**
   * Back to the agent, which may put it right; `failure` if no attempt is left. `overtaken`: it had
   * been put right, and others have landed first: that costs no attempt.
   */
  | { kind: "refused"; occasion: Occasion; failure: Failure; overtaken?: true }
  | { kind: "blocked"; failure: Failure }
  /** The signal came first: the work stays on its branch. */
  | { kind: "interrupted" };

/** A port that was not provided is a bug. */
function port<Output, Input>(name: string) {
  return fromPromise<Output, Input>(() => Promise.reject(new Error(`port ${name} not provided`)));
}

export const taskPorts = {
  /** Worktree with the dependencies' work in it, copied files, setup. */
  prepare: port<Result<void>, { task: TaskId }>("prepare"),
  /** One attempt of the agent. */
  work: port<WorkOutcome, WorkInput>("work"),
  /** Commits what the agent left, and makes sure that there is something committed. */
  commit: port<Result<Verdict>, { task: TaskId; attempt: number; attempts: number }>("commit"),
  /** The project's checks on the committed tree. */
  check: port<Result<Verdict>, { task: TaskId; attempt: number }>("check"),
  /** Pushes the branch where there is a remote. */
  publish: port<Result<void>, { task: TaskId }>("publish"),
  /** Brings the commits of a completed task to the base, if that was asked for. */
  land: port<Landing, { task: TaskId; attempt: number }>("land"),
  /** Until the model can be reached again. */
  wait: port<void, { task: TaskId; parked: Parked | undefined }>("wait"),
};

export interface LoadedRun {
  /** The tasks to execute, in the order of the plan. */
  tasks: Task[];
  jobs: number;
  attempts: number;
  budgetUsd?: number;
  /** When a task's dependents may start. */
  dependentsAfter: "completed" | "landed";
  /** Where tasks are taken up again that an earlier process of the run has left. */
  beginnings?: Record<TaskId, Beginning>;
  /** What attempts of earlier processes of the run have cost. */
  spentUsd?: number;
}

/** A blocked task continues: a person has answered its agent. */
export type AnsweredEvent = { type: "ANSWERED"; task: TaskId; begin: Beginning };

/** What a person asks of a run that is in progress. */
export type SteeringEvent =
  /** A blocked task is done again. */
  | { type: "RETRY"; task: TaskId; begin: Beginning }
  /** The agent or the check of a task ends, and it is blocked. */
  | { type: "STOP"; task: TaskId }
  | { type: "SET"; jobs?: number; budgetUsd?: number };

export type AheadEvent = { type: "AHEAD"; tasks: TaskId[] };

export const runPorts = {
  /** Reads the plan and selects what is to be executed. */
  load: port<Result<LoadedRun, Failure>, void>("load"),
  /** Checks that the repository and the machine are ready, and takes the lock. */
  preflight: port<Result<void>, void>("preflight"),
  /** Makes the worktrees of the tasks that come next while agents work. */
  ahead: fromCallback<AheadEvent>(() => {
    throw new Error("port ahead not provided");
  }),
  /** Checks the base by itself, beside the first agents; a failure ends the run. */
  checkBase: port<Result<void>, void>("checkBase"),
  /** Passes on what persons answer to agents that asked, and what else they ask of the run. */
  answers: fromCallback(() => {
    throw new Error("port answers not provided");
  }),
  /** Checks what has landed as a whole, if anything was merged. */
  verify: port<void, void>("verify"),
  /** Waits until nothing of a stopped run is at work, and puts its tasks' statuses back. */
  putBack: port<void, { tasks: TaskId[] }>("putBack"),
  /** Records the end of the run. */
  finish: port<void, { outcome: RunOutcome }>("finish"),
};

/** A change of a task's state, told to the world as it happens. */
export interface Announcement {
  task: TaskId;
  status: Status;
  failure?: Failure | undefined;
}

/** Why a run is interrupted, unless a person wants it. */
export interface Interruption {
  limit?: Parked | undefined;
  failure?: Failure | undefined;
}

export type RunOutcome =
  | { kind: "finished" }
  /**
   * By a person, by a usage limit that is not waited for, or by a failure of the account or the
   * machine, which is no task's.
   */
  | ({ kind: "interrupted" } & Interruption)
  | { kind: "refused"; failure: Failure };
