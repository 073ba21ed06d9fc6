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
 * its actor is stopped, and going back to pending is a new one. In a run that is resumed, START leads
 * to where the task was left (`begin`): working, checking or landing.
 */
import { assign, setup } from "xstate";
import type { Failure } from "../src/domain/failure.ts";
import type { Result } from "../src/domain/result.ts";
import type { Beginning } from "../src/domain/resume.ts";
import type { TaskId } from "../src/domain/task.ts";
import {
  type Announcement,
  type Occasion,
  type Parked,
  taskPorts,
  type Verdict,
  type WorkInput,
  type WorkOutcome,
} from "./ports.ts";

export interface TaskInput {
  task: TaskId;
  /** Attempts in all, repairs included. */
  attempts: number;
  /** Where it is taken up again. */
  begin?: Beginning;
}

export interface TaskContext extends TaskInput {
  /** The attempt under way, from 1; 0 before the first. */
  attempt: number;
  /** Why the attempt under way, or the next one, is made. */
  occasion: Occasion;
  /** The agent's conversation, to go on with in the next attempt. */
  conversation: string | undefined;
  parked?: Parked;
  failure?: Failure;
}

export type TaskEvent =
  | { type: "START" }
  /** One of the run's places is this task's, for another attempt. */
  | { type: "PLACE" }
  /** No further attempt may be paid for. */
  | { type: "BUDGET_SPENT"; spentUsd: number; capUsd: number };

/** What a task tells the run above it. */
export type TaskMessage =
  /** An attempt ended and cost this much. */
  | { type: "TASK.SPENT"; task: TaskId; spentUsd: number }
  /** Its agent is done: the place is free. */
  | { type: "TASK.FREED"; task: TaskId }
  /** Its checks have passed. */
  | { type: "TASK.COMPLETED"; task: TaskId }
  /** It wants a place for another attempt. */
  | { type: "TASK.RETURNING"; task: TaskId }
  | { type: "TASK.SETTLED"; task: TaskId; status: "completed" | "blocked" };

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
          {
            guard: ({ context }) => context.begin?.at === "working",
            target: "#task.in_progress.working",
          },
          {
            guard: ({ context }) => context.begin?.at === "testing",
            target: "testing",
            actions: { type: "tell", params: ({ context }) => freed(context) },
          },
          {
            guard: ({ context }) => context.begin?.at === "landing",
            target: "completed",
            actions: { type: "tell", params: ({ context }) => freed(context) },
          },
          { target: "in_progress" },
        ],
      },
    },

    in_progress: {
      entry: {
        type: "announce",
        params: ({ context }) => ({ task: context.task, status: "in_progress" }),
      },
      initial: "preparing",
      states: {
        preparing: {
          invoke: {
            id: "prepare",
            src: "prepare",
            input: ({ context }) => ({ task: context.task }),
            onDone: [
              {
                guard: ({ event }) => event.output.ok,
                target: "working",
                actions: assign({ attempt: ({ context }) => Math.max(context.attempt, 1) }),
              },
              { target: "#task.blocked", actions: assign(({ event }) => because(event.output)) },
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
                actions: [
                  assign(({ event }) => carriedOn(event.output)),
                  { type: "tell", params: ({ context, event }) => spent(context, event.output) },
                  { type: "tell", params: ({ context }) => freed(context) },
                ],
              },
              {
                guard: ({ event }) => event.output.kind === "limited",
                target: "parked",
                actions: [
                  assign(({ event }) => carriedOn(event.output)),
                  { type: "tell", params: ({ context, event }) => spent(context, event.output) },
                ],
              },
              {
                guard: ({ context, event }) =>
                  event.output.kind === "broke_off" && context.attempt < context.attempts,
                target: "queued",
                actions: [
                  assign(({ event }) => carriedOn(event.output)),
                  { type: "tell", params: ({ context, event }) => spent(context, event.output) },
                  { type: "tell", params: ({ context }) => freed(context) },
                ],
              },
              {
                target: "#task.blocked",
                actions: [
                  assign(({ event }) => carriedOn(event.output)),
                  { type: "tell", params: ({ context, event }) => spent(context, event.output) },
                ],
              },
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
          entry: { type: "tell", params: ({ context }) => returning(context) },
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
              { guard: ({ event }) => passed(event.output), target: "#task.testing" },
              {
                guard: ({ context, event }) => repairable(context, event.output),
                target: "queued",
                actions: assign(({ event }) => toRepair(event.output)),
              },
              {
                target: "#task.blocked",
                actions: assign(({ context, event }) => verdictFailure(context, event.output)),
              },
            ],
          },
        },
      },
    },

    testing: {
      entry: {
        type: "announce",
        params: ({ context }) => ({ task: context.task, status: "testing" }),
      },
      initial: "checking",
      states: {
        checking: {
          invoke: {
            id: "check",
            src: "check",
            input: ({ context: { task, attempt } }) => ({ task, attempt }),
            onDone: [
              { guard: ({ event }) => passed(event.output), target: "publishing" },
              {
                guard: ({ context, event }) => repairable(context, event.output),
                target: "#task.in_progress.queued",
                actions: assign(({ event }) => toRepair(event.output)),
              },
              {
                target: "#task.blocked",
                actions: assign(({ context, event }) => verdictFailure(context, event.output)),
              },
            ],
          },
        },

        publishing: {
          invoke: {
            id: "publish",
            src: "publish",
            input: ({ context }) => ({ task: context.task }),
            onDone: [
              { guard: ({ event }) => event.output.ok, target: "#task.completed" },
              { target: "#task.blocked", actions: assign(({ event }) => because(event.output)) },
            ],
          },
        },
      },
    },

    completed: {
      entry: [
        {
          type: "announce",
          params: ({ context }) => ({ task: context.task, status: "completed" }),
        },
        { type: "tell", params: ({ context }) => completed(context) },
      ],
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
                  event.output.kind === "refused" && context.attempt < context.attempts,
                target: "#task.in_progress.queued",
                actions: assign(({ event }) =>
                  event.output.kind === "refused" ? { occasion: event.output.occasion } : {}
                ),
              },
              {
                target: "#task.blocked",
                actions: assign(({ event }) =>
                  "failure" in event.output ? { failure: event.output.failure } : {}
                ),
              },
            ],
          },
        },

        landed: {
          type: "final",
          entry: { type: "tell", params: ({ context }) => settled(context, "completed") },
        },
      },
    },

    blocked: {
      type: "final",
      entry: [
        {
          type: "announce",
          params: ({ context: { task, failure } }) => ({
            task,
            status: "blocked",
            ...(failure ? { failure } : {}),
          }),
        },
        { type: "tell", params: ({ context }) => settled(context, "blocked") },
      ],
    },
  },
});

function firstOccasion({ begin }: TaskInput): Occasion {
  if (begin?.answered) return { kind: "answered", ...begin.answered };
  return begin?.cutOff ? { kind: "resumed", why: "interrupted" } : { kind: "first" };
}

function workInput({ task, attempt, occasion, conversation }: TaskContext): WorkInput {
  return { task, attempt, occasion, conversation };
}

/** What an attempt leaves for the next one. */
function carriedOn(outcome: WorkOutcome): Partial<TaskContext> {
  const kept = { conversation: outcome.conversation };
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

function because(result: Result<unknown, Failure>): Partial<TaskContext> {
  return result.ok ? {} : { failure: result.failure };
}

function passed(result: Result<Verdict>): boolean {
  return result.ok && result.value.passed;
}

function repairable(context: TaskContext, result: Result<Verdict>): boolean {
  return result.ok && !result.value.passed && context.attempt < context.attempts;
}

function toRepair(result: Result<Verdict>): Partial<TaskContext> {
  if (!result.ok || result.value.passed) return {};
  const { check, failed } = result.value;
  return { occasion: { kind: "repair", check, failed } };
}

function verdictFailure(
  context: TaskContext,
  result: Result<Verdict>,
): Partial<TaskContext> {
  if (!result.ok) return { failure: result.failure };
  if (result.value.passed) return {};
  const { check, failed } = result.value;
  return { failure: { reason: "checks_failed", check, failed, attempts: context.attempt } };
}

const spent = ({ task }: TaskContext, { spentUsd }: WorkOutcome): TaskMessage => ({
  type: "TASK.SPENT",
  task,
  spentUsd,
});
const completed = ({ task }: TaskContext): TaskMessage => ({ type: "TASK.COMPLETED", task });
const freed = ({ task }: TaskContext): TaskMessage => ({ type: "TASK.FREED", task });
const returning = ({ task }: TaskContext): TaskMessage => ({ type: "TASK.RETURNING", task });
const settled = ({ task }: TaskContext, status: "completed" | "blocked"): TaskMessage => ({
  type: "TASK.SETTLED",
  task,
  status,
});
