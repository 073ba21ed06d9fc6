import type { RunEvent } from "../../src/domain/event.ts";
import { recordOf, type RunRecord } from "../../src/domain/record.ts";
import { type Beginning, remainderOf, spentIn, whereToBegin } from "../../src/domain/resume.ts";
import type { Status } from "../../src/domain/task.ts";
import { assertEquals } from "../support/assert.ts";
import { taskOf } from "../support/plans.ts";

/** Events without what every one has. */
// deno-lint-ignore no-explicit-any -- a story names what matters of an event
type Told = { type: string } & Record<string, any>;

const START: Told = {
  type: "run.started",
  plan: { name: "p", path: "/plan.yaml", identity: "p" },
  tasks: ["a", "b"],
  base: "main",
  base_sha: "0",
  jobs: 1,
  agent: "claude",
  parex: "0",
  pid: 1,
  graph: ["a", "b", "c"].map((id) => ({
    id,
    name: id,
    priority: "medium",
    dependencies: [],
    status: "pending",
    branch: `feature/${id}`,
  })),
};

function after(...told: Told[]): RunRecord {
  return recordOf(
    [START, ...told].map((event, index) =>
      ({
        v: 1,
        seq: index + 1,
        at: new Date(index * 1000).toISOString(),
        run: "r",
        task: "a",
        ...event,
      }) as unknown as RunEvent
    ),
  );
}

function beginningAfter(...told: Told[]): Beginning | undefined {
  const task = after(...told).tasks.get("a");
  return task && whereToBegin(task);
}

const status = (to: Status): Told => ({ type: "task.status", from: "pending", to });
const started = (attempt: number, session?: string): Told => ({
  type: "agent.started",
  attempt,
  agent: "claude",
  kind: "first",
  pid: 2,
  ...(session === undefined ? {} : { session }),
});
const active = (attempt: number, cost = 0): Told => ({
  type: "agent.activity",
  attempt,
  doing: "Edit a.ts",
  cost_usd: cost,
});
const finished = (attempt: number, outcome: string, session?: string): Told => ({
  type: "agent.finished",
  attempt,
  outcome,
  ms: 1,
  ...(session === undefined ? {} : { session }),
});
const committed = (attempt: number): Told => ({
  type: "task.committed",
  attempt,
  commits: 1,
  head: "1",
  by_parex: false,
});
const red = (attempt: number): Told => ({
  type: "checks.finished",
  attempt,
  name: "test",
  command: "test",
  exit_code: 1,
  ms: 1,
});

const answered: Told = { type: "task.answered", question: "Q", answer: "A", session: "s" };
const asked = [started(1, "s"), active(1), finished(1, "finished", "s"), status("blocked")];
const heard = { conversation: "s", answered: { question: "Q", answer: "A" } };

const CASES: [string, Told[], Beginning][] = [
  ["nothing has happened", [], { at: "preparing", attempt: 1 }],
  ["it was being prepared", [status("in_progress")], { at: "preparing", attempt: 1 }],
  [
    "its agent had just started",
    [status("in_progress"), started(1, "s")],
    { at: "preparing", attempt: 1, cutOff: true },
  ],
  [
    "its agent was at work",
    [status("in_progress"), started(1, "s"), active(1)],
    { at: "preparing", attempt: 1, cutOff: true, conversation: "s" },
  ],
  [
    "its agent was interrupted",
    [started(1, "s"), active(1), finished(1, "interrupted", "s"), status("pending")],
    { at: "preparing", attempt: 1, cutOff: true, conversation: "s" },
  ],
  [
    "its agent was cut off again, before it did anything",
    [started(1, "s"), active(1), started(1, "s")],
    { at: "preparing", attempt: 1, cutOff: true, conversation: "s" },
  ],
  ["its agent had finished", [started(1), finished(1, "finished")], { at: "working", attempt: 1 }],
  ["its agent had failed", [started(1), finished(1, "failed")], { at: "working", attempt: 1 }],
  ["its agent had met a limit", [started(2), finished(2, "limited")], {
    at: "working",
    attempt: 2,
  }],
  [
    "its work was committed",
    [started(1), finished(1, "finished"), committed(1), status("testing")],
    { at: "testing", attempt: 1 },
  ],
  [
    "its checks had failed, and the repair had not begun",
    [started(1), finished(1, "finished"), committed(1), red(1), status("in_progress")],
    { at: "testing", attempt: 1 },
  ],
  [
    "its repair was under way",
    [started(1), finished(1, "finished"), committed(1), red(1), started(2)],
    { at: "preparing", attempt: 2, cutOff: true },
  ],
  ["its question was answered", [...asked, answered, status("pending")], {
    at: "preparing",
    attempt: 2,
    ...heard,
  }],
  [
    "its agent had just started with an answer",
    [...asked, answered, started(2, "s")],
    { at: "preparing", attempt: 2, cutOff: true, ...heard },
  ],
  [
    "its agent was at work with an answer",
    [...asked, answered, started(2, "s"), active(2)],
    { at: "preparing", attempt: 2, cutOff: true, conversation: "s" },
  ],
  [
    "it was completed",
    [started(2), finished(2, "finished"), committed(2), status("completed")],
    { at: "landing", attempt: 2 },
  ],
];

for (const [when, told, wanted] of CASES) {
  Deno.test(`whereToBegin() begins at ${wanted.at} when ${when}`, () => {
    const { ended, ...beginning } = beginningAfter(...told) ?? {};
    assertEquals(beginning, wanted);
    assertEquals(ended?.attempt, wanted.at === "working" ? wanted.attempt : undefined);
  });
}

const PLAN = ["a", "b", "c"].map((id, order) => taskOf(id, [], "medium", order));
const left = (run: RunRecord, lands = true, plan = PLAN) =>
  remainderOf(plan, run, lands).left.map(({ id }) => id);

Deno.test("remainderOf() leaves out what was not selected, is blocked, or has landed", () => {
  assertEquals(left(after()), ["a", "b"]);
  assertEquals(left(after(status("blocked"))), ["b"]);
  assertEquals(left(after(started(1), status("completed"))), ["a", "b"]);
  assertEquals(left(after(started(1), status("completed")), false), ["b"]);
  const landed: Told = { type: "task.landed", how: "merge", sha: "2" };
  assertEquals(left(after(started(1), status("completed"), landed)), ["b"]);
});

Deno.test("remainderOf() leaves out what waits for a blocked task", () => {
  const plan = PLAN.map((task) => task.id === "b" ? { ...task, dependencies: ["a"] } : task);
  assertEquals(left(after(status("blocked")), true, plan), []);
  assertEquals(left(after(started(1), status("completed")), false, plan), ["b"]);
});

Deno.test("remainderOf() believes the journal, but for what a person has completed meanwhile", () => {
  const inFiles = (to: Status) => PLAN.map((task) => ({ ...task, status: to }));
  const testing = after(started(1), finished(1, "finished"), status("testing"));
  assertEquals(left(testing, true, inFiles("completed")), ["a"]);
  assertEquals(left(testing, true, inFiles("in_progress")), ["a", "b"]);
  const { tasks } = remainderOf(inFiles("completed"), testing, true);
  assertEquals(tasks.map((task) => task.status), ["testing", "completed", "completed"]);
});

Deno.test("spentIn() adds up all attempts, including interrupted ones", () => {
  const cutOff = [started(1), active(1, 0.25)];
  const again = [started(1), { ...finished(1, "finished"), cost_usd: 0.5 }];
  assertEquals(spentIn(after(...cutOff, ...again)), 0.75);
});

Deno.test("remainderOf() counts the repairs of a task that others have overtaken", () => {
  const met = { type: "conflict.met", between: ["a", "b"], files: ["x"] };
  const overtaken = (...told: Told[]) =>
    remainderOf(PLAN, after(started(1), ...told), true).beginnings.get("a")?.overtaken;
  assertEquals(overtaken(met), undefined);
  assertEquals(
    overtaken(met, { ...met, overtaken: true }, { ...met, task: "b", overtaken: true }),
    1,
  );
});
