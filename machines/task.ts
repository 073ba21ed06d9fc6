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
 *   │          SLOT │ │ │ └────► parked│       │             │          │            ▼
 *   │               │ └─┼─ limit over ┘│       │             │          │        completed
 *   │             queued ◄─ broke off ─┴───────┼─ repair ────┘          │        ┌─────────┐
 *   │                 ▲                        │                        │        │ landing ├─► settled
 *   │                 └────────────────────────┼─ conflict, red merge ──┼────────┤         │      ▲
 *   └──────────────────┬───────────────────────┘                        │        └────┬────┘      │
 *                      └── no attempt left, no money left, beyond repair ──► blocked ◄┘ ──────────┘
 *
 * A failure of the account or the machine blocks no task: the task is halted, and the run ends.
 *
 * A task holds a slot of the run (tag `holdsSlot`) from START until its agent has finished, and asks
 * for one again (queued) for each further attempt. It settles once: blocked, or completed and landed.
 * STOP, while it is in progress or testing, leads to blocked.
 * A settled task that is pending again is a new actor. START leads to where the task begins (`begin`):
 * in a run that is resumed to preparing, working, checking or landing, with a person's answer to the
 * question that blocked it to preparing.
 */
import { assign } from "xstate";
import {
  completed,
  firstOccasion,
  halted,
  slotFreed,
  slotWanted,
  workInput,
} from "./task_context.ts";
import { begins, enter, reportSpent, sendToRun, taskSetup, withOutput } from "./task_setup.ts";

export type { TaskEnd, TaskEvent, TaskMessage } from "./task_context.ts";

export const taskMachine = taskSetup.createMachine({
  id: "task",
  context: ({ input }) => ({
    ...input,
    status: "pending",
    attempt: input.begin?.attempt ?? 0,
    occasion: firstOccasion(input),
    conversation: input.begin?.conversation,
    ended: input.begin?.ended,
  }),
  output: ({ context: { task, status } }) => ({
    task,
    status: status === "blocked" ? "blocked" : "completed",
  }),
  initial: "pending",
  states: {
    pending: {
      on: {
        START: [
          { guard: begins("working"), target: "#task.in_progress.working" },
          { guard: begins("testing"), target: "testing", actions: sendToRun(slotFreed) },
          { guard: begins("landing"), target: "completed", actions: sendToRun(slotFreed) },
          { target: "in_progress" },
        ],
      },
    },

    in_progress: {
      entry: enter("in_progress"),
      on: {
        STOP: { target: "blocked", actions: assign({ failure: () => ({ reason: "stopped" }) }) },
      },
      initial: "preparing",
      states: {
        preparing: {
          tags: "holdsSlot",
          invoke: {
            id: "prepare",
            src: "prepare",
            input: ({ context }) => ({ task: context.task }),
            onDone: [
              {
                guard: withOutput("succeeded"),
                target: "working",
                actions: assign({ attempt: ({ context }) => Math.max(context.attempt, 1) }),
              },
              { target: "#task.blocked", actions: withOutput("keepFailure") },
            ],
          },
        },

        working: {
          tags: "holdsSlot",
          invoke: {
            id: "work",
            src: "work",
            input: ({ context }) => workInput(context),
            onDone: [
              {
                guard: withOutput("finished"),
                target: "committing",
                actions: [withOutput("keepForNextAttempt"), reportSpent, sendToRun(slotFreed)],
              },
              {
                guard: withOutput("limited"),
                target: "parked",
                actions: [withOutput("keepForNextAttempt"), reportSpent],
              },
              {
                guard: withOutput("mayTryAgain"),
                target: "queued",
                actions: [withOutput("keepForNextAttempt"), reportSpent, sendToRun(slotFreed)],
              },
              { target: "#task.blocked", actions: [withOutput("keepForNextAttempt"), reportSpent] },
            ],
          },
        },

        /** Keeps its slot: another task would meet the same limit. */
        parked: {
          tags: "holdsSlot",
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
          entry: sendToRun(slotWanted),
          on: {
            SLOT: {
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
            input: ({ context: { task, attempt, attempts } }) => ({ task, attempt, attempts }),
            onDone: [
              { guard: withOutput("hasPassed"), target: "#task.testing" },
              { guard: withOutput("mayRepair"), target: "queued", actions: withOutput("repair") },
              { target: "#task.blocked", actions: withOutput("keepChecksFailure") },
            ],
          },
        },
      },
    },

    testing: {
      entry: enter("testing"),
      on: {
        STOP: { target: "blocked", actions: assign({ failure: () => ({ reason: "stopped" }) }) },
      },
      initial: "checking",
      states: {
        checking: {
          invoke: {
            id: "check",
            src: "check",
            input: ({ context: { task, attempt } }) => ({ task, attempt }),
            onDone: [
              { guard: withOutput("hasPassed"), target: "publishing" },
              {
                guard: withOutput("mayRepair"),
                target: "#task.in_progress.queued",
                actions: withOutput("repair"),
              },
              { target: "#task.blocked", actions: withOutput("keepChecksFailure") },
            ],
          },
        },

        publishing: {
          invoke: {
            id: "publish",
            src: "publish",
            input: ({ context }) => ({ task: context.task }),
            onDone: [
              { guard: withOutput("succeeded"), target: "#task.completed" },
              { target: "#task.blocked", actions: withOutput("keepFailure") },
            ],
          },
        },
      },
    },

    completed: {
      entry: [...enter("completed"), sendToRun(completed)],
      initial: "landing",
      states: {
        landing: {
          invoke: {
            id: "land",
            src: "land",
            input: ({ context: { task, attempt } }) => ({ task, attempt }),
            onDone: [
              { guard: withOutput("landed"), target: "#task.settled" },
              {
                guard: withOutput("mayReturn"),
                target: "#task.in_progress.queued",
                actions: withOutput("returnFromLanding"),
              },
              { target: "#task.blocked", actions: withOutput("keepFailure") },
            ],
          },
        },
      },
    },

    blocked: {
      initial: "cause",
      states: {
        cause: {
          always: [
            { guard: "endsRun", target: "halted" },
            { target: "#task.settled", actions: [...enter("blocked")] },
          ],
        },
        /** Its status stays: the run ends, and a resumed run repeats this step. */
        halted: { entry: sendToRun(halted) },
      },
    },

    settled: { type: "final" },
  },
});
