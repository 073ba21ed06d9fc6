import { initialTransition, transition } from "xstate";
import {
  type TaskEnd,
  type TaskEvent,
  taskMachine,
  type TaskMessage,
} from "../../machines/task.ts";
import type {
  Announcement,
  Landing,
  Occasion,
  Verdict,
  WorkOutcome,
} from "../../machines/ports.ts";
import type { Beginning } from "../../src/domain/resume.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { assert, assertEquals } from "../support/assert.ts";

/** Walks the chart without a process, a file or a clock: ports answer by their done events. */
type Snapshot = ReturnType<typeof initialTransition<typeof taskMachine>>[0];
type Port = "prepare" | "work" | "wait" | "commit" | "check" | "publish" | "land";

const FAILED: Failure = { reason: "agent_failed", exitCode: 1, detail: "boom" };
const WORKED: WorkOutcome = { kind: "done", spentUsd: 0.1, conversation: "c1" };
const BROKE_OFF: WorkOutcome = {
  kind: "broke_off",
  why: "failed",
  failure: FAILED,
  spentUsd: 0.2,
};
const PASSED = { ok: true, value: { passed: true } satisfies Verdict };
const RED = {
  ok: true,
  value: {
    passed: false,
    check: "test",
    failed: { command: "npm test", exitCode: 1, tail: "1 failed" },
  } satisfies Verdict,
};
const BLOCKED: TaskEnd = { task: "a", status: "blocked" };
const REFUSED = { ok: false, failure: FAILED };

function walk(attempts = 3, begin?: Beginning) {
  const input = { task: "a", attempts, ...(begin ? { begin } : {}) };
  let [snapshot, actions] = initialTransition(taskMachine, input);
  const told: unknown[] = [];
  const step = (event: TaskEvent | { type: string; output: unknown }) => {
    [snapshot, actions] = transition(taskMachine, snapshot, event as TaskEvent);
    for (const action of actions) {
      if (action.type === "announce") told.push((action.params as Announcement).status);
      if (action.type === "sendToRun") told.push((action.params as TaskMessage).type);
    }
    return walker;
  };
  const walker = {
    send: step,
    done: (port: Port, output: unknown) => step({ type: `xstate.done.actor.${port}`, output }),
    at: () => snapshot.value,
    snapshot: () => snapshot as Snapshot,
    told: () => told.splice(0),
  };
  return walker;
}

const started = () => walk().send({ type: "START" });
const working = () => started().done("prepare", { ok: true });
const testing = () => working().done("work", WORKED).done("commit", PASSED);

const landing = () => testing().done("check", PASSED).done("publish", { ok: true });

Deno.test("a task goes from pending to completed when every port succeeds", () => {
  const task = walk();
  assertEquals(task.at(), "pending");
  assertEquals(task.send({ type: "START" }).at(), { in_progress: "preparing" });
  assertEquals(task.told(), ["in_progress"]);
  assertEquals(task.done("prepare", { ok: true }).at(), { in_progress: "working" });
  assertEquals(task.done("work", WORKED).at(), { in_progress: "committing" });
  assertEquals(task.told(), ["TASK.SPENT", "TASK.SLOT_FREED"]);
  assertEquals(task.done("commit", PASSED).at(), { testing: "checking" });
  assertEquals(task.told(), ["testing"]);
  assertEquals(task.done("check", PASSED).at(), { testing: "publishing" });
  assertEquals(task.done("publish", { ok: true }).at(), { completed: "landing" });
  assertEquals(task.told(), ["completed", "TASK.COMPLETED"]);
  assertEquals(task.done("land", { kind: "landed" }).at(), "settled");
  assertEquals(task.told(), []);
  assertEquals(task.snapshot().output, { task: "a", status: "completed" });
});

Deno.test("a task whose attempt was cut off is prepared, and makes it again in its conversation", () => {
  const begin = { at: "preparing", attempt: 2, cutOff: true, conversation: "c1" } as const;
  const task = walk(3, begin).send({ type: "START" }).done("prepare", { ok: true });
  assertEquals(task.at(), { in_progress: "working" });
  const { attempt, occasion, conversation } = task.snapshot().context;
  assertEquals([attempt, conversation], [2, "c1"]);
  assertEquals(occasion, { kind: "resumed", why: "interrupted" });
});

Deno.test("a task is taken up where it was left, and needs no slot beyond its attempt", () => {
  const at = (at: Beginning["at"]) => walk(3, { at, attempt: 2 }).send({ type: "START" });
  assertEquals(at("working").at(), { in_progress: "working" });
  const testing = at("testing");
  assertEquals(testing.at(), { testing: "checking" });
  assertEquals(testing.told(), ["TASK.SLOT_FREED", "testing"]);
  assertEquals(testing.done("check", RED).send({ type: "SLOT" }).snapshot().context.attempt, 3);
  const landing = at("landing");
  assertEquals(landing.at(), { completed: "landing" });
  assertEquals(landing.told(), ["TASK.SLOT_FREED", "completed", "TASK.COMPLETED"]);
});

Deno.test("an attempt that ended in an earlier process is decided once, and the next one is made", () => {
  const ended = { attempt: 2, kind: "first", agent: "x", pid: 1, startedAt: 0, usage: {} } as const;
  const task = walk(3, { at: "working", attempt: 2, ended }).send({ type: "START" });
  assertEquals(task.snapshot().context.ended, ended);
  const next = task.done("work", BROKE_OFF).send({ type: "SLOT" }).snapshot().context;
  assertEquals([next.attempt, next.ended], [3, undefined]);
});

Deno.test("a task's top-level states are the five statuses, and that it is over", () => {
  assertEquals(
    Object.keys(taskMachine.states).sort(),
    ["blocked", "completed", "in_progress", "pending", "settled", "testing"],
  );
});

Deno.test("a failure of the account halts a task in its status, and the run hears of it", () => {
  const refused = { reason: "agent_refused", agent: "x", why: "no_money", detail: "" } as const;
  const task = working();
  task.told();
  task.done("work", { kind: "blocked", failure: refused, spentUsd: 0 });
  assertEquals(task.at(), { blocked: "halted" });
  assertEquals(task.snapshot().context.status, "in_progress");
  assertEquals(task.told(), ["TASK.SPENT", "TASK.HALTED"]);
});

Deno.test("a failed check sends a task back for a slot, with the failure in hand", () => {
  const task = testing();
  task.told();
  assertEquals(task.done("check", RED).at(), { in_progress: "queued" });
  assertEquals(task.told(), ["in_progress", "TASK.SLOT_WANTED"]);
  assertEquals(task.snapshot().context.occasion.kind, "repair");
  assertEquals(task.send({ type: "SLOT" }).at(), { in_progress: "working" });
  assertEquals(task.snapshot().context.attempt, 2);
  assertEquals(task.snapshot().context.conversation, "c1");
});

Deno.test("a task is blocked by checks when its attempts are used up", () => {
  const task = walk(1).send({ type: "START" }).done("prepare", { ok: true })
    .done("work", WORKED).done("commit", PASSED).done("check", RED);
  assertEquals(task.snapshot().output, BLOCKED);
  assertEquals(task.snapshot().context.failure?.reason, "checks_failed");
});

Deno.test("an attempt that broke off is made again while attempts are left, then blocks", () => {
  const task = working();
  for (const attempt of [2, 3]) {
    assertEquals(task.done("work", BROKE_OFF).at(), { in_progress: "queued" });
    assertEquals(task.send({ type: "SLOT" }).at(), { in_progress: "working" });
    assertEquals(task.snapshot().context.attempt, attempt);
    assertEquals(task.snapshot().context.occasion, { kind: "resumed", why: "failed" });
  }
  task.told();
  assertEquals(task.done("work", BROKE_OFF).snapshot().output, BLOCKED);
  assertEquals(task.snapshot().context.failure, FAILED);
  assertEquals(task.told(), ["TASK.SPENT", "blocked"]);
});

Deno.test("a usage limit parks a task in its slot and spends no attempt", () => {
  const task = working();
  const limited = { kind: "limited", until: 42, why: "limit", shared: true, spentUsd: 0 };
  task.done("work", { ...limited, begun: true, conversation: "c9" });
  assertEquals(task.at(), { in_progress: "parked" });
  assertEquals(task.told().includes("TASK.SLOT_FREED"), false);
  assertEquals(task.done("wait", undefined).at(), { in_progress: "working" });
  assertEquals(task.snapshot().context.attempt, 1);
  assertEquals(task.snapshot().context.conversation, "c9");
  assertEquals(task.snapshot().context.occasion, { kind: "resumed", why: "limited" });

  const fresh = working().done("work", { ...limited, begun: false }).done("wait", undefined);
  assertEquals(fresh.snapshot().context.occasion, { kind: "first" });
});

Deno.test("a task that waits for a slot is blocked when the budget is spent", () => {
  const task = testing().done("check", RED);
  task.send({ type: "BUDGET_SPENT", spentUsd: 5, capUsd: 4 });
  assertEquals(task.snapshot().output, BLOCKED);
  assertEquals(task.snapshot().context.failure, {
    reason: "budget_exhausted",
    scope: "run",
    spentUsd: 5,
    capUsd: 4,
  });
});

Deno.test("a commit that cannot be made goes back to the agent", () => {
  assertEquals(working().done("work", WORKED).done("commit", RED).at(), { in_progress: "queued" });
});

Deno.test("a landing that is refused costs an attempt, and one whose repair was overtaken does not", () => {
  const occasion: Occasion = { kind: "conflict", onto: "1", files: ["x"], between: ["b", "a"] };
  const refused: Landing = { kind: "refused", occasion, failure: FAILED };
  const last = walk(1, { at: "landing", attempt: 1 }).send({ type: "START" });
  const blocked = last.done("land", refused);
  assertEquals(blocked.snapshot().output, BLOCKED);
  const again = walk(1, { at: "landing", attempt: 1 }).send({ type: "START" })
    .done("land", { ...refused, overtaken: true });
  assertEquals(again.at(), { in_progress: "queued" });
  assertEquals(again.snapshot().context.attempts, 2);
  assertEquals(again.snapshot().context.occasion, occasion);
});

Deno.test("a failure beyond repair blocks a task from wherever it is", () => {
  const ends = [
    started().done("prepare", REFUSED),
    working().done("work", { kind: "blocked", failure: FAILED, spentUsd: 0 }),
    working().done("work", WORKED).done("commit", REFUSED),
    testing().done("check", REFUSED),
    testing().done("check", PASSED).done("publish", REFUSED),
    landing().done("land", { kind: "blocked", failure: FAILED }),
  ];
  for (const task of ends) {
    assertEquals(task.snapshot().output, BLOCKED);
    assertEquals(task.snapshot().context.failure, FAILED);
  }
});

Deno.test("no event but the expected one moves a task", () => {
  const events: TaskEvent[] = [
    { type: "START" },
    { type: "SLOT" },
    { type: "BUDGET_SPENT", spentUsd: 1, capUsd: 1 },
  ];
  const possible: [string, ReturnType<typeof walk>, string[]][] = [
    ["pending", walk(), ["START"]],
    ["preparing", started(), []],
    ["working", working(), []],
    ["committing", working().done("work", WORKED), []],
    ["queued", testing().done("check", RED), ["SLOT", "BUDGET_SPENT"]],
    [
      "parked",
      working().done("work", { kind: "limited", until: 1, why: "", spentUsd: 0, begun: true }),
      [],
    ],
    ["checking", testing(), []],
    ["publishing", testing().done("check", PASSED), []],
    ["landing", landing(), []],
    ["settled", landing().done("land", { kind: "landed" }), []],
    ["settled", started().done("prepare", REFUSED), []],
  ];
  for (const [state, task, takes] of possible) {
    assert(JSON.stringify(task.at()).includes(state), `${state}: ${JSON.stringify(task.at())}`);
    const can = events.filter((event) => task.snapshot().can(event)).map(({ type }) => type);
    assertEquals(can, takes as typeof can, state);
  }
});

Deno.test("a late answer of a port that is not asked any more changes nothing", () => {
  const task = testing();
  assertEquals(task.done("work", BROKE_OFF).at(), { testing: "checking" });
  assertEquals(task.done("prepare", REFUSED).at(), { testing: "checking" });
});
