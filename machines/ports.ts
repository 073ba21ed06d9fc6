/**
 * What the machines need from the outside, as named actors with typed input and output. `src/run` implements
 * them. Every port is safe to run twice, and ends what it started when its signal is aborted.
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
  | { kind: "repair"; check: string; failed: CommandFailure; onto?: string | undefined }
  /** It cannot be merged with that commit of the base. */
  | { kind: "conflict"; onto: string; files: string[]; between: TaskId[] }
  /** The last attempt was cut off. */
  | { kind: "resumed"; why: CutOff }
  /** It was blocked, and a person tries it again. */
  | { kind: "retried"; message: string }
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
  /** The attempt ended in an earlier process of the run, and its result is not handled yet. */
  ended: AttemptRecord | undefined;
}

/** Why and for how long a task waits. */
export interface Parked {
  /** Milliseconds since the epoch. */
  until: number;
  why: string;
  /** A usage limit, which every attempt would meet. */
  shared: boolean;
  /** The attempt met it and will continue; otherwise it was not started. */
  begun: boolean;
}

/** How an attempt ended, as far as the task's machine needs it. */
export type WorkOutcome =
  & { conversation?: string | undefined; spentUsd: number }
  & (
    | { kind: "done" }
    | { kind: "broke_off"; why: CutOff; failure: Failure }
    | ({ kind: "limited" } & Parked)
    | { kind: "blocked"; failure: Failure }
  );

/** What parex found out about an attempt's work; a failure that the agent may repair is not a `Failure`. */
export type Verdict =
  | { passed: true }
  | {
    passed: false;
    check: string;
    failed: CommandFailure;
    /** The base that was merged into the branch; the branch passes without it. */
    onto?: string | undefined;
  };

/** The result of landing a completed task's commits. */
export type Landing =
  /** They are where the settings want them, which may be only on their branch. */
  | { kind: "landed" }
  /**
   * Back to the agent for a repair; `failure` if no attempt is left. `overtaken`: it had been repaired, but
   * others landed first; this costs no attempt.
   */
  | { kind: "refused"; occasion: Occasion; failure: Failure; overtaken?: true | undefined }
  | { kind: "blocked"; failure: Failure }
  /** The signal was aborted first: the work stays on its branch. */
  | { kind: "interrupted" };

/** A port that was not provided is a bug. */
function port<Output, Input>(name: string) {
  return fromPromise<Output, Input>(() => Promise.reject(new Error(`port ${name} not provided`)));
}

export const taskPorts = {
  /** Prepares the worktree: the dependencies' work merged, files copied, setup run. */
  prepare: port<Result<void>, { task: TaskId }>("prepare"),
  /** Runs one attempt of the agent. */
  work: port<WorkOutcome, WorkInput>("work"),
  /** Commits what the agent left, and makes sure that there is a commit. */
  commit: port<Result<Verdict>, { task: TaskId; attempt: number; attempts: number }>("commit"),
  /** Runs the project's checks on the committed tree. */
  check: port<Result<Verdict>, { task: TaskId; attempt: number }>("check"),
  /** Pushes the branch if there is a remote. */
  publish: port<Result<void>, { task: TaskId }>("publish"),
  /** Brings the commits of a completed task to the base, if requested. */
  land: port<Landing, { task: TaskId; attempt: number }>("land"),
  /** Waits until the model can be reached again. */
  wait: port<void, { task: TaskId; parked: Parked | undefined }>("wait"),
};

export interface LoadedRun {
  /** The tasks to execute, in the order of the plan. */
  tasks: Task[];
  jobs: number;
  attempts: number;
  budgetUsd?: number | undefined;
  /** When a task's dependents may start. */
  dependentsAfter: "completed" | "landed";
  /** The steps at which tasks of an earlier process of the run resume. */
  beginnings?: Record<TaskId, Beginning> | undefined;
  /** The cost of attempts in earlier processes of the run. */
  spentUsd?: number | undefined;
}

/** A blocked task continues: a person has answered its agent. */
export type AnsweredEvent = { type: "ANSWERED"; task: TaskId; begin: Beginning };

/** What a person asks of a run that is in progress. */
export type SteeringEvent =
  /** A blocked task starts again. */
  | { type: "RETRY"; task: TaskId; begin: Beginning }
  /** The agent or check of a task is stopped, and the task is blocked. */
  | { type: "STOP"; task: TaskId }
  | { type: "SET"; jobs?: number | undefined; budgetUsd?: number | undefined };

export type PrefetchEvent = { type: "PREFETCH"; tasks: TaskId[] };

export const runPorts = {
  /** Reads the plan and selects the tasks to execute. */
  load: port<Result<LoadedRun, Failure>, void>("load"),
  /** Checks that the repository and the machine are ready, and takes the lock. */
  preflight: port<Result<void>, void>("preflight"),
  /** Creates the worktrees of the next tasks while agents work. */
  prefetch: fromCallback<PrefetchEvent>(() => {
    throw new Error("port prefetch not provided");
  }),
  /** Checks the base itself while the first agents work; a failure ends the run. */
  checkBase: port<Result<void>, void>("checkBase"),
  /** Passes on people's answers to agents that asked, and their other requests to the run. */
  answers: fromCallback(() => {
    throw new Error("port answers not provided");
  }),
  /** Checks what has landed as a whole, if anything was merged. */
  verify: port<void, void>("verify"),
  /** Waits until no process of a stopped run is left, and makes its tasks pending again. */
  putBack: port<void, { tasks: TaskId[] }>("putBack"),
  /** Records the end of the run. */
  finish: port<void, { outcome: RunOutcome }>("finish"),
};

/** A change of a task's status, reported at once. */
export interface Announcement {
  task: TaskId;
  status: Status;
  failure?: Failure | undefined;
}

/** Why a run is interrupted, if not by a person. */
export interface Interruption {
  limit?: Parked | undefined;
  failure?: Failure | undefined;
}

export type RunOutcome =
  | { kind: "finished" }
  /**
   * By a person, by a usage limit that the run does not wait for, or by a failure of the account or the
   * machine, which is not a task's.
   */
  | ({ kind: "interrupted" } & Interruption)
  | { kind: "refused"; failure: Failure };
