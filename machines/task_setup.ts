/** The actions and guards of a task's chart, by the names that it calls them by. */
import { assign, setup } from "xstate";
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
  because,
  carriedOn,
  passed,
  refusal,
  repairable,
  spent,
  type TaskContext,
  type TaskEvent,
  type TaskInput,
  type TaskMessage,
  toRepair,
  verdictFailure,
} from "./task_context.ts";

/** What a port answered, as the parameter of an action or a guard. */
const output = <Output>({ event }: { event: { output: Output } }): Output => event.output;

/** Keeps what an attempt leaves for the next one. */
export const carryOn = { type: "carryOn", params: output } as const;
/** Keeps why the task cannot go on. */
export const keepFailure = { type: "keepFailure", params: output } as const;
/** Makes a failed check the occasion for the next attempt. */
export const repair = { type: "repair", params: output } as const;
/** Keeps why a verdict blocks the task. */
export const giveUp = { type: "giveUp", params: output } as const;
/** Makes a refused landing the occasion for the next attempt. */
export const takeBack = { type: "takeBack", params: output } as const;

export const succeeded = { type: "succeeded", params: output } as const;
export const hasPassed = { type: "hasPassed", params: output } as const;
/** The check failed, and an attempt is left. */
export const mayRepair = { type: "mayRepair", params: output } as const;
/** The task is taken up again there. */
export const begins = (at: Beginning["at"]) => ({ type: "begins", params: at }) as const;

interface Known {
  context: TaskContext;
}

/** Tells the world the task's status. */
export const announce = (status: Status) =>
  ({
    type: "announce",
    params: ({ context }: Known) => announcement(context, status),
  }) as const;

/** Tells the run above. */
export const tell = (message: (context: TaskContext) => TaskMessage) =>
  ({ type: "tell", params: ({ context }: Known) => message(context) }) as const;

/** Tells the run above what the attempt has cost. */
export const tellSpent = {
  type: "tell",
  params: ({ context, event }: Known & { event: { output: WorkOutcome } }) =>
    spent(context, event.output),
} as const;

/** What the chart is made with. */
export const taskSetup = setup({
  types: {
    input: {} as TaskInput,
    context: {} as TaskContext,
    events: {} as TaskEvent,
  },
  actors: taskPorts,
  actions: {
    /** Writes the status down. Provided by the run. */
    announce: (_, _announcement: Announcement) => {},
    /** Reaches the run above. Provided by it. */
    tell: (_, _message: TaskMessage) => {},
    carryOn: assign((_, outcome: WorkOutcome) => carriedOn(outcome)),
    keepFailure: assign((_, answer: Result<unknown> | Landing) => because(answer)),
    takeBack: assign((_, landing: Landing) => refusal(landing)),
    repair: assign((_, verdict: Result<Verdict>) => toRepair(verdict)),
    giveUp: assign(({ context }, verdict: Result<Verdict>) => verdictFailure(context, verdict)),
  },
  guards: {
    begins: ({ context }, at: Beginning["at"]) => context.begin?.at === at,
    succeeded: (_, result: Result<unknown>) => result.ok,
    hasPassed: (_, verdict: Result<Verdict>) => passed(verdict),
    mayRepair: ({ context }, verdict: Result<Verdict>) => repairable(context, verdict),
  },
});
