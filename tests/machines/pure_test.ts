/**
 * The charts tell the truth: what follows from a snapshot and an event is always the same, and the
 * snapshot stays as it was. Tried with every event of recorded runs.
 */
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  transition,
} from "xstate";
import type { Landing, WorkOutcome } from "../../machines/ports.ts";
import { taskMachine } from "../../machines/task.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { deepFreeze } from "../support/freeze.ts";
import { taskOf } from "../support/plans.ts";
import { play, type Script, until } from "./scripted_run.ts";

/** What happened to one actor, and where it was before and after. */
interface Step {
  machine: AnyStateMachine;
  before: AnyMachineSnapshot;
  event: EventObject;
  after: AnyMachineSnapshot;
}

/** Records every step of every machine of a run. Contexts are frozen as soon as they are seen. */
async function record(script: Script, meanwhile?: (run: ReturnType<typeof play>) => Promise<void>) {
  const steps: Step[] = [];
  const last = new Map<string, AnyMachineSnapshot>();
  const run = play({
    ...script,
    inspect(inspected) {
      if (inspected.type !== "@xstate.snapshot") return;
      const after = inspected.snapshot as AnyMachineSnapshot;
      if (!("machine" in after)) return;
      deepFreeze(after.context);
      const before = last.get(inspected.actorRef.sessionId);
      last.set(inspected.actorRef.sessionId, after);
      const { event } = inspected;
      if (before) steps.push({ ...alone(before), event: deepFreeze(event), after });
    },
  });
  await meanwhile?.(run);
  await run.outcome;
  return steps;
}

/** A task is tried without the run that it reports to. */
function alone(before: AnyMachineSnapshot): Pick<Step, "machine" | "before"> {
  const { machine, value, context } = before;
  if (machine.id !== taskMachine.id) return { machine, before };
  return { machine: taskMachine, before: taskMachine.resolveState({ value, context }) };
}

interface Action {
  type: string;
  params?: unknown;
}

/** Actions without the actors that they would start, which are others each time. */
function plain(actions: readonly Action[]): unknown[] {
  return actions.map(({ type, params }) => {
    const text = JSON.stringify(params, (key, value) => key === "actorRef" ? undefined : value);
    return { type, params: text };
  });
}

const kinds = (steps: Step[]) => new Set(steps.map(({ event }) => event.type));

function assertPure({ machine, before, event, after }: Step): void {
  const state = JSON.stringify(before.value);
  const children = Object.keys(before.children);
  const [first, firstActions] = transition(machine, before, event);
  const [second, secondActions] = transition(machine, before, event);
  const what = `${machine.id} in ${state} at ${event.type}`;
  assertEquals(plain(firstActions), plain(secondActions), what);
  for (const result of [first, second]) {
    assertEquals(result.value, after.value, what);
    assertEquals(result.context, after.context, what);
    assertEquals(result.output, after.output, what);
  }
  assertEquals(JSON.stringify(before.value), state, what);
  assertEquals(Object.keys(before.children), children, what);
}

const done: WorkOutcome = { kind: "done", spentUsd: 0.5, conversation: "c" };
const asks: WorkOutcome = {
  kind: "blocked",
  failure: { reason: "needs_input", question: "Which?" },
  spentUsd: 0.1,
};
const limited: WorkOutcome = {
  kind: "limited",
  until: 1,
  why: "limit",
  shared: true,
  begun: true,
  spentUsd: 0,
};
const brokeOff: WorkOutcome = {
  kind: "broke_off",
  why: "timeout",
  failure: { reason: "agent_timeout", ms: 1 },
  spentUsd: 0,
};
const conflict: Landing = {
  kind: "refused",
  occasion: { kind: "conflict", onto: "abc", files: ["f"], between: ["x"] },
  failure: { reason: "merge_conflict", files: ["f"], between: ["x"] },
};

/** Repairs, a limit, a time-out, a question with its answer, a conflict, a task blocked for good. */
function eventful() {
  let limits = 1;
  const answer = Promise.withResolvers<WorkOutcome>();
  return record({
    tasks: [
      taskOf("red"),
      taskOf("limited"),
      taskOf("late"),
      taskOf("asks"),
      taskOf("conflict", ["red"]),
      taskOf("hopeless", ["limited"]),
      taskOf("never", ["hopeless"]),
      taskOf("last", ["asks", "conflict"]),
    ],
    jobs: 2,
    red: (task) => task === "red" ? 1 : task === "hopeless" ? 9 : 0,
    work(task, attempt) {
      if (task === "asks" && attempt === 1) return asks;
      if (task === "late" && attempt === 1) return answer.promise;
      return task === "limited" && limits-- > 0 ? limited : done;
    },
    land: (task, attempt) => task === "conflict" && attempt === 1 ? conflict : { kind: "landed" },
  }, async ({ actor, log }) => {
    await until(() => log.includes("asks blocked needs_input"));
    const answered = { question: "Which?", answer: "That" };
    actor.send({
      type: "ANSWERED",
      task: "asks",
      begin: { at: "preparing", attempt: 2, answered },
    });
    answer.resolve(brokeOff);
  });
}

const overBudget = () =>
  record({
    tasks: ["a", "b", "c"].map((id, order) => taskOf(id, [], "medium", order)),
    jobs: 1,
    budgetUsd: 1,
    red: (task) => task === "b" ? 1 : 0,
    work: () => ({ kind: "done", spentUsd: 0.6 }),
  });

const interrupted = () =>
  record({
    tasks: [taskOf("a"), taskOf("b"), taskOf("c")],
    jobs: 2,
    work: (task) => task === "c" ? done : new Promise(() => {}),
    beginnings: { c: { at: "testing", attempt: 2 } },
  }, async ({ actor, log }) => {
    await until(() => log.filter((line) => line.startsWith("work")).length === 2);
    actor.send({ type: "INTERRUPT" });
  });

const refused = () =>
  record({
    tasks: [],
    jobs: 1,
    load: { ok: false, failure: { reason: "plan_not_found", looked: [] } },
  });

Deno.test("transition() twice gives the same, and leaves the snapshot as it was", async () => {
  const steps = (await Promise.all([eventful(), overBudget(), interrupted(), refused()])).flat();
  const seen = kinds(steps);
  for (
    const type of [
      "TASK.SPENT",
      "TASK.SLOT_FREED",
      "TASK.SLOT_WANTED",
      "TASK.COMPLETED",
      "xstate.done.actor.task.asks",
      "ANSWERED",
      "INTERRUPT",
      "START",
      "SLOT",
      "BUDGET_SPENT",
    ]
  ) {
    assert(seen.has(type), `no ${type} was recorded`);
  }
  assertEquals(new Set(steps.map(({ machine }) => machine.id)), new Set(["run", "task"]));
  for (const step of steps) assertPure(step);
});

Deno.test("a task that leaves its slot frees it, or is over", async () => {
  for (const { machine, before, event, after } of await eventful()) {
    if (!before.hasTag("holdsSlot") || after.hasTag("holdsSlot")) continue;
    const told = transition(machine, before, event)[1].map(({ params }: Action) =>
      JSON.stringify(params)
    );
    const freed = told.some((message) => message?.includes("TASK.SLOT_FREED"));
    assert(freed || after.status === "done", JSON.stringify([before.value, event]));
  }
});
