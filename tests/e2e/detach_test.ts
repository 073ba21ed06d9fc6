/** A run that leaves the terminal, and is steered from others. */
import { assertEquals, assertMatch } from "../support/assert.ts";
import { findTool, needs } from "../support/needs.ts";
import { parexArgv } from "../support/parex.ts";
import { shellWord } from "../../src/exec/quote.ts";
import { testEnv } from "../support/env.ts";
import { rig, until, waitAt } from "../support/rig.ts";
import { liveRun } from "../../src/journal/store.ts";

const script = Deno.build.os === "linux" ? findTool("script") : undefined;

const WORKS = `echo by > "$PAREX_TASK_ID.txt"; git add -A; git commit -qm "feat: $PAREX_TASK_ID"`;

Deno.test("execute --detach comes back at once; the run takes answers, and stop --all ends it", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    agent: { "a.1": `echo "QUESTION: Red or green?"`, a: WORKS, b: `${waitAt("on")}\n${WORKS}` },
  });
  await using _gate = await stage.gate("on");
  const begun = await stage.parex(["execute", "--detach", "--land", "none"]);
  assertEquals(begun.code, 0, begun.stderr);
  assertMatch(begun.stdout, /^run \S+ has begun in the background \(process \d+\)\n/);
  await until("a asks", async () => await stage.status("a") === "blocked");
  const listed = await stage.parex(["answer"]);
  assertMatch(listed.stdout, /Red or green\?/);
  const answered = await stage.parex(["answer", "a", "green"]);
  assertMatch(answered.stdout, /^a: run \S+ continues with the answer\n$/, answered.stderr);
  await until("a is done", async () => await stage.status("a") === "completed");
  const again = await stage.parex(["execute", "--detach"]);
  assertEquals(again.code, 3, "the refusal of the child is this command's");
  assertMatch(again.stderr, /another run is in progress/);
  const stopped = await stage.parex(["stop", "--all"]);
  assertMatch(stopped.stdout, /^run \S+ has ended\nnext: parex resume\n$/, stopped.stderr);
  assertEquals(await stage.statuses(), { a: "completed", b: "pending" });
  await until("nothing is left", async () => (await stage.left()).length === 0);

  await stage.agent({ b: WORKS });
  const resumed = JSON.parse((await stage.parex(["resume", "--detach", "--json"])).stdout);
  assertMatch(resumed.log, /\.git\/parex\/detached\/\d+\.log$/);
  await until("b is done", async () => await stage.status("b") === "completed");
  await until(
    "the run has ended",
    () => Promise.resolve(liveRun(`${stage.root}/.git`) === undefined),
  );
});

Deno.test("execute --detach passes on what is wrong with the plan", async () => {
  await using stage = await rig();
  await stage.repo.write({ ".parallel/plans/plan.yaml": "tasks: [" });
  const { code, stdout, stderr } = await stage.parex(["execute", "--detach"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /the plan has .*error/);
});

Deno.test({
  ...needs("script", Deno.build.os === "linux" ? script : "elsewhere"),
  name: "a detached run outlives the terminal that it was started in",
  ignore: script === undefined,
  fn: async () => {
    await using stage = await rig({ agent: { any: `${waitAt("on")}\n${WORKS}` } });
    await using gate = await stage.gate("on");
    const line = parexArgv(["execute", "--detach", "--land", "none"]).map(shellWord).join(" ");
    // The end of `script` closes the terminal, which hangs up on all that is left in it.
    const { success, stdout } = await new Deno.Command("script", {
      args: ["-qec", line, "/dev/null"],
      cwd: stage.root,
      clearEnv: true,
      env: testEnv({
        SHELL: "/bin/sh",
        RIG: stage.home,
        PAREX_AGENT: "command",
        PAREX_AGENT_COMMAND: `sh ${shellWord(`${stage.home}/agent.sh`)}`,
      }),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    assertEquals(success, true, new TextDecoder().decode(stdout));
    await gate.open();
    await until("the task is done", async () => await stage.status("a") === "completed");
    await until(
      "the run has ended",
      () => Promise.resolve(liveRun(`${stage.root}/.git`) === undefined),
    );
  },
});
