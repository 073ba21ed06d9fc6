/**
 * The life of a run.
 *
 *   loading ──► checking ──► executing ──► verifying ──► finishing ──► done
 *      │           │                                         ▲          ▲
 *      └───────────┴─ refused ───────────────────────────────┼──────────┘
 *   INTERRUPT, from any of them ──► stopping ────────────────┘
 *
 * While it executes, a place is given to whoever is next on the board whenever one is free: a task's
 * actor is spawned when its task gets its first place, and stopped when the task has settled.
 */
import { assign, enqueueActions, sendParent, setup } from "xstate";
import {
  type Board,
  freePlace,
  isIdle,
  makeBoard,
  next,
  place,
  release,
  revive,
  settle,
  upcoming,
  wantPlace,
} from "../src/domain/scheduler.ts";
import {
  type AnsweredEvent,
  type LoadedRun,
  type Parked,
  type RunOutcome,
  runPorts,
} from "./ports.ts";
import type { Beginning } from "../src/domain/resume.ts";
import { type TaskEvent, taskMachine, type TaskMessage } from "./task.ts";

export interface RunContext {
  loaded?: LoadedRun;
  board: Board;
  /** What the attempts of this run have cost, as far as agents reported it. */
  spentUsd: number;
  outcome: RunOutcome;
}

export type RunEvent =
  | { type: "INTERRUPT"; /** The usage limit that is not waited for. */ limit?: Parked }
  | AnsweredEvent
  | TaskMessage;

/** Worktrees made ahead of their tasks for each place. */
const AHEAD_PER_PLACE = 1;

/** The machine of a task that has a run above it. */
export const childMachine = taskMachine.provide({
  actions: { tell: sendParent((_, message: TaskMessage) => message) },
});

export const runMachine = setup({
  types: {
    context: {} as RunContext,
    events: {} as RunEvent,
    output: {} as RunOutcome,
    children: {} as { ahead: "ahead"; answers: "answers" },
  },
  actors: { ...runPorts, task: childMachine },
  actions: {
    /** Gives free places away, and has the worktrees of those who come next made. */
    fill: enqueueActions(({ context, enqueue }) => {
      const { board, loaded } = context;
      if (budgetSpent(context)) {
        const capUsd = loaded?.budgetUsd ?? 0;
        for (const task of board.returning) {
          enqueue.sendTo(task, { type: "BUDGET_SPENT", spentUsd: context.spentUsd, capUsd });
        }
        return;
      }
      for (let turn = next(board); turn; turn = next(board)) {
        const { task, how } = turn;
        place(board, task);
        if (how === "return") enqueue.sendTo(task, { type: "PLACE" } satisfies TaskEvent);
        else {
          const begin = loaded?.beginnings?.[task];
          const attempts = attemptsFor(loaded, begin);
          const input = { task, attempts, ...(begin ? { begin } : {}) };
          enqueue.spawnChild("task", { id: task, input });
          enqueue.sendTo(task, { type: "START" } satisfies TaskEvent);
        }
      }
      // Also that there are none: who has a place by now is prepared by nobody else.
      const tasks = upcoming(board, board.jobs * AHEAD_PER_PLACE);
      enqueue.sendTo("ahead", { type: "AHEAD", tasks });
    }),
    stopTasks: enqueueActions(({ context, enqueue }) => {
      for (const task of context.board.live) enqueue.stopChild(task);
    }),
  },
  guards: {
    /** Nothing is under way, and nothing can or may be started any more. */
    exhausted: ({ context }) =>
      context.board.live.length === 0 && (isIdle(context.board) || budgetSpent(context)),
  },
}).createMachine({
  id: "run",
  context: () => ({ board: makeBoard([], 0), spentUsd: 0, outcome: { kind: "finished" } }),
  initial: "loading",
  on: {
    INTERRUPT: {
      target: ".stopping",
      actions: ["stopTasks", assign(({ event }) => interrupted(event.limit))],
    },
  },
  output: ({ context }) => context.outcome,
  states: {
    loading: {
      invoke: {
        id: "load",
        src: "load",
        onDone: [
          {
            guard: ({ event }) => event.output.ok,
            target: "checking",
            actions: assign(({ event }) => event.output.ok ? begun(event.output.value) : {}),
          },
          {
            target: "done",
            actions: assign(({ event }) => event.output.ok ? {} : refused(event.output.failure)),
          },
        ],
      },
    },

    checking: {
      invoke: {
        id: "check",
        src: "check",
        onDone: [
          { guard: ({ event }) => event.output.ok, target: "executing" },
          {
            target: "done",
            actions: assign(({ event }) => event.output.ok ? {} : refused(event.output.failure)),
          },
        ],
      },
    },

    executing: {
      invoke: [{ src: "ahead", id: "ahead" }, { src: "answers", id: "answers" }],
      entry: "fill",
      always: { guard: "exhausted", target: "verifying" },
      on: {
        "TASK.SPENT": {
          actions: assign({
            spentUsd: ({ context, event }) => context.spentUsd + event.spentUsd,
          }),
        },
        ANSWERED: {
          actions: [
            assign(({ context, event }) => beginAgain(context, event)),
            ({ context, event }) => revive(context.board, event.task),
            "fill",
          ],
        },
        "TASK.FREED": {
          actions: [({ context, event }) => freePlace(context.board, event.task), "fill"],
        },
        "TASK.COMPLETED": {
          actions: [({ context, event }) => {
            if (context.loaded?.dependentsAfter === "completed") {
              release(context.board, event.task);
            }
          }, "fill"],
        },
        "TASK.RETURNING": {
          actions: [({ context, event }) => wantPlace(context.board, event.task), "fill"],
        },
        "TASK.SETTLED": {
          actions: [
            ({ context, event }) => {
              if (event.status === "completed") release(context.board, event.task);
              settle(context.board, event.task);
            },
            enqueueActions(({ event, enqueue }) => enqueue.stopChild(event.task)),
            "fill",
          ],
        },
      },
    },

    verifying: {
      invoke: { id: "verify", src: "verify", onDone: "finishing" },
    },

    stopping: {
      on: { INTERRUPT: {} },
      invoke: {
        id: "putBack",
        src: "putBack",
        input: ({ context }) => ({ tasks: context.board.live }),
        onDone: "finishing",
      },
    },

    finishing: {
      on: { INTERRUPT: {} },
      invoke: {
        id: "finish",
        src: "finish",
        input: ({ context }) => ({ outcome: context.outcome }),
        onDone: "done",
      },
    },

    done: { type: "final" },
  },
});

function begun(loaded: LoadedRun): Partial<RunContext> {
  const board = makeBoard(loaded.tasks, loaded.jobs);
  return { loaded, board, spentUsd: loaded.spentUsd ?? 0 };
}

function beginAgain({ loaded }: RunContext, { task, begin }: AnsweredEvent): Partial<RunContext> {
  if (!loaded) return {};
  return { loaded: { ...loaded, beginnings: { ...loaded.beginnings, [task]: begin } } };
}

/** Who asked and was answered has not failed: all attempts are left. */
function attemptsFor(loaded: LoadedRun | undefined, begin: Beginning | undefined): number {
  const attempts = loaded?.attempts ?? 1;
  return begin?.answered ? attempts + begin.attempt - 1 : attempts;
}

function interrupted(limit: Parked | undefined): Partial<RunContext> {
  return { outcome: { kind: "interrupted", ...(limit ? { limit } : {}) } };
}

function refused(
  failure: Extract<RunOutcome, { kind: "refused" }>["failure"],
): Partial<RunContext> {
  return { outcome: { kind: "refused", failure } };
}

function budgetSpent({ loaded, spentUsd }: RunContext): boolean {
  return loaded?.budgetUsd !== undefined && spentUsd >= loaded.budgetUsd;
}
