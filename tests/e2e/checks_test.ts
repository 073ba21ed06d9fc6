/** The project's own commands decide: setup, checks, hooks, and the remote. */
import { join } from "node:path";
import { linesOf } from "../../src/report/live/event_lines.ts";
import { reportText } from "../../src/report/run/text.ts";
import { summarize } from "../../src/report/run/summary.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, type Rig, rig, type Run } from "../support/rig.ts";

const COMMIT = "git add -A; git commit -qm 'feat: a'";
/** Passes if the task's file says `good`. */
const CHECK = `grep -q good a.txt || { echo "a.txt is not good"; exit 3; }\n`;

function statusesIn(run: Run): string[] {
  return eventsOf(run.events, "task.status").map(({ to }) => to);
}

Deno.test("a failed check goes back to the agent, with its output, in the same worktree", async () => {
  await using stage = await rig({
    config: "test: sh check.sh\n",
    files: { "check.sh": CHECK, "a.txt": "good\n" },
    agent: {
      "a.1": `pwd > "$NOTES/first"; echo bad > a.txt; ${COMMIT}`,
      "a.2": `cat > "$NOTES/prompt"; pwd > "$NOTES/second"; echo good > a.txt; ${COMMIT}`,
    },
  });
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(statusesIn(run), ["in_progress", "testing", "in_progress", "testing", "completed"]);
  const prompt = await stage.note("prompt") ?? "";
  assertMatch(prompt, /The check `test` failed with exit code 3/);
  assertMatch(prompt, /sh check\.sh/);
  assertMatch(prompt, /a\.txt is not good/);
  assertEquals(await stage.note("second"), await stage.note("first"));
  assertEquals(await stage.subjectsOf("a"), ["feat: a", "feat: a"]);
});

Deno.test("a task whose check fails in every attempt is blocked with command, exit code and output", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    config: "test: sh check.sh\n",
    files: { "check.sh": CHECK, "a.txt": "good\n" },
    agent: { a: `echo "bad $PAREX_ATTEMPT" > a.txt; ${COMMIT}` },
  });
  const run = await stage.execute({ attempts: "2" });
  assertEquals(run.code, 1);
  assertEquals(await stage.statuses(), { a: "blocked", b: "pending" });
  const failure = run.record.tasks.get("a")?.failure;
  assert(failure?.reason === "checks_failed");
  const { command, exitCode, tail, log } = failure.failed;
  assertEquals([command, exitCode, tail.trim()], ["sh check.sh", 3, "a.txt is not good"]);
  assertEquals(await Deno.readTextFile(log ?? ""), "a.txt is not good\n");
  assertEquals(failure.attempts, 2);
  assertEquals(await stage.subjectsOf("a"), ["feat: a", "feat: a"]);
  const report = reportText(summarize(run.record), { color: false, columns: 100 });
  assertMatch(report, /a {2}checks failed\n.*exit code 3 after 2 attempts: sh check\.sh/);
  assertMatch(report, /b waits for a \(blocked\)/);
});

Deno.test("checks that leave a child behind end without it", async () => {
  await using stage = await rig({ config: "test: setsid sleep 300 & sleep 300 & true\n" });
  assertEquals((await stage.execute()).code, 0);
  assertEquals(await stage.left(), []);
});

/** Deno finds its tests by their names: no test, no check. */
const TESTED = { "deno.json": "{}\n", "sum_test.js": "Deno.test('sum', () => {});\n" };

Deno.test("a check that the agent takes away has failed: it goes back, and passes when it is there again", async () => {
  await using stage = await rig({
    files: TESTED,
    agent: {
      "a.1": `rm sum_test.js; echo 1 > a.txt; ${COMMIT}`,
      "a.2": `cat > "$NOTES/prompt"; git checkout -q main -- sum_test.js; ${COMMIT}`,
    },
  });
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(statusesIn(run), ["in_progress", "testing", "in_progress", "testing", "completed"]);
  const prompt = await stage.note("prompt") ?? "";
  assertMatch(prompt, /test: deno test -A, from deno\.json on main/);
  const checked = eventsOf(run.events, "checks.finished").map((
    { name, attempt },
  ) => [name, attempt]);
  assertEquals(checked, [["test", 2]]);
});

Deno.test("who takes a check away for good is blocked, also in a run anew, unless the config knows better", async () => {
  await using stage = await rig({
    files: TESTED,
    agent: { any: `rm -f deno.json; echo "$PAREX_RUN_ID" > a.txt; ${COMMIT}` },
  });
  for (let runs = 0; runs < 2; runs++) {
    const run = await stage.execute({ attempts: "1", allowDirty: true });
    assertEquals([run.code, await stage.status("a")], [1, "blocked"]);
    const failure = run.record.tasks.get("a")?.failure;
    assert(failure?.reason === "checks_failed");
    assertEquals(failure.failed.gone, { from: "deno.json", base: "main" });
    const report = reportText(summarize(run.record), { color: false, columns: 100 });
    assertMatch(report, /test: deno test -A, from deno\.json on main/);
    assertMatch(report, /\.parallel\/config\.yaml/);
  }
  await stage.repo.write({ ".parallel/config.yaml": "test: none\n" });
  assertEquals((await stage.execute({ attempts: "1", allowDirty: true })).code, 0);
});

Deno.test("a check that a sparse checkout does not show is not gone", async () => {
  await using stage = await rig({
    files: { "deno.json": "{}\n", "far/sum_test.js": "", "near/a.txt": "" },
  });
  await stage.repo.git(["sparse-checkout", "set", "near", ".parallel"]);
  const run = await stage.execute();
  assertEquals([run.code, await stage.status("a")], [0, "completed"]);
  const left = await Array.fromAsync(Deno.readDir(stage.worktree("a")), ({ name }) => name);
  assertEquals(left.includes("far"), false);
});

Deno.test("a failing setup blocks the task before an agent has begun", async () => {
  await using stage = await rig({ config: "setup: echo no network; exit 7\n" });
  const run = await stage.execute();
  const failure = run.record.tasks.get("a")?.failure;
  assert(failure?.reason === "setup_failed");
  assertEquals([failure.failed.exitCode, failure.failed.tail.trim()], [7, "no network"]);
  assertEquals(eventsOf(run.events, "agent.started"), []);
  assertEquals([run.code, await stage.status("a")], [1, "blocked"]);
});

Deno.test("a task that stands in the plan is to be put right there", async () => {
  await using stage = await rig({ agent: { a: "true" } });
  const plan = join(stage.root, ".parallel/plans/plan.yaml");
  const task = "{ id: a, name: A, priority: low, dependencies: [], description: begin }";
  await Deno.writeTextFile(plan, `metadata: { name: Sample }\ntasks:\n  - ${task}\n`);
  const { record } = await stage.execute();
  const { reason, next } = record.tasks.get("a") ?? {};
  assertEquals([reason, next], ["no_changes", [
    "if the work is already done, set `status: completed` in the plan's entry of a",
    "otherwise say in the plan's entry of a what to change, then: parex retry a",
  ]]);
});

Deno.test("a project without checks is reported as unchecked, setup or not", async () => {
  for (const config of ["land: merge\n", "land: merge\nsetup: ':'\n"]) {
    await using stage = await rig({ config });
    const run = await stage.execute();
    assertEquals([run.code, await stage.status("a")], [0, "completed"]);
    const report = reportText(summarize(run.record), { color: false, columns: 100 });
    assertMatch(report, /feature\/a, 1 commit · .*unchecked/);
    assertMatch(report, /completed without checks: a/);
    assertMatch(report, /main at \w+ is unchecked/);
    const lines = run.events.flatMap((event) => linesOf(event, { color: false }));
    assertMatch(lines.join("\n"), /integration {2}unchecked at \w+$/m);
  }
});

Deno.test("what setup and checks leave behind is never committed", async () => {
  await using stage = await rig({
    config:
      `setup: mkdir -p node_modules/x && echo 1 > node_modules/x/index.js && echo 1 > setup.log
test: echo covered > coverage.txt; echo formatted >> README.md; grep -q Sample README.md
`,
    agent: { "a.1": "test -f node_modules/x/index.js; echo good > a.txt" },
  });
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(await stage.repo.git(["diff", "--name-only", "main", "feature/a"]), "a.txt");
  const left = await Array.fromAsync(Deno.readDir(stage.worktree("a")), ({ name }) => name);
  assert(["node_modules", "setup.log", "coverage.txt"].every((name) => left.includes(name)));
});

Deno.test("commits that change nothing are no work", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    agent: {
      a: "git commit -q --allow-empty -m 'feat: a'",
      b: `git commit -q --allow-empty -m wip; echo 1 > b.txt; ${COMMIT}`,
    },
  });
  const run = await stage.execute();
  assertEquals(run.record.tasks.get("a")?.failure?.reason, "no_changes");
  assertEquals(await stage.statuses(), { a: "blocked", b: "completed" });
  assertEquals(eventsOf(run.events, "task.committed", "b").map(({ commits }) => commits), [1]);
});

Deno.test("what a setup changes of tracked files is nobody's work, and no part of what is checked", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    config: `setup: echo resolved >> README.md\ntest: test "$(cat README.md)" = "# Sample"\n`,
    agent: { b: "echo Done." },
  });
  const run = await stage.execute({ land: "merge" });
  assertEquals(run.record.tasks.get("b")?.failure?.reason, "no_changes");
  assertEquals(await stage.statuses(), { a: "completed", b: "blocked" });
  assertEquals(await stage.repo.git(["show", "main:README.md"]), "# Sample");
});

Deno.test(".env is in the worktree and in no commit, though nothing ignores it", async () => {
  await using stage = await rig({
    agent: { a: `cp .env "$NOTES/env"; echo good > a.txt; git add -A; git commit -qm "feat: a"` },
  });
  await stage.repo.write({ ".env": "KEY=secret\n" });
  assertEquals((await stage.execute({ allowDirty: true })).code, 0);
  assertEquals(await stage.note("env"), "KEY=secret\n");
  assertEquals((await stage.filesOf("a")).includes(".env"), false);
});

Deno.test("a pre-commit hook that refuses what parex commits sends it back to the agent", async () => {
  await using stage = await rig({
    agent: {
      "a.1": "echo forbidden > a.txt",
      "a.2": `cat > "$NOTES/prompt"; echo fine > a.txt`,
    },
  });
  const hook = "#!/bin/sh\n! grep forbidden a.txt || { echo 'no forbidden words' >&2; exit 1; }\n";
  await Deno.writeTextFile(join(stage.root, ".git/hooks/pre-commit"), hook, { mode: 0o755 });
  assertEquals((await stage.execute()).code, 0);
  assertMatch(await stage.note("prompt") ?? "", /no forbidden words/);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "fine");
});

/** A bare repository beside this one, and `origin`. */
async function withRemote(stage: Rig): Promise<string> {
  const remote = join(stage.home, "remote.git");
  await stage.repo.git(["init", "-q", "--bare", remote]);
  await stage.repo.git(["remote", "add", "origin", remote]);
  return remote;
}

Deno.test("completed branches are pushed where there is a remote, and no others", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, agent: { b: "exit 1" } });
  const remote = await withRemote(stage);
  const run = await stage.execute({ attempts: "1" });
  const pushed = await stage.repo.git(
    ["for-each-ref", "--format=%(refname) %(objectname)"],
    remote,
  );
  assertEquals(pushed, `refs/heads/feature/a ${await stage.repo.git(["rev-parse", "feature/a"])}`);
  assertEquals(eventsOf(run.events, "branch.pushed").map(({ task }) => task), ["a"]);
  assertEquals(await stage.statuses(), { a: "completed", b: "blocked" });
});

Deno.test("a remote that refuses a branch blocks its task", async () => {
  await using stage = await rig();
  const remote = await withRemote(stage);
  const hook = "#!/bin/sh\necho 'this branch is protected' >&2; exit 1\n";
  await Deno.writeTextFile(join(remote, "hooks/pre-receive"), hook, { mode: 0o755 });
  const run = await stage.execute();
  const failure = run.record.tasks.get("a")?.failure;
  assert(failure?.reason === "push_failed");
  assertMatch(failure.detail, /this branch is protected/);
  assertEquals([run.code, await stage.status("a")], [1, "blocked"]);
  assertEquals(await stage.subjectsOf("a"), ["feat: a"]);
});

Deno.test("a manifest that cannot be read is told of once: the tasks would pass for those of a project without checks", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    files: { "package.json": '{"scripts": {"test": "node --test"},}' },
  });
  const dry = await stage.parex(["execute", "--dry-run"]);
  assertMatch(dry.stdout.replaceAll(/\s+/g, " "), /Warnings .*package\.json cannot be understood/);
  const run = await stage.execute();
  assertEquals(await stage.statuses(), { a: "completed", b: "completed" });
  const [told, ...others] = eventsOf(run.events, "notice")
    .filter(({ message }) => message.includes("package.json cannot be understood"));
  assert(told);
  assertEquals(others, []);
});
