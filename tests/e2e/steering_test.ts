/** What a person asks of a run in progress, from another terminal. */
import { assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, rig, until, waitAt } from "../support/rig.ts";

const WORKS = `echo by > "$PAREX_TASK_ID.txt"
git add -A
git commit -qm "feat: $PAREX_TASK_ID"`;

Deno.test("during a run a task is stopped and retried, and jobs are added", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: {} },
    agent: { a: `echo half > half.txt\nsleep 1000`, b: `${waitAt("on")}\n${WORKS}`, c: WORKS },
  });
  await using gate = await stage.gate("on");
  const running = stage.start(["execute", "--jobs", "2", "--attempts", "1"]);
  const said = async (type: string) => (await stage.journal()).filter((one) => one.type === type);
  await until("both are at work", async () => (await said("agent.started")).length === 2);

  const set = await stage.parex(["set", "jobs=3", "budget=5.5"]);
  assertMatch(set.stdout, /^run \S+: jobs=3, budget=5.5\n$/, set.stderr);
  await until("c has its slot", async () => (await said("agent.started")).length === 3);

  const stopped = await stage.parex(["stop", "a"]);
  assertMatch(stopped.stdout, /^a: stopped in run \S+\nnext: parex retry a\n$/, stopped.stderr);
  assertEquals(await stage.status("a"), "blocked");
  const again = await stage.parex(["stop", "a"]);
  assertEquals([again.code, again.stderr.split("\n")[0]], [
    2,
    "error: no agent or check is at work on a",
  ]);

  await stage.agent({ a: `test -f half.txt\n${WORKS}` });
  const retried = await stage.parex(["retry", "a"]);
  assertMatch(retried.stdout, /^a: run \S+ retries it\n$/, retried.stderr);
  await gate.open();
  const { code, stdout, stderr } = await running.ended;
  assertEquals(code, 0, stdout + stderr);
  const journal = await stage.journal();
  assertEquals(eventsOf(journal, "run.changed").map(({ jobs, budget_usd }) => [jobs, budget_usd]), [
    [3, 5.5],
  ]);
  assertEquals(
    eventsOf(journal, "task.status").flatMap(({ task, reason }) =>
      reason ? [`${task} ${reason}`] : []
    ),
    ["a stopped"],
  );
  assertEquals((await stage.parex(["set", "jobs=2"])).code, 2);
});
