/** Runs that were interrupted or killed, and what goes on from there. */
import { join } from "node:path";
import { recordOf } from "../../src/domain/record.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { leaveLock } from "../support/repo.ts";
import { eventsOf, type Rig, rig, until, waitAt } from "../support/rig.ts";

/** Says that it is at work, then hangs for good the first time. */
const HANGS_ONCE = `echo "$PAREX_TASK_ID $PAREX_ATTEMPT" >> "$NOTES/starts"
echo half > half.txt
if [ ! -e "$NOTES/$PAREX_TASK_ID" ]; then touch "$NOTES/$PAREX_TASK_ID"; sleep 300; fi
cp half.txt "$PAREX_TASK_ID.txt"
rm half.txt
git add -A
git commit -qm "feat: $PAREX_TASK_ID"
`;

/** The statuses of a task that was left in hand, from then on. */
const COMPLETES_ANEW = ["pending", "in_progress", "testing", "completed"];

function begun(stage: Rig, task: string): Promise<void> {
  return until(`${task} is at work`, async () => {
    const known = eventsOf(await stage.journal(), "agent.started", task).length > 0;
    return known && await stage.note(task) !== undefined;
  });
}

async function killedAtWork(stage: Rig, task: string): Promise<void> {
  const killed = stage.start(["execute"]);
  await begun(stage, task);
  killed.signal("SIGKILL");
  await killed.ended;
}

Deno.test("resume repeats an attempt that a kill interrupted, in its worktree", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    agent: { a: HANGS_ONCE },
  });
  await killedAtWork(stage, "a");
  assertEquals((await stage.left()).length > 0, true);

  const resumed = await stage.parex(["resume"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed" });
  assertEquals(await stage.note("starts"), "a 1\na 1\n");
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "half");
  const events = await stage.journal();
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index + 1));
  assertEquals(new Set(events.map(({ run }) => run)).size, 1);
  assertEquals(eventsOf(events, "agent.started", "a").map(({ kind }) => kind), [
    "first",
    "resumed",
  ]);
  assertEquals(await stage.left(), []);
  const refs = await stage.repo.git(["for-each-ref", "--format=%(refname)", "refs/parex/rescue"]);
  assertMatch(refs, /\/a$/);
});

Deno.test("a check that the agent removed before a kill is still required after resume", async () => {
  await using stage = await rig({
    files: { "deno.json": "{}\n", "sum_test.js": "" },
    agent: {
      a: `[ -e "$NOTES/a" ] || { git rm -q sum_test.js; touch "$NOTES/a"; sleep 300; }
echo "$PAREX_ATTEMPT" > a.txt; git add -A; git commit -qm "feat: a"`,
    },
  });
  await killedAtWork(stage, "a");
  assertEquals((await stage.parex(["resume"])).code, 1);
  const blocked = eventsOf(await stage.journal(), "task.status", "a").at(-1);
  assertEquals([blocked?.to, blocked?.reason], ["blocked", "checks_failed"]);
});

Deno.test("files of a killed setup are not committed", async () => {
  await using stage = await rig({
    config: `setup: 'echo x > junk.txt; echo x >> README.md; test -e "$RIG/notes/once" || ` +
      `{ touch "$RIG/notes/once"; sleep 300; }'\n`,
    agent: { a: "echo done > a.txt" },
  });
  const killed = stage.start(["execute"]);
  await until("its setup runs", async () => await stage.note("once") !== undefined);
  killed.signal("SIGKILL");
  await killed.ended;
  const resumed = await stage.parex(["resume"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  assertEquals(await stage.repo.git(["diff", "--name-only", "main", "feature/a"]), "a.txt");
});

Deno.test("a new run ends the agents of a killed one, even if a cleanup removed its lock", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    agent: { b: HANGS_ONCE },
    config: "land: merge\n",
  });
  await killedAtWork(stage, "b");
  const cleanup = await stage.parex(["cleanup", "--yes"]);
  assertEquals(cleanup.code, 0, cleanup.stderr);
  assertEquals((await stage.left()).length > 0, true);

  const again = await stage.parex(["execute"]);
  assertEquals(again.code, 0, again.stderr);
  assertEquals(await stage.left(), []);
});

Deno.test("resume after a Ctrl-C continues the same run with its original settings", async () => {
  await using stage = await rig({ agent: { a: HANGS_ONCE } });
  const parex = stage.start(["execute", "--attempts", "1", "--jobs", "3"]);
  await begun(stage, "a");
  parex.signal("SIGINT");
  const { code, stdout } = await parex.ended;
  assertEquals(code, 130);
  assertMatch(stdout, /parex resume/);

  const resumed = await stage.parex(["resume", "--jobs", "2"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  const [first, second] = eventsOf(await stage.journal(), "run.started");
  assertEquals([first?.settings?.attempts, second?.settings?.attempts], [1, 1]);
  assertEquals([first?.jobs, second?.jobs], [3, 2]);
  assertEquals([second?.run, second?.resumed], [first?.run, true]);
});

Deno.test("resume does not repeat a finished attempt: its work is committed and checked", async () => {
  await using stage = await rig({
    config:
      `test: '[ ! -e a.txt ] || [ -e "$RIG/notes/go" ] || { touch "$RIG/notes/checking"; sleep 300; }'\n`,
    agent: { a: `echo start >> "$NOTES/starts"; echo work > a.txt` },
  });
  const killed = stage.start(["execute"]);
  await until("the checks run", async () => await stage.note("checking") !== undefined);
  killed.signal("SIGKILL");
  await killed.ended;
  assertEquals(await stage.status("a"), "testing");

  await Deno.writeTextFile(join(stage.home, "notes/go"), "");
  const resumed = await stage.parex(["resume"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  assertEquals(await stage.note("starts"), "start\n");
  assertEquals(await stage.statuses(), { a: "completed" });
});

Deno.test("resume sees conflict markers that an agent has committed after parex was killed", async () => {
  const adds = 'echo "$PAREX_TASK_ID" >> shared.txt; git commit -qam "feat: $PAREX_TASK_ID"';
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    files: { "shared.txt": "line\n" },
    config: "land: merge\njobs: 2\n",
    agent: {
      a: adds,
      "b.1": waitAt("b") + adds,
      "b.2": `[ ! -e "$NOTES/b" ] || exit 0
git commit -qam "feat: what it was"
touch "$NOTES/b"
sleep 300`,
      "b.3": `cp "$PAREX_PROMPT_FILE" "$NOTES/prompt"
sed -i -e '/^|\\{7\\}/,/^=\\{7\\}/d' -e '/^[<=>]\\{7\\}/d' shared.txt
git commit -qam "fix: both lines"`,
    },
  });
  await using b = await stage.gate("b");
  const killed = killedAtWork(stage, "b");
  await until("a has landed", async () => {
    return eventsOf(await stage.journal(), "task.landed", "a").length > 0;
  });
  await b.open();
  await killed;

  const resumed = await stage.parex(["resume"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  assertEquals(await stage.repo.git(["show", "main:shared.txt"]), "line\nb\na");
  assertMatch(await stage.note("prompt") ?? "", /conflict markers are left in: shared\.txt/);
});

Deno.test("resume has nothing to do for a finished run", async () => {
  await using stage = await rig();
  assertEquals((await stage.parex(["execute"])).code, 0);
  const { code, stderr } = await stage.parex(["resume"]);
  assertEquals(code, 2);
  assertMatch(stderr, /nothing to resume/);
});

Deno.test("execute says that a run of its plan was interrupted, ends its processes and makes a new one", async () => {
  await using stage = await rig({ agent: { a: HANGS_ONCE } });
  await killedAtWork(stage, "a");
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /was interrupted; continue it: parex resume/);
  assertEquals(await stage.left(), []);
  const journal = await stage.journal();
  assertEquals(eventsOf(journal, "run.started")[0]?.leftovers, ["a"]);
  assertEquals(eventsOf(journal, "task.status", "a").map(({ to }) => to), COMPLETES_ANEW);
});

Deno.test("resume continues an interrupted run, whatever was executed in between", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: {} },
    config: "jobs: 1\n",
    agent: { a: HANGS_ONCE },
  });
  assertEquals((await stage.parex(["execute", "--only", "b"])).code, 0);
  await killedAtWork(stage, "a");
  const killed = eventsOf(await stage.journal(), "run.started")[0]?.run;
  for (const task of ["b", "c"]) {
    const { code, stderr } = await stage.parex(["execute", "--only", task]);
    assertEquals(code, 0, stderr);
  }
  const { code, stderr, stdout } = await stage.parex(["resume"]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, new RegExp(`${killed}`));
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "completed" });
});

Deno.test("resume leaves out the tasks that a later run has executed", async () => {
  await using stage = await rig({ agent: { a: HANGS_ONCE } });
  await killedAtWork(stage, "a");
  const killed = eventsOf(await stage.journal(), "run.started")[0]?.run ?? "";
  assertEquals((await stage.parex(["execute"])).code, 0);
  const { code, stderr } = await stage.parex(["resume", killed]);
  assertEquals(code, 2);
  assertMatch(stderr, /has taken over all that was left of run/);
});

Deno.test("the time limit of an attempt starts again on resume", async () => {
  await using stage = await rig({ agent: { a: HANGS_ONCE } });
  await killedAtWork(stage, "a");
  const killed = (await stage.journal()).length;
  assertEquals((await stage.parex(["resume"])).code, 0);
  const journal = await stage.journal();
  const since = eventsOf(journal.slice(killed), "task.status", "a");
  assertEquals(since.map(({ to }) => to), COMPLETES_ANEW);
  const spans = recordOf(journal).tasks.get("a")?.spans ?? [];
  assertEquals(spans.map(({ end }) => end !== undefined), [true, true]);
});

Deno.test("retry executes blocked tasks and their dependents, and nothing else", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: {} },
    agent: { a: "exit 1", c: "exit 1" },
  });
  assertEquals((await stage.parex(["execute", "--attempts", "1"])).code, 1);
  assertEquals(await stage.statuses(), { a: "blocked", b: "pending", c: "blocked" });

  await stage.agent({ a: "echo done > a.txt" });
  const retried = await stage.parex(["retry", "a"]);
  assertEquals(retried.code, 0, retried.stderr);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "blocked" });
  const [started] = eventsOf(await stage.journal(), "run.started");
  assertEquals([started?.tasks, started?.settings?.attempts], [["a", "b"], 1]);

  const again = await stage.parex(["retry", "a"]);
  assertEquals(again.code, 2);
  assertMatch(again.stderr, /a is completed, not blocked/);
  assert((await stage.parex(["retry", "z"])).stderr.includes("no task"));
});

Deno.test("retry works in a worktree in which a killed git has left its lock", async () => {
  await using stage = await rig({ agent: { a: "exit 1" } });
  assertEquals((await stage.parex(["execute", "--attempts", "1"])).code, 1);
  await leaveLock(join(stage.root, ".git/worktrees/a/index.lock"));
  await stage.agent({ a: "echo done > a.txt; git add a.txt; git commit -qm done" });
  const retried = await stage.parex(["retry", "a"]);
  assertEquals(retried.code, 0, retried.stderr);
  assertEquals(await stage.subjectsOf("a"), ["done"]);
});

Deno.test("retry keeps how tasks land, even if some have landed since", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, agent: { b: "exit 1" } });
  const flags = ["--attempts", "1", "--land", "none"];
  assertEquals((await stage.parex(["execute", ...flags])).code, 1);
  const merged = await stage.parex(["merge", "a"]);
  assertEquals(merged.code, 0, merged.stderr);
  const main = await stage.repo.git(["rev-parse", "main"]);

  await stage.agent({ b: "echo done > b.txt" });
  const retried = await stage.parex(["retry", "b"]);
  assertEquals(retried.code, 0, retried.stderr);
  assertEquals(await stage.repo.git(["rev-parse", "main"]), main);
  const [started] = eventsOf(await stage.journal(), "run.started");
  assertEquals([started?.settings?.attempts, started?.settings?.land], [1, "none"]);
});

/** Plays Claude Code: says who it is and what it does, and hangs in its first conversation. */
const CLAUDE = `#!/bin/sh
echo "$*" >> "$RIG/notes/calls"
case "$1" in --help) exit 0;; esac
for word; do case "$word" in
  --session-id=*|--resume=*) session="\${word#*=}";;
esac; done
echo '{"type":"system","subtype":"init","session_id":"'$session'","model":"m","tools":[]}'
echo '{"type":"assistant","session_id":"'$session'","message":{"id":"1","role":"assistant","content":[{"type":"tool_use","id":"t","name":"Bash","input":{"command":"true"}}]}}'
case "$*" in *--session-id=*) touch "$RIG/notes/talks"; sleep 300;; esac
echo work > a.txt
echo '{"type":"result","subtype":"success","is_error":false,"session_id":"'$session'","result":"done"}'
`;

Deno.test("retry reads the checks from the config file again, and keeps what was given as a flag", async () => {
  await using stage = await rig({
    config: "test: test ! -e a.txt\nattempts: 2\n",
    agent: { a: "echo again >> a.txt" },
  });
  const config = join(stage.root, ".parallel/config.yaml");
  assertEquals((await stage.parex(["execute", "--attempts", "1"])).code, 1);
  await Deno.writeTextFile(config, "test: test -e README.md\nattempts: 2\n");
  const { code, stderr } = await stage.parex(["retry", "a"]);
  assertEquals(code, 0, stderr);
  const { attempts, checks } = eventsOf(await stage.journal(), "run.started")[0]?.settings ?? {};
  assertEquals([attempts, checks], [1, { test: "test -e README.md" }]);
});

Deno.test("retry reads the config file again, and keeps what a flag or a variable gave", async () => {
  await using stage = await rig({
    config: "attempts: 1\nidle-timeout: 1m\nmodel: small\n",
    agent: { a: "exit 1" },
  });
  const config = join(stage.root, ".parallel/config.yaml");
  const begun = ["execute", "--idle-timeout", "2m"];
  assertEquals((await stage.parex(begun, { env: { PAREX_JOBS: "2" } })).code, 1);
  const changed = "attempts: 2\nidle-timeout: 3m\nmodel: large\njobs: 3\nagent: claude\n";
  await Deno.writeTextFile(config, changed);
  await stage.agent({ "a.2": "echo done > a.txt" });
  assertEquals((await stage.parex(["retry", "a", "--model", "other"])).code, 0);
  const settings = eventsOf(await stage.journal(), "run.started")[0]?.settings;
  assertEquals(
    [settings?.attempts, settings?.idleTimeoutMs, settings?.jobs, settings?.model, settings?.agent],
    [2, 2 * 60_000, 2, "other", "command"],
  );
  assertEquals(settings?.given, ["jobs", "agent", "agentCommand", "model", "idleTimeoutMs"]);
});

Deno.test("retry reaches the run in progress", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, agent: { a: "exit 1", b: HANGS_ONCE } });
  const running = stage.start(["execute", "--attempts", "1"]);
  await begun(stage, "b");
  const { code, stdout } = await stage.parex(["retry", "a"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^a: run \S+ retries it\n$/);
  running.signal("SIGINT");
  await running.ended;
});

Deno.test("resume continues the conversation that a kill interrupted", async () => {
  await using stage = await rig();
  const claude = join(stage.home, "claude");
  await Deno.writeTextFile(claude, CLAUDE, { mode: 0o755 });
  const env = { PAREX_AGENT: "claude", PAREX_AGENT_COMMAND: "", PAREX_CLAUDE: claude };
  const killed = stage.start(["execute"], { env });
  await until("the agent talks", async () => await stage.note("talks") !== undefined);
  await until("parex has heard it", async () => {
    return eventsOf(await stage.journal(), "agent.activity").length > 0;
  });
  killed.signal("SIGKILL");
  await killed.ended;

  const resumed = await stage.parex(["resume"], { env });
  assertEquals(resumed.code, 0, resumed.stderr);
  const [first, second] = eventsOf(await stage.journal(), "agent.started");
  assert(first?.session !== undefined);
  assertEquals([second?.session, second?.attempt], [first.session, 1]);
  assertMatch(await stage.note("calls") ?? "", new RegExp(`--resume=${first.session}`));
});
