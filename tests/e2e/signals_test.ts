/** Ctrl-C, closed terminals, and two runs at the same time. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { shellWord } from "../../src/exec/quote.ts";
import { parexArgv } from "../support/parex.ts";
import { eventsOf, type Rig, rig, until, waitAt } from "../support/rig.ts";
import { inTime } from "../support/until.ts";

const NO_GRACE_ENDS = fileURLToPath(new URL("../support/no_grace_ends.ts", import.meta.url));

const HANGS = `touch "$NOTES/$PAREX_TASK_ID"; echo half > half.txt; sleep 300`;
/** Notes that it is asked to end, and does not. */
const HANGS_DEAF = `trap 'touch "$NOTES/asked"' TERM; touch "$NOTES/$PAREX_TASK_ID"
setsid sleep 300 &
while :; do sleep 0.1 || :; done`;

function atWork(stage: Rig, ...tasks: string[]): Promise<void> {
  return until(`the agents of ${tasks} are at work`, async () => {
    const notes = await Promise.all(tasks.map((task) => stage.note(task)));
    return notes.every((note) => note !== undefined);
  });
}

async function assertStopped(stage: Rig): Promise<void> {
  assertEquals(await stage.left(), []);
  const last = (await stage.journal()).at(-1);
  assert(last?.type === "run.finished");
  assertEquals([last.exit_code, last.interrupted], [130, true]);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} ends the agents, puts the statuses back and exits 130; a later run does the work`, async () => {
    await using stage = await rig({
      tasks: { a: {}, b: {}, c: { after: ["a"] } },
      agent: { any: HANGS },
    });
    const parex = stage.start(["execute"]);
    await atWork(stage, "a", "b");
    assertEquals(await stage.statuses(), { a: "in_progress", b: "in_progress", c: "pending" });
    parex.signal(signal);
    const { code, stderr } = await parex.ended;
    assertEquals(code, 130);
    assertMatch(stderr, /Stopping/);
    assertEquals(await stage.statuses(), { a: "pending", b: "pending", c: "pending" });
    await assertStopped(stage);

    await stage.agent({ any: "cat half.txt > $PAREX_TASK_ID.txt" });
    assertEquals((await stage.execute({ only: ["a"] })).code, 0);
    assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "half");
  });
}

Deno.test("a second Ctrl-C kills agents that do not end", async () => {
  await using stage = await rig({ agent: { any: HANGS_DEAF } });
  const parex = stage.start(["execute"], { preload: NO_GRACE_ENDS });
  await atWork(stage, "a");
  parex.signal("SIGINT");
  await until("the agent is asked to end", async () => await stage.note("asked") !== undefined);
  parex.signal("SIGINT");
  // As if it had been asked only once, it would wait for good.
  const { code } = await inTime("the end of parex", parex.ended);
  assertEquals(code, 130);
  assertEquals(await stage.statuses(), { a: "pending" });
  await assertStopped(stage);
});

Deno.test("Ctrl-C while checks run ends them too", async () => {
  await using stage = await rig({
    config:
      `test: '[ ! -e a.txt ] || { touch "$RIG/notes/checking"; setsid sleep 300 & sleep 300; }'\n`,
  });
  const parex = stage.start(["execute"]);
  await until("the checks run", async () => await stage.note("checking") !== undefined);
  assertEquals(await stage.status("a"), "testing");
  parex.signal("SIGINT");
  assertEquals((await parex.ended).code, 130);
  assertEquals(await stage.status("a"), "pending");
  await assertStopped(stage);
});

Deno.test("a second parex in the same repository is refused while the first one runs", async () => {
  await using stage = await rig({ agent: { any: HANGS } });
  const first = stage.start(["execute"]);
  await atWork(stage, "a");
  const second = await stage.parex(["execute"]);
  assertEquals(second.code, 3);
  assertMatch(second.stderr, new RegExp(`\\b${first.pid}\\b`));
  assertEquals(await stage.status("a"), "in_progress");
  first.signal("SIGINT");
  assertEquals((await first.ended).code, 130);
});

Deno.test("the lock and the files of a killed parex do not stop the next run", async () => {
  await using stage = await rig({ agent: { any: HANGS } });
  const killed = stage.start(["execute"]);
  await atWork(stage, "a");
  killed.signal("SIGKILL");
  await killed.ended;
  assert((await Deno.stat(join(stage.root, ".git/parex/lock"))).isFile);
  assertEquals(await stage.status("a"), "in_progress");
  for (const { pid } of await stage.left()) Deno.kill(pid, "SIGKILL");

  await stage.agent({ any: "cat half.txt > a.txt" });
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(eventsOf(run.events, "run.started")[0]?.leftovers, ["a"]);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "half");
});

Deno.test("time during which parex was suspended does not count against its agents", async () => {
  await using stage = await rig({
    agent: { a: `${waitAt("a")}echo a > a.txt` },
  });
  await using a = await stage.gate("a");
  const parex = stage.start(["execute", "--idle-timeout", "8s", "--timeout", "8s"]);
  await a.reached();
  parex.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 9_000));
  parex.signal("SIGCONT");
  await a.open();
  assertEquals((await parex.ended).code, 0);
  assertEquals(await stage.statuses(), { a: "completed" });
});

Deno.test("a run needs neither stdin nor a reader of its output", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
  const command = parexArgv(["execute"]).map(shellWord).join(" ");
  const agent = `sh ${shellWord(join(stage.home, "agent.sh"))}`;
  const { code } = await new Deno.Command("sh", {
    args: ["-c", `{ ${command} <&- 2>&1; echo $? > "$RIG/notes/code"; } | true`],
    cwd: stage.root,
    clearEnv: true,
    env: testEnv({ RIG: stage.home, PAREX_AGENT: "command", PAREX_AGENT_COMMAND: agent }),
  }).output();
  assertEquals(code, 0);
  await until("parex has ended", async () => await stage.note("code") !== undefined);
  assertEquals(await stage.note("code"), "0\n");
  assertEquals(await stage.statuses(), { a: "completed", b: "completed" });
  assertEquals(await stage.left(), []);
});

for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) {
  Deno.test(`a run that ${signal} has interrupted is resumed where it was`, async () => {
    await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } }, agent: { b: HANGS } });
    const parex = stage.start(["execute"]);
    await atWork(stage, "b");
    await until("that is known", async () => {
      return eventsOf(await stage.journal(), "agent.started", "b").length > 0;
    });
    parex.signal(signal);
    assertEquals((await parex.ended).code, 130);
    await stage.agent({ b: "cat half.txt > b.txt" });
    const resumed = await stage.parex(["resume"]);
    assertEquals(resumed.code, 0, resumed.stderr);
    const started = eventsOf(await stage.journal(), "agent.started");
    assertEquals(started.map(({ task, attempt, kind }) => `${task} ${attempt} ${kind}`), [
      "a 1 first",
      "b 1 first",
      "b 1 resumed",
    ]);
  });
}
