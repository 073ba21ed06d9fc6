import fc from "fast-check";
import type { Landing } from "../../machines/ports.ts";
import type { TaskId } from "../../src/domain/task.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { anyDag, taskOf } from "../support/plans.ts";
import { play, until } from "./scripted_run.ts";

Deno.test("a run executes any plan in dependency order, never more than `jobs` at once", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyDag(),
      fc.integer({ min: 1, max: 5 }),
      fc.scheduler(),
      fc.array(fc.integer({ min: 0, max: 2 })),
      async (tasks, jobs, scheduler, failures) => {
        const red = (task: TaskId) => failures[tasks.findIndex(({ id }) => id === task)] ?? 0;
        const pause = (what: string) => scheduler.schedule(Promise.resolve(), what);
        const run = play({ tasks, jobs, red, pause });
        await scheduler.waitFor(run.outcome);
        assertEquals((await run.outcome).kind, "finished");
        assert(run.most() <= jobs, `${run.most()} at work with ${jobs} slots`);
        for (const { id, dependencies } of tasks) {
          const start = run.log.indexOf(`${id} in_progress`);
          assertEquals(run.log.filter((line) => line === `${id} completed`).length, 1);
          for (const dependency of dependencies) {
            assert(
              run.log.indexOf(`${dependency} completed`) < start,
              `${id} before ${dependency}`,
            );
          }
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("a run with slots for all starts every ready task at once", async () => {
  const run = play({ tasks: ["a", "b", "c"].map((id) => taskOf(id)), jobs: 3 });
  await run.outcome;
  assertEquals(run.most(), 3);
});

Deno.test("a run starts blockers first, then the longest chain, then the plan's order", async () => {
  const tasks = [
    taskOf("low", [], "low", 0),
    taskOf("first", [], "medium", 1),
    taskOf("second", [], "medium", 2),
    taskOf("chain", [], "medium", 3),
    taskOf("end", ["chain"], "medium", 4),
    taskOf("urgent", [], "blocker", 5),
  ];
  const run = play({ tasks, jobs: 1 });
  await run.outcome;
  assertEquals(
    run.log.filter((line) => line.startsWith("work")).map((line) => line.split(" ")[1]),
    ["urgent", "chain", "first", "second", "end", "low"],
  );
});

Deno.test("a blocked task's dependents are never started, the rest goes on", async () => {
  const run = play({
    tasks: [taskOf("a"), taskOf("b", ["a"]), taskOf("c", ["b"]), taskOf("d")],
    jobs: 2,
    work: (task) =>
      task === "a"
        ? { kind: "blocked", spentUsd: 0, failure: { reason: "no_changes" } }
        : { kind: "done", spentUsd: 0 },
  });
  assertEquals(await run.outcome, { kind: "finished" });
  assert(run.log.includes("a blocked no_changes"));
  assert(run.log.includes("d completed"));
  assert(!run.log.some((line) => /^work [bc]/.test(line)));
});

Deno.test("a repair goes before new tasks when a slot is free", async () => {
  const run = play({
    tasks: ["a", "b", "c", "d"].map((id, order) => taskOf(id, [], "medium", order)),
    jobs: 1,
    red: (task) => task === "a" ? 1 : 0,
  });
  await run.outcome;
  const work = run.log.filter((line) => line.startsWith("work"));
  assert(work.indexOf("work a 2") < work.indexOf("work d 1"), work.join(", "));
});

Deno.test("a run starts nothing more when its budget is spent", async () => {
  const run = play({
    tasks: ["a", "b", "c"].map((id, order) => taskOf(id, [], "medium", order)),
    jobs: 1,
    budgetUsd: 1,
    red: (task) => task === "b" ? 1 : 0,
    work: () => ({ kind: "done", spentUsd: 0.6 }),
  });
  assertEquals(await run.outcome, { kind: "finished" });
  assert(run.log.includes("a completed"));
  assert(run.log.includes("b blocked budget_exhausted"));
  assert(!run.log.some((line) => line.startsWith("work c")));
});

Deno.test("the worktrees of the next tasks are prefetched", async () => {
  const run = play({
    tasks: ["a", "b", "c"].map((id, order) => taskOf(id, [], "medium", order)),
    jobs: 1,
  });
  await run.outcome;
  assertEquals(run.log.find((line) => line.startsWith("prefetch")), "prefetch b");
});

Deno.test("a worktree is no longer prefetched when its task has a slot", async () => {
  const run = play({
    tasks: ["a", "b", "c", "d"].map((id, order) => taskOf(id, [], "medium", order)),
    jobs: 2,
  });
  await run.outcome;
  const asked = run.log.filter((line) => line.startsWith("prefetch"));
  assertEquals([asked[0], asked.at(-1)], ["prefetch c d", "prefetch "]);
});

Deno.test("a failure of the account ends the run: no task is blocked, and nothing more starts", async () => {
  const failure = {
    reason: "agent_refused",
    agent: "claude",
    why: "no_money",
    detail: "",
  } as const;
  const run = play({
    tasks: ["a", "b", "c"].map((id, order) => taskOf(id, [], "medium", order)),
    jobs: 2,
    work: (task) =>
      task === "a" ? { kind: "blocked", spentUsd: 0, failure } : new Promise(() => {}),
  });
  assertEquals(await run.outcome, { kind: "interrupted", failure });
  assert(run.log.includes("back a b"), run.log.join(", "));
  assert(!run.log.some((line) => line.includes("blocked") || line.startsWith("work c")));
});

Deno.test("an interrupted run stops its tasks and puts them back", async () => {
  const run = play({
    tasks: [taskOf("a"), taskOf("b")],
    jobs: 2,
    work: () => new Promise(() => {}),
  });
  await until(() => run.log.filter((line) => line.startsWith("work")).length === 2);
  run.actor.send({ type: "INTERRUPT" });
  run.actor.send({ type: "INTERRUPT" });
  assertEquals(await run.outcome, { kind: "interrupted" });
  assertEquals(run.log.slice(-2), ["back a b", "end interrupted"]);
});

Deno.test("a usage limit that is not waited for interrupts the run, and stays known", async () => {
  const run = play({ tasks: [taskOf("a")], jobs: 1, work: () => new Promise(() => {}) });
  await until(() => run.log.some((line) => line.startsWith("work")));
  const limit = { until: 42, why: "limit", shared: true, begun: true };
  run.actor.send({ type: "INTERRUPT", limit });
  assertEquals(await run.outcome, { kind: "interrupted", limit });
});

Deno.test("a plan that cannot be loaded refuses the run", async () => {
  const failure = { reason: "plan_not_found", looked: [] } as const;
  const run = play({
    tasks: [],
    jobs: 1,
    load: { ok: false, failure: { ...failure, looked: [] } },
  });
  assertEquals(await run.outcome, { kind: "refused", failure: { ...failure, looked: [] } });
  assertEquals(run.log, []);
});

Deno.test("a port that throws is a bug and rejects the run", async () => {
  const run = play({
    tasks: [taskOf("a")],
    jobs: 1,
    work: () => Promise.reject(new Error("a bug")),
  });
  const message = await run.outcome.then(() => "no bug", (bug) => String(bug));
  assert(message.includes("a bug"), message);
});

Deno.test("dependents wait until a task has landed, where landing is asked for", async () => {
  const conflict: Landing = {
    kind: "refused",
    occasion: { kind: "conflict", onto: "abc", files: ["f"], between: ["x"] },
    failure: { reason: "merge_conflict", files: ["f"], between: ["x"] },
  };
  const run = play({
    tasks: [taskOf("a"), taskOf("b", ["a"])],
    jobs: 1,
    land: (task, attempt) => task === "a" && attempt === 1 ? conflict : { kind: "landed" },
  });
  assertEquals(await run.outcome, { kind: "finished" });
  const order = ["a completed", "a refused", "work a 2", "a landed", "work b 1", "b landed"];
  const at = order.map((line) => run.log.indexOf(line));
  assertEquals(at, at.toSorted((x, y) => x - y));
  assert(!at.includes(-1), run.log.join(", "));
});

Deno.test("a task whose landing is refused for good is blocked", async () => {
  const failure = { reason: "merge_conflict", files: ["f"], between: ["x"] } as const;
  const refused: Landing = {
    kind: "refused",
    occasion: { kind: "conflict", onto: "abc", files: ["f"], between: ["x"] },
    failure: { ...failure, files: ["f"], between: ["x"] },
  };
  const run = play({
    tasks: [taskOf("a"), taskOf("b", ["a"])],
    jobs: 1,
    attempts: 2,
    land: () => refused,
  });
  await run.outcome;
  assert(run.log.includes("a blocked merge_conflict"));
  assert(!run.log.some((line) => line.startsWith("work b")));
});

Deno.test("a run verifies the integration once, after its last task has settled", async () => {
  const run = play({ tasks: [taskOf("a"), taskOf("b", ["a"])], jobs: 1 });
  await run.outcome;
  const log = run.log.filter((line) => !line.startsWith("prefetch"));
  assertEquals(log.filter((line) => line === "verify").length, 1);
  assertEquals(log.slice(-3), ["b landed", "verify", "end finished"]);
});

Deno.test("a run that is interrupted while it verifies ends as interrupted", async () => {
  const run = play({
    tasks: [taskOf("a")],
    jobs: 1,
    pause: (what) => what === '"verify"' ? new Promise(() => {}) : Promise.resolve(),
  });
  await until(() => run.actor.getSnapshot().matches("verifying"));
  run.actor.send({ type: "INTERRUPT" });
  assertEquals(await run.outcome, { kind: "interrupted" });
  assertEquals(run.log.slice(-2), ["back ", "end interrupted"]);
});

Deno.test("a blocked task that is answered goes on, and what waits for it", async () => {
  const question = { reason: "needs_input" as const, question: "Which?" };
  const run = play({
    tasks: [taskOf("a"), taskOf("b", ["a"]), taskOf("c")],
    jobs: 2,
    attempts: 1,
    work: async (task, attempt) => {
      if (task === "c") await until(() => run.log.includes("a completed"));
      return task === "a" && attempt === 1
        ? { kind: "blocked", failure: question, spentUsd: 0 }
        : { kind: "done", spentUsd: 0 };
    },
  });
  await until(() => run.log.includes("a blocked needs_input"));
  const answered = { question: "Which?", answer: "That" };
  const begin = { at: "preparing" as const, attempt: 2, answered };
  run.actor.send({ type: "ANSWERED", task: "a", begin });
  run.actor.send({ type: "ANSWERED", task: "a", begin });
  assertEquals((await run.outcome).kind, "finished");
  assertEquals(run.log.filter((line) => line.startsWith("work")), [
    "work a 1",
    "work c 1",
    "work a 2",
    "work b 1",
  ]);
});

Deno.test("a task that a person stops is blocked, and done again when they say so", async () => {
  const run = play({
    tasks: [taskOf("a"), taskOf("b")],
    jobs: 1,
    work: (task, attempt) =>
      task === "a" && attempt === 1
        ? new Promise(() => {})
        : Promise.resolve({ kind: "done", spentUsd: 0 }),
  });
  await until(() => run.log.includes("work a 1"));
  run.actor.send({ type: "SET", jobs: 2 });
  await until(() => run.log.includes("b completed"));
  run.actor.send({ type: "STOP", task: "b" });
  run.actor.send({ type: "STOP", task: "a" });
  await until(() => run.log.includes("a blocked stopped"));
  assertEquals((await run.outcome).kind, "finished");
});

Deno.test("a settled task's actor is stopped", async () => {
  const run = play({ tasks: [taskOf("a"), taskOf("b", ["a"])], jobs: 1 });
  await run.outcome;
  const children = run.actor.getSnapshot().children as Record<string, unknown>;
  assertEquals([children["task.a"], children["task.b"]], [undefined, undefined]);
});
