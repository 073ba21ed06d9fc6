/**
 * The life of a run.
 *
 *   loading ──► preflight ──► executing ──► verifying ──► finishing ──► done
 *      │            │                                         ▲          ▲
 *      └────────────┴─ refused ───────────────────────────────┼──────────┘
 *   INTERRUPT, from any of them ──► stopping ─────────────────┘
 *   TASK.HALTED, from executing ───────┘
 *
 * While it executes, each free slot is given to the task that is next on the board. A task's actor is
 * spawned when its task gets its first slot; its output, when it is done, settles the task.
 */
import { assign, type DoneActorEvent, enqueueActions, sendParent, sendTo, setup } from "xstate";
import {
  type Board,
  fillSlots,
  freeSlot,
  isIdle,
  makeBoard,
  release,
  reopen,
  settle,
  upcoming,
  wantSlot,
} from "../src/domain/scheduler.ts";
import {
  type AnsweredEvent,
  type Interruption,
  type LoadedRun,
  type RunOutcome,
  runPorts,
  type SteeringEvent,
} from "./ports.ts";
import type { Failure } from "../src/domain/failure.ts";
import type { Beginning } from "../src/domain/resume.ts";
import type { TaskId } from "../src/domain/task.ts";
import type { Result } from "../src/domain/result.ts";
import { type TaskEnd, type TaskEvent, taskMachine, type TaskMessage } from "./task.ts";
import { withOutput } from "./task_setup.ts";

export interface RunContext {
  loaded?: LoadedRun;
  board: Board;
  /** The reported cost of this run's attempts. */
  spentUsd: number;
  outcome: RunOutcome;
}

export type RunEvent =
  | { type: "INTERRUPT" } & Interruption
  | AnsweredEvent
  | SteeringEvent
  | TaskMessage
  | DoneActorEvent<TaskEnd, ActorId>;

/** A task's actor; the prefix keeps it apart from the run's ports, whose names a task may have. */
type ActorId = `task.${TaskId}`;
const actorOf = (task: TaskId): ActorId => `task.${task}`;

/** Worktrees created ahead of their tasks, per slot. */
const PREFETCH_PER_SLOT = 1;

/** The machine of a task that has a run as its parent. */
export const childMachine = taskMachine.provide({
  actions: { sendToRun: sendParent((_, message: TaskMessage) => message) },
});

/** An action on the board, given the task that an event is about. */
const onBoard = <Name extends string>(type: Name) =>
  ({ type, params: ({ event }: { event: { task: TaskId } }) => event.task }) as const;

export const runMachine = setup({
  types: {
    context: {} as RunContext,
    events: {} as RunEvent,
    output: {} as RunOutcome,
    children: {} as { prefetch: "prefetch"; answers: "answers"; checkBase: "checkBase" },
  },
  actors: { ...runPorts, task: childMachine },
  actions: {
    begin: assign((_, answer: Result<LoadedRun>) => answer.ok ? begun(answer.value) : {}),
    refuse: assign((_, answer: Result<unknown>) => answer.ok ? {} : refused(answer.failure)),
    stopFor: assign((_, answer: Result<unknown>) => answer.ok ? {} : interrupted(answer)),
    freeSlot: assign(({ context }, task: TaskId) => ({ board: freeSlot(context.board, task) })),
    wantSlot: assign(({ context }, task: TaskId) => ({ board: wantSlot(context.board, task) })),
    release: assign(({ context }, task: TaskId) => ({ board: release(context.board, task) })),
    reopen: assign(({ context }, task: TaskId) => ({ board: reopen(context.board, task) })),
    settle: enqueueActions(({ context, enqueue }, { task, status }: TaskEnd) => {
      const board = status === "completed" ? release(context.board, task) : context.board;
      enqueue.assign({ board: settle(board, task) });
      enqueue.stopChild(actorOf(task));
    }),
    /** Gives free slots to tasks, and requests worktrees for the next tasks. */
    fill: enqueueActions(({ context, enqueue }) => {
      const { loaded, spentUsd } = context;
      if (budgetSpent(context)) {
        const spent = { type: "BUDGET_SPENT", spentUsd, capUsd: loaded?.budgetUsd ?? 0 } as const;
        for (const task of context.board.returning) enqueue.sendTo(actorOf(task), spent);
        return;
      }
      const { board, turns } = fillSlots(context.board);
      enqueue.assign({ board });
      for (const { task, how } of turns) {
        const id = actorOf(task);
        if (how === "return") enqueue.sendTo(id, { type: "SLOT" } satisfies TaskEvent);
        else {
          const begin = loaded?.beginnings?.[task];
          const attempts = attemptsFor(loaded, begin);
          enqueue.spawnChild("task", { id, input: { task, attempts, begin } });
          enqueue.sendTo(id, { type: "START" } satisfies TaskEvent);
        }
      }
      // An empty list is sent too: a task with a slot creates its worktree itself.
      const tasks = upcoming(board, board.jobs * PREFETCH_PER_SLOT);
      enqueue.sendTo("prefetch", { type: "PREFETCH", tasks });
    }),
    stopTasks: enqueueActions(({ context, enqueue }) => {
      for (const task of context.board.live) enqueue.stopChild(actorOf(task));
    }),
  },
  guards: {
    succeeded: (_, answer: Result<unknown>) => answer.ok,
    failed: (_, answer: Result<unknown>) => !answer.ok,
    /** Nothing is in progress, and nothing can or may be started any more. */
    exhausted: ({ context }) =>
      context.board.live.length === 0 && (isIdle(context.board) || budgetSpent(context)),
    releasesEarly: ({ context }) => context.loaded?.dependentsAfter === "completed",
  },
}).createMachine({
  id: "run",
  context: () => ({ board: makeBoard([], 0), spentUsd: 0, outcome: { kind: "finished" } }),
  initial: "loading",
  on: {
    INTERRUPT: {
      target: ".stopping",
      actions: ["stopTasks", assign(({ event }) => interrupted(event))],
    },
  },
  output: ({ context }) => context.outcome,
  states: {
    loading: {
      invoke: {
        id: "load",
        src: "load",
        onDone: [
          { guard: withOutput("succeeded"), target: "preflight", actions: withOutput("begin") },
          { target: "done", actions: withOutput("refuse") },
        ],
      },
    },

    preflight: {
      invoke: {
        id: "preflight",
        src: "preflight",
        onDone: [
          { guard: withOutput("succeeded"), target: "executing" },
          { target: "done", actions: withOutput("refuse") },
        ],
      },
    },

    executing: {
      invoke: [
        { src: "prefetch", id: "prefetch" },
        { src: "answers", id: "answers" },
        {
          src: "checkBase",
          id: "checkBase",
          onDone: {
            guard: withOutput("failed"),
            target: "stopping",
            actions: ["stopTasks", withOutput("stopFor")],
          },
        },
      ],
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
            onBoard("reopen"),
            "fill",
          ],
        },
        RETRY: {
          actions: [
            assign(({ context, event }) => beginAgain(context, event)),
            onBoard("reopen"),
            "fill",
          ],
        },
        STOP: {
          guard: ({ context, event }) => context.board.live.includes(event.task),
          actions: sendTo(({ event }) => actorOf(event.task), { type: "STOP" }),
        },
        SET: {
          actions: [assign(({ context, event }) => changed(context, event)), "fill"],
        },
        "TASK.HALTED": {
          target: "stopping",
          actions: ["stopTasks", assign(({ event }) => interrupted(event))],
        },
        "TASK.SLOT_FREED": { actions: [onBoard("freeSlot"), "fill"] },
        "TASK.SLOT_WANTED": { actions: [onBoard("wantSlot"), "fill"] },
        "TASK.COMPLETED": { guard: "releasesEarly", actions: [onBoard("release"), "fill"] },
        "xstate.done.actor.task.*": {
          actions: [withOutput("settle"), "fill"],
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
        input: ({ context }) => ({ tasks: [...context.board.live] }),
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

function changed(
  { board, loaded }: RunContext,
  { jobs = board.jobs, budgetUsd }: Extract<SteeringEvent, { type: "SET" }>,
): Partial<RunContext> {
  if (!loaded) return {};
  return {
    board: { ...board, jobs },
    loaded: { ...loaded, jobs, budgetUsd: budgetUsd ?? loaded.budgetUsd },
  };
}

function beginAgain(
  { loaded }: RunContext,
  { task, begin }: Pick<AnsweredEvent, "task" | "begin">,
): Partial<RunContext> {
  if (!loaded) return {};
  return { loaded: { ...loaded, beginnings: { ...loaded.beginnings, [task]: begin } } };
}

/** A task that a person starts again, with or without an answer, gets all attempts. */
function attemptsFor(loaded: LoadedRun | undefined, begin: Beginning | undefined): number {
  const attempts = (loaded?.attempts ?? 1) + (begin?.overtaken ?? 0);
  if (!begin?.answered && !begin?.again) return attempts;
  return attempts + begin.attempt - (begin.at === "preparing" ? 1 : 0);
}

function interrupted({ limit, failure }: Interruption): Partial<RunContext> {
  const why = { limit, failure: failure || undefined };
  return { outcome: { kind: "interrupted", ...why } };
}

function refused(failure: Failure): Partial<RunContext> {
  return { outcome: { kind: "refused", failure } };
}

function budgetSpent({ loaded, spentUsd }: RunContext): boolean {
  return loaded?.budgetUsd !== undefined && spentUsd >= loaded.budgetUsd;
}
