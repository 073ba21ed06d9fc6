/** What is executed, in which order, and what a later run makes of an earlier one. */
import fc from "fast-check";
import type { RunEvent } from "../../src/domain/event.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import type { PlanTasks } from "../support/plan_files.ts";
import { anyDag } from "../support/plans.ts";
import { eventsOf, rig } from "../support/rig.ts";

Deno.test("a dependent task starts from a tree that has its dependencies' work in it", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: { after: ["a", "b"] } },
    agent: { c: `cat > "$NOTES/prompt"; cat a.txt b.txt > c.txt` },
  });
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(await stage.repo.git(["show", "feature/c:c.txt"]), "by a\nby b");
  assertMatch(await stage.note("prompt") ?? "", /a: Task a\n {2}commit: feat: a\n {2}file: a\.txt/);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "completed" });
  assertEquals(await stage.left(), []);
});

Deno.test("dependencies that change the same lines block their dependent, with the files", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: { after: ["a", "b"] } },
    agent: { any: `echo "$PAREX_TASK_ID" > same.txt` },
  });
  const run = await stage.execute();
  const failure = run.record.tasks.get("c")?.failure;
  assert(failure?.reason === "merge_conflict");
  assertEquals(failure.files, ["same.txt"]);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "blocked" });
});

Deno.test("a blocked task's dependents stay pending while all others continue", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: { after: ["b"] }, d: {} },
    agent: { a: "exit 1" },
  });
  const run = await stage.execute({ attempts: "1" });
  assertEquals(run.code, 1);
  assertEquals(await stage.statuses(), {
    a: "blocked",
    b: "pending",
    c: "pending",
    d: "completed",
  });
});

Deno.test("with one slot, tasks start by priority, and dependencies of urgent tasks come first", async () => {
  await using stage = await rig({
    tasks: {
      low: { priority: "low" },
      high: { priority: "high" },
      lender: { priority: "low" },
      blocker: { priority: "blocker", after: ["lender"] },
    },
  });
  const run = await stage.execute({ jobs: "1" });
  const begun = eventsOf(run.events, "agent.started").map(({ task }) => task);
  assertEquals(begun.filter((task) => task !== "blocker"), ["lender", "high", "low"]);
});

Deno.test("--only executes these tasks and what they depend on, and nothing else", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] }, c: {} } });
  assertEquals((await stage.execute({ only: ["b"] })).code, 0);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "pending" });
  assertEquals(await stage.repo.git(["branch", "--list", "feature/c"]), "");
});

Deno.test("a second run executes the remaining tasks, blocked ones included", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: { after: ["b"] } },
    agent: { b: "echo kept > kept.txt; git add .; git commit -qm 'feat: half'; exit 1" },
  });
  await stage.execute({ attempts: "1" });
  assertEquals(await stage.statuses(), { a: "completed", b: "blocked", c: "pending" });
  await stage.agent({ b: `cat kept.txt a.txt > b.txt` });
  const again = await stage.execute();
  assertEquals(again.code, 0);
  assertEquals(eventsOf(again.events, "agent.started").map(({ task }) => task), ["b", "c"]);
  assertEquals(await stage.subjectsOf("b"), ["feat: do b", "feat: half", "feat: a"]);
  assertEquals(await stage.repo.git(["show", "feature/c:b.txt"]), "kept\nby a");
});

Deno.test("a run with nothing left to do succeeds and starts no agent", async () => {
  await using stage = await rig({ tasks: { a: { status: "completed" } } });
  const run = await stage.execute();
  assertEquals([run.code, eventsOf(run.events, "agent.started")], [0, []]);
});

Deno.test("tasks that a crash interrupted are executed again, and the report says so", async () => {
  await using stage = await rig({
    tasks: { a: { status: "in_progress" }, b: { status: "testing" }, c: {} },
  });
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(eventsOf(run.events, "run.started")[0]?.leftovers, ["a", "b"]);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "completed" });
});

/** Ways to write a status line, or none. */
const DIALECTS = [
  "status: pending",
  `status: "pending"   # not begun`,
  "status: 'pending'",
  "labels: [x]",
  "status: pending\r",
  "status:   pending\nlabels:\n- a\n- b",
];

Deno.test("twenty tasks at once change their status lines and nothing else of any task file", async () => {
  const tasks: PlanTasks = {};
  for (let number = 0; number < 20; number++) {
    const dialect = DIALECTS[number % DIALECTS.length];
    const file =
      `---\nid: t${number}\n${dialect}\npriority: medium\n---\n# T${number}\r\n\n\ttext  \n`;
    tasks[`t${number}`] = { file };
  }
  await using stage = await rig({ tasks });
  const run = await stage.execute({ jobs: "20" });
  assertEquals(run.code, 0);
  for (const [id, { file = "" }] of Object.entries(tasks)) {
    const after = await stage.repo.read(`.parallel/plans/tasks/${id}.md`);
    const without = (text: string) => text.replace(/^status:[^\n]*\n/m, "");
    assertEquals(without(after), without(file));
    assertMatch(after, /^status:\s*["']?completed/m);
  }
});

/** How many agents were at work at most. */
function mostAtOnce(events: RunEvent[]): number {
  let now = 0;
  return Math.max(
    0,
    ...events.map(({ type }) => {
      if (type === "agent.started") return ++now;
      if (type === "agent.finished") return --now;
      return now;
    }),
  );
}

Deno.test("any plan runs in an order that respects dependencies, never more than jobs at once", async () => {
  const runs = fc.asyncProperty(anyDag(6), async (dag) => {
    const tasks: PlanTasks = Object.fromEntries(
      dag.map(({ id, dependencies, priority }) => [id, { after: dependencies, priority }]),
    );
    await using stage = await rig({ tasks });
    const { code, events } = await stage.execute({ jobs: "3" });
    assertEquals(code, 0);
    assert(mostAtOnce(events) <= 3);
    const completed = new Set<string>();
    for (const event of events) {
      if (event.type === "task.status" && event.to === "completed") completed.add(event.task);
      if (event.type !== "agent.started") continue;
      const needed = tasks[event.task]?.after ?? [];
      assert(needed.every((id) => completed.has(id)), `${event.task} began too early`);
    }
    assertEquals(completed.size, dag.length);
  });
  await fc.assert(runs, { numRuns: 5, endOnFailure: true });
});
