/** The actions and guards of a task's machine. */
import { assign, setup } from "xstate";
import { endsRun } from "../src/domain/failure.ts";
import type { Result } from "../src/domain/result.ts";
import type { Beginning } from "../src/domain/resume.ts";
import type { Status } from "../src/domain/task.ts";
import {
  type Announcement,
  type Landing,
  taskPorts,
  type Verdict,
  type WorkOutcome,
} from "./ports.ts";
import {
  announcement,
  attemptsLeft,
  keepChecksFailure,
  keepFailure,
  keepForNextAttempt,
  passed,
  repair,
  repairable,
  returnable,
  returnFromLanding,
  spent,
  type TaskContext,
  type TaskEnd,
  type TaskEvent,
  type TaskInput,
  type TaskMessage,
} from "./task_context.ts";

interface Known {
  context: TaskContext;
}

/** An action or a guard that gets the port's output. */
export const withOutput = <Name extends string>(type: Name) =>
  ({ type, params: <Output>({ event }: { event: { output: Output } }) => event.output }) as const;

/** The task begins at this step. */
export const begins = (at: Beginning["at"]) => ({ type: "begins", params: at }) as const;

/** Sets the task's status and announces it. */
export const enter = (status: Status) =>
  [
    { type: "setStatus", params: status },
    { type: "announce", params: ({ context }: Known) => announcement(context) },
  ] as const;

/** Sends a message to the parent, the run. */
export const sendToRun = (message: (context: TaskContext) => TaskMessage) =>
  ({ type: "sendToRun", params: ({ context }: Known) => message(context) }) as const;

/** Reports the attempt's cost to the run. */
export const reportSpent = {
  type: "sendToRun",
  params: ({ context, event }: Known & { event: { output: WorkOutcome } }) =>
    spent(context, event.output),
} as const;

/** The setup of a task's machine. */
export const taskSetup = setup({
  types: {
    input: {} as TaskInput,
    context: {} as TaskContext,
    events: {} as TaskEvent,
    output: {} as TaskEnd,
    tags: {} as "holdsSlot",
  },
  actors: taskPorts,
  actions: {
    /** Announces the status. The run provides it. */
    announce: (_, _announcement: Announcement) => {},
    /** Sends to the run, which provides it. */
    sendToRun: (_, _message: TaskMessage) => {},
    setStatus: assign((_, status: Status) => ({ status })),
    keepForNextAttempt: assign((_, outcome: WorkOutcome) => keepForNextAttempt(outcome)),
    keepFailure: assign((_, answer: Result<unknown> | Landing) => keepFailure(answer)),
    returnFromLanding: assign(({ context }, landing: Landing) =>
      returnFromLanding(context, landing)
    ),
    repair: assign((_, verdict: Result<Verdict>) => repair(verdict)),
    keepChecksFailure: assign(({ context }, verdict: Result<Verdict>) =>
      keepChecksFailure(context, verdict)
    ),
  },
  guards: {
    endsRun: ({ context: { failure } }) => failure !== undefined && endsRun(failure),
    begins: ({ context }, at: Beginning["at"]) => context.begin?.at === at,
    succeeded: (_, result: Result<unknown>) => result.ok,
    finished: (_, outcome: WorkOutcome) => outcome.kind === "done",
    limited: (_, outcome: WorkOutcome) => outcome.kind === "limited",
    /** The attempt was interrupted or failed, and another one is left. */
    mayTryAgain: ({ context }, outcome: WorkOutcome) =>
      outcome.kind === "broke_off" && attemptsLeft(context),
    hasPassed: (_, verdict: Result<Verdict>) => passed(verdict),
    /** The check failed, and an attempt is left. */
    mayRepair: ({ context }, verdict: Result<Verdict>) => repairable(context, verdict),
    landed: (_, landing: Landing) => landing.kind === "landed",
    /** The landing was refused, and an attempt is left. */
    mayReturn: ({ context }, landing: Landing) => returnable(context, landing),
  },
});
