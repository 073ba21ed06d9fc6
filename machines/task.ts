/**
 * The life of a task.
 *
 *   pending
 *      │ START
 *      ▼
 *   in_progress                                          testing
 *   ┌──────────────────────────────────────────┐        ┌─────────────────────────┐
 *   │ preparing ─► working ──────► committing ─┼──────► │ checking ─► publishing ─┼──┐
 *   │               ▲ ▲ │ │ limited    │       │        └────┬──────────┬─────────┘  │
 *   │         PLACE │ │ │ └────► parked│       │             │          │            │
 *   │               │ └─┼─ limit over ┘│       │             │          │            ▼
 *   │             queued ◄─ broke off ─┴───────┼─ repair ────┘          │        completed
 *   │                 ▲                        │                        │        ┌───────────────────┐
 *   │                 └────────────────────────┼─ conflict, red merge ──┼────────┤ landing ─► landed │
 *   └──────────────────┬───────────────────────┘                        │        └────┬──────────────┘
 *                      └── no attempt left, no money left, beyond repair ──► blocked ◄┘
 *
 * A task holds one of the run's places from START until its agent is done, and asks for one again
 * (queued) for each further attempt. A task that is blocked, or completed and landed, has settled:
 * its actor is stopped, and going back to pending is a new one. START leads to where the task is taken
 * up again (`begin`), if it is: in a run that is resumed to preparing, working, checking or landing,
 * with a person's answer to the question that blocked it to preparing.
 */
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
  attemptsLeft,
  because,
  carriedOn,
  completed,
  firstOccasion,
  freed,
  passed,
  refusal,
  repairable,
  returning,
  settled,
  spent,
  type TaskContext,
  type TaskInput,
  type TaskMessage,
  toRepair,
  verdictFailure,
  workInput,
} from "./task_context.ts";

export type { TaskMessage } from "./task_context.ts";

export type TaskEvent =
  | { type: "START" }
  /** One of the run's places is this task's, for another attempt. */
  | { type: "PLACE" }
  /** No further attempt may be paid for. */
  | { type: "BUDGET_SPENT"; spentUsd: number; capUsd: number };

/** What a port answered, as the parameter of an action or a guard. */
const output = <Output>({ event }: { event: { output: Output } }): Output => event.output;

const carryOn = { type: "carryOn", params: output } as const;
const keepFailure = { type: "keepFailure", params: output } as const;
const repair = { type: "repair", params: output } as const;
const giveUp = { type: "giveUp", params: output } as const;
const takeBack = { type: "takeBack", params: output } as const;
const succeeded = { type: "succeeded", params: output } as const;
const hasPassed = { type: "hasPassed", params: output } as const;
const mayRepair = { type: "mayRepair", params: output } as const;
const begins = (at: Beginning["at"]) => ({ type: "begins", params: at }) as const;

interface Known {
  context: TaskContext;
}

const announce = (status: Status) =>
  ({
    type: "announce",
    params: ({ context }: Known) => announcement(context, status),
  }) as const;

const tell = (message: (context: TaskContext) => TaskMessage) =>
  ({ type: "tell", params: ({ context }: Known) => message(context) }) as const;

const tellSpent = {
  type: "tell",
  params: ({ context, event }: Known & { event: { output: WorkOutcome } }) =>
    spent(context, event.output),
} as const;

export const taskMachine = setup({
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
}).createMachine({
  id: "task",
  context: ({ input }) => ({
    ...input,
    attempt: input.begin?.attempt ?? 0,
    occasion: firstOccasion(input),
    conversation: input.begin?.conversation,
  }),
  initial: "pending",
  states: {
    pending: {
      on: {
        START: [
          { guard: begins("working"), target: "#task.in_progress.working" },
          { guard: begins("testing"), target: "testing", actions: tell(freed) },
          { guard: begins("landing"), target: "completed", actions: tell(freed) },
          { target: "in_progress" },
        ],
      },
    },

    in_progress: {
      entry: announce("in_progress"),
      initial: "preparing",
      states: {
        preparing: {
          invoke: {
            id: "prepare",
            src: "prepare",
            input: ({ context }) => ({ task: context.task }),
            onDone: [
              {
                guard: succeeded,
                target: "working",
                actions: assign({ attempt: ({ context }) => Math.max(context.attempt, 1) }),
              },
              { target: "#task.blocked", actions: keepFailure },
            ],
          },
        },

        working: {
          invoke: {
            id: "work",
            src: "work",
            input: ({ context }) => workInput(context),
            onDone: [
              {
                guard: ({ event }) => event.output.kind === "done",
                target: "committing",
                actions: [carryOn, tellSpent, tell(freed)],
              },
              {
                guard: ({ event }) => event.output.kind === "limited",
                target: "parked",
                actions: [carryOn, tellSpent],
              },
              {
                guard: ({ context, event }) =>
                  event.output.kind === "broke_off" && attemptsLeft(context),
                target: "queued",
                actions: [carryOn, tellSpent, tell(freed)],
              },
              { target: "#task.blocked", actions: [carryOn, tellSpent] },
            ],
          },
        },

        /** Keeps its place: whoever took it would meet the same limit. */
        parked: {
          invoke: {
            id: "wait",
            src: "wait",
            input: ({ context: { task, parked } }) => ({ task, parked }),
            onDone: {
              target: "working",
              actions: assign(({ context }) =>
                context.parked?.begun ? { occasion: { kind: "resumed", why: "limited" } } : {}
              ),
            },
          },
        },

        queued: {
          entry: tell(returning),
          on: {
            PLACE: {
              target: "working",
              actions: assign({ attempt: ({ context }) => context.attempt + 1 }),
            },
            BUDGET_SPENT: {
              target: "#task.blocked",
              actions: assign({
                failure: ({ event: { spentUsd, capUsd } }) => ({
                  reason: "budget_exhausted",
                  scope: "run",
                  spentUsd,
                  capUsd,
                }),
              }),
            },
          },
        },

        committing: {
          invoke: {
            id: "commit",
            src: "commit",
            input: ({ context: { task, attempt } }) => ({ task, attempt }),
            onDone: [
              { guard: hasPassed, target: "#task.testing" },
              { guard: mayRepair, target: "queued", actions: repair },
              { target: "#task.blocked", actions: giveUp },
            ],
          },
        },
      },
    },

    testing: {
      entry: announce("testing"),
      initial: "checking",
      states: {
        checking: {
          invoke: {
            id: "check",
            src: "check",
            input: ({ context: { task, attempt } }) => ({ task, attempt }),
            onDone: [
              { guard: hasPassed, target: "publishing" },
              { guard: mayRepair, target: "#task.in_progress.queued", actions: repair },
              { target: "#task.blocked", actions: giveUp },
            ],
          },
        },

        publishing: {
          invoke: {
            id: "publish",
            src: "publish",
            input: ({ context }) => ({ task: context.task }),
            onDone: [
              { guard: succeeded, target: "#task.completed" },
              { target: "#task.blocked", actions: keepFailure },
            ],
          },
        },
      },
    },

    completed: {
      entry: [announce("completed"), tell(completed)],
      initial: "landing",
      states: {
        landing: {
          invoke: {
            id: "land",
            src: "land",
            input: ({ context: { task, attempt } }) => ({ task, attempt }),
            onDone: [
              { guard: ({ event }) => event.output.kind === "landed", target: "landed" },
              {
                guard: ({ context, event }) =>
                  event.output.kind === "refused" && attemptsLeft(context),
                target: "#task.in_progress.queued",
                actions: takeBack,
              },
              { target: "#task.blocked", actions: keepFailure },
            ],
          },
        },

        landed: {
          type: "final",
          entry: tell((context) => settled(context, "completed")),
        },
      },
    },

    blocked: {
      type: "final",
      entry: [announce("blocked"), tell((context) => settled(context, "blocked"))],
    },
  },
});
