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
import { assign } from "xstate";
import {
  attemptsLeft,
  completed,
  firstOccasion,
  freed,
  returning,
  settled,
  workInput,
} from "./task_context.ts";
import {
  announce,
  begins,
  carryOn,
  giveUp,
  hasPassed,
  keepFailure,
  mayRepair,
  repair,
  succeeded,
  takeBack,
  taskSetup,
  tell,
  tellSpent,
} from "./task_setup.ts";

export type { TaskEvent, TaskMessage } from "./task_context.ts";

export const taskMachine = taskSetup.createMachine({
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
