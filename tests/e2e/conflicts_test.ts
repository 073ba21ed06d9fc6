/** Conflicts are told before a merge comes upon them. */
import { assert, assertEquals } from "../support/assert.ts";
import { eventsOf, type Rig, rig, type Run, waitAt } from "../support/rig.ts";

const UNCHECKED = "test: none\nlint: none\n";
const COMMIT = `git add -A\ngit commit -qm "feat: $PAREX_TASK_ID"\n`;
/** Changes the line that others change too. */
const SHARES = `sed -i "s/two/$PAREX_TASK_ID/" shared.txt\n${COMMIT}`;
const SHARED = { "shared.txt": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n" };

function predicted({ events }: Run) {
  return eventsOf(events, "conflict.predicted").map(({ tasks, files, basis }) => ({
    tasks: tasks.toSorted(),
    files,
    basis,
  }));
}

async function statusOf(stage: Rig): Promise<{ conflicts: unknown[] }> {
  return JSON.parse((await stage.parex(["status", "--json"])).stdout);
}

Deno.test("a conflict of two finished branches is reported once, and stays in the status", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: {} },
    config: UNCHECKED,
    files: SHARED,
    agent: { a: SHARES, b: SHARES, c: `sed -i s/seven/7/ shared.txt\n${COMMIT}` },
  });
  const run = await stage.execute({ land: "none" });
  assertEquals(run.code, 0);
  const expected = { tasks: ["a", "b"], files: ["shared.txt"], basis: "branches" };
  assertEquals(predicted(run), [expected], "c changes the same file, but merges");
  const [known, ...others] = (await statusOf(stage)).conflicts as typeof expected[];
  assertEquals({ ...known, tasks: known?.tasks.toSorted() }, expected);
  assertEquals(others, []);
});

Deno.test("a conflict is reported while one of the two agents still works", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    config: UNCHECKED,
    files: SHARED,
    agent: { a: SHARES + waitAt("a"), b: waitAt("b") + SHARES },
  });
  await using a = await stage.gate("a");
  await using b = await stage.gate("b");
  const running = stage.execute({ land: "none" }, (event) => {
    // Were it told only when a is done, a would wait in vain.
    if (event.type === "conflict.predicted") void a.open();
  });
  await a.reached();
  await b.open();
  const run = await running;
  assertEquals(run.code, 0);
  const types = run.events.map((event) =>
    "task" in event ? `${event.type} ${event.task}` : event.type
  );
  assert(types.indexOf("conflict.predicted") < types.indexOf("agent.finished a"));
});

Deno.test("tasks that name the same file are reported before they run, and do not run together", async () => {
  await using stage = await rig({
    tasks: { a: { creates: ["x.txt"] }, b: { creates: ["x.txt"] }, c: {}, d: { after: ["a"] } },
    config: UNCHECKED,
  });
  const expected = { tasks: ["a", "b"], files: ["x.txt"], basis: "plan" };
  assertEquals((await statusOf(stage)).conflicts, [expected]);
  const dry = await stage.parex(["execute", "--dry-run"]);
  assert(dry.stdout.includes("a and b both change x.txt"), dry.stdout);
  const run = await stage.execute({ land: "none", jobs: 2 });
  assertEquals(predicted(run), [expected]);
  const begun = eventsOf(run.events, "task.status").filter(({ to }) => to === "in_progress");
  assertEquals(begun.slice(0, 2).map(({ task }) => task), ["a", "c"]);
  const first = run.events.findIndex(({ type }) => type === "conflict.predicted");
  assert(first < run.events.findIndex(({ type }) => type === "agent.started"));
});

Deno.test("a later run compares with what earlier ones have left to land", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: {} },
    config: UNCHECKED,
    files: SHARED,
    agent: { a: SHARES, c: "exit 1" },
  });
  assertEquals(predicted(await stage.execute({ land: "none", attempts: 1 })), []);
  await stage.agent({ c: SHARES });
  const retried = await stage.parex(["retry", "c"]);
  assertEquals(retried.code, 0, retried.stderr);
  const told = eventsOf(await stage.journal(), "conflict.predicted");
  assertEquals(told.map(({ tasks }) => tasks), [["a", "c"]]);
});
