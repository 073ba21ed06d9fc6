/** `parex check`: the project's checks on a task, a branch, the base or any commit. */
import { join } from "node:path";
import { fakeGitHub } from "../support/github.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { rig, waitAt } from "../support/rig.ts";

const RED = "test -f red && { echo 'not ok 1 - it holds'; exit 1; }; echo ran >> $RIG/notes/ran";

Deno.test("the checks of the base, a task and a commit, each run once for each tree", async () => {
  await using stage = await rig({
    tasks: { a: {} },
    config: `test: ${JSON.stringify(RED + "; :")}\n`,
  });
  const on = async (...args: string[]) => {
    const { code, stdout } = await stage.parex(["check", ...args]);
    return [code, stdout] as const;
  };
  const [code, base] = await on();
  assertEquals(code, 0, base);
  assertMatch(base, /^main at [0-9a-f]{10}: Begin\n✔ test {2}passed in /);
  assertMatch(
    (await on("HEAD"))[1],
    /passed before on the same tree; --fresh runs the checks again/,
  );
  assertEquals(await stage.note("ran"), "ran\n");
  assertMatch((await on("--fresh"))[1], /✔ test {2}passed in/);
  assertEquals(await stage.note("ran"), "ran\nran\n");

  assertEquals((await on("a"))[0], 2, "a has no branch yet");
  assertEquals((await stage.execute({ land: "none" })).code, 0);
  await stage.repo.write({ "worktrees/a/left.txt": "left\n" });
  assertMatch(
    (await on("a"))[1],
    /^a at .*\n✔ test {2}passed as the same tree of a\n[^]*\nnote: uncommitted changes in the worktree of a/,
  );
});

Deno.test("a run reuses checks that parex check has seen pass", async () => {
  await using stage = await rig({ config: "test: 'echo ran >> $RIG/notes/ran'\n" });
  assertEquals((await stage.parex(["check"])).code, 0);
  assertEquals((await stage.parex(["execute", "--land", "none"])).code, 0);
  assertEquals(await stage.note("ran"), "ran\nran\n", "once for the base, once for the task");
});

Deno.test("all checks run, whatever fails; the failure, its log and a JUnit file say why", async () => {
  await using stage = await rig({
    config:
      "lint: 'echo secret-value-1; exit 2'\ntest: 'echo ✓; echo LF:4 > lcov.info; echo LH:3 >> lcov.info'\n",
    files: { ".gitignore": ".env\n" },
  });
  await stage.repo.write({ ".env": "API_KEY=secret-value-1\n" });
  const junit = "out/checks.xml";
  const { code, stdout } = await stage.parex(["check", "--junit", junit]);
  assertEquals(code, 1, stdout);
  assertMatch(
    stdout,
    /✘ lint {2}failed \(exit code 2\) after .*\n.*\n {10}\*\*\*\n {8}full output: \//,
  );
  assertMatch(
    stdout,
    /✔ test {2}passed in .*\n.*\n {8}coverage 75% of lines \(3 of 4\), from lcov.info\n/,
  );
  const xml = await stage.repo.read(junit);
  assertMatch(xml, /<testsuite name="parex check main" tests="2" failures="1"/);
  assertMatch(xml, /<failure message="failed \(exit code 2\) .*" type="failed">\*\*\*<\/failure>/);
  assert(!(stdout + xml).includes("secret-value-1"));
});

Deno.test("a check that the branch has removed counts as failed", async () => {
  await using stage = await rig({
    files: { "package.json": '{"scripts":{"test":"true","lint":"true"}}' },
  });
  await stage.repo.git(["switch", "-qc", "less"]);
  await stage.repo.commit("Remove lint", { "package.json": '{"scripts":{"test":"true"}}' });
  await stage.repo.git(["switch", "-q", "main"]);
  const { code, stdout } = await stage.parex(["check", "less"]);
  assertEquals(code, 1);
  assertMatch(stdout, /✘ lint {2}removed: the base has this check, from package.json/);
  assertMatch(stdout, /✔ test {2}passed/);
});

Deno.test("beside a run in progress, and beside another check, without a trace", async () => {
  await using stage = await rig({
    tasks: { a: {} },
    agent: { a: `${waitAt("agent")}echo a > a.txt; git add -A; git commit -qm a` },
    config: "test: 'test ! -p $RIG/gates/check || read -r _ < $RIG/gates/check || :'\n",
  });
  await using agent = await stage.gate("agent");
  const run = stage.start(["execute", "--land", "none", "--allow-red-base"]);
  await agent.reached();
  await using gate = await stage.gate("check");
  const first = stage.start(["check", "--fresh"]);
  await gate.reached();
  await Deno.remove(join(stage.home, "gates/check"));
  const second = await stage.parex(["check", "--fresh"]);
  assertEquals(second.code, 0, second.stderr);
  await gate.open();
  assertEquals((await first.ended).code, 0);
  await agent.open();
  const { code, stderr } = await run.ended;
  assertEquals(code, 0, stderr);
  const trees = await stage.repo.git(["worktree", "list", "--porcelain"]);
  assert(!trees.includes("_check"), trees);
});

Deno.test("Ctrl-C ends the check, its processes and its worktree", async () => {
  await using stage = await rig({ config: `test: ${JSON.stringify(waitAt("check").trim())}\n` });
  await using gate = await stage.gate("check");
  const check = stage.start(["check"]);
  await gate.reached();
  check.signal("SIGINT");
  assertEquals((await check.ended).code, 130);
  assertEquals(await stage.left(), []);
  const trees = await stage.repo.git(["worktree", "list", "--porcelain"]);
  assert(!trees.includes("_check"), trees);
});

Deno.test("without checks nothing has passed, and without such a branch nothing is checked", async () => {
  await using stage = await rig();
  const { code, stdout } = await stage.parex(["check"]);
  assertEquals(code, 3);
  assertMatch(stdout, /unchecked: no checks found/);
  const unknown = await stage.parex(["check", "mian"]);
  assertEquals(unknown.code, 2);
  assertMatch(
    unknown.stderr,
    /neither a task of the plan nor a branch or commit\nnext: did you mean main\?/,
  );
});

Deno.test("without a plan, on a detached HEAD, as in CI", async () => {
  await using stage = await rig({ config: "test: 'true'\n" });
  await Deno.remove(join(stage.root, ".parallel/plans"), { recursive: true });
  await stage.repo.git(["switch", "-q", "--detach"]);
  const { code, stdout } = await stage.parex(["check", "--json"]);
  assertEquals(code, 0);
  const { target, state } = JSON.parse(stdout);
  assertEquals([target.kind, target.name, state], ["commit", "HEAD", "passed"]);
});

Deno.test("--issues opens one issue for a failing check, and says on it when it passes", async () => {
  await using stage = await rig({ config: "test: 'test ! -f red'\n", files: { red: "" } });
  await using github = await fakeGitHub(() => Promise.resolve(undefined));
  await stage.repo.git(["remote", "add", "origin", "https://github.com/o/r"]);
  const check = () => stage.parex(["check", "--issues"], { env: github.env });
  for (const _ of "12") assertMatch((await check()).stdout, /note: .*issue/);
  assertEquals(github.issues.map(({ title }) => title), ["test fails on main"]);
  await stage.repo.git(["rm", "-q", "red"]);
  await stage.repo.commit("Mend it");
  await check();
  assertMatch(github.issues[0]?.comments.join() ?? "", /`test` passes on `main`/);
});
