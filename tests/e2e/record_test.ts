/** What commands say of a plan that took several runs. */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { parexArgv } from "../support/parex.ts";
import { textOf } from "../support/repo.ts";
import { rig, until, waitAt } from "../support/rig.ts";

const ASKS = `echo half > half.txt
echo "QUESTION: Which colour?"
`;

Deno.test("after three runs, one report covers the whole plan", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: {} },
    agent: { a: ASKS, b: "exit 1" },
  });
  assertEquals((await stage.parex(["execute", "--attempts", "1"])).code, 1);
  const open = await stage.parex(["answer"]);
  assertEquals(open.stdout, 'a\n  Which colour?\n  answer it: parex answer a "…"\n');
  await stage.agent({ a: "git add -A; git commit -qm 'feat: a'" });
  const answered = await stage.parex(["answer", "a", "Blue."]);
  assertMatch(answered.stdout, /^.*: 2 of 3 tasks completed, 1 blocked$/m);
  assertMatch(answered.stdout, /^ {2}parex retry b$/m);
  assertEquals((await stage.parex(["merge", "c"])).code, 0);

  const { runs } = JSON.parse((await stage.parex(["runs", "--json"])).stdout);
  const [merge, answer, first] = runs;
  assertEquals([first.tasks, answer.tasks, merge.landed], [3, 1, 1]);

  const status = JSON.parse((await stage.parex(["status", "--json"])).stdout);
  const [a, b, c] = status.tasks;
  assertEquals([a.status, a.attempts, b.reason], ["completed", 2, "agent_failed"]);
  assertEquals(c.landed.run, merge.id);

  const { stdout } = await stage.parex(["report"]);
  assertMatch(stdout, /2 of 3 tasks completed, 1 blocked\n3 runs, the last one/);
  const filtered = await stage.parex(["report", "--run", answer.id.slice(0, -1)]);
  assertMatch(filtered.stdout, /: 1 of 1 task completed\n/);

  const tip = await stage.repo.git(["rev-parse", "main"]);
  const again = await stage.parex(["merge", "c"]);
  assertEquals(again.stdout, `c  already landed  ${tip.slice(0, 10)}\n`);
  assertEquals(await stage.repo.git(["rev-parse", "main"]), tip);
});

Deno.test("the report counts commits by git, and explains an exit code that leaves tasks open", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, agent: { b: "exit 1" } });
  const failed = await stage.parex(["execute", "--attempts", "1", "--land", "none"]);
  assertMatch(failed.stdout, /^exit code 1: b is blocked$/m);
  assertMatch(failed.stdout, /feature\/b, no commit/);
  const git = (...args: string[]) => stage.repo.git(["-C", stage.worktree("b"), ...args]);
  for (const name of ["one", "two"]) {
    await Deno.writeTextFile(`${stage.worktree("b")}/${name}`, name);
    await git("add", "-A");
    await git("commit", "-qm", name);
  }
  assertMatch((await stage.parex(["report"])).stdout, /feature\/b, 2 commits/);
  const other = await stage.parex(["execute", "--only", "a", "--land", "merge"]);
  assertEquals(other.code, 0);
  assertMatch(
    other.stdout.replaceAll("\n", " "),
    /exit code 0: the last run did all that it was asked for; but b is blocked/,
  );
});

Deno.test("a run's id can be abbreviated as long as it is unique", async () => {
  await using stage = await rig();
  await stage.parex(["execute"]);
  await stage.parex(["execute"]);
  const { code, stderr } = await stage.parex(["report", "2"]);
  assertEquals(code, 2);
  assert(stderr.includes(`error: "2" is the beginning of 2 runs: `), stderr);
  assertEquals((await stage.parex(["status", "--run", "nonsense"])).code, 2);
});

Deno.test("show, diff and open know a task that no run has executed, by its plan and branch", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
  assertMatch((await stage.parex(["show", "b"])).stdout, /^· b {2}Task b\nwaiting\nwaits for a\n/);
  const path = stage.worktree("b");
  await stage.repo.git(["worktree", "add", "-q", "-b", "feature/b", path]);
  await Deno.writeTextFile(`${path}/new.txt`, "new\n");
  await stage.repo.git(["-C", path, "add", "-A"]);
  await stage.repo.git(["-C", path, "commit", "-qm", "Begin b"]);
  assertMatch((await stage.parex(["show", "b"])).stdout, /Commits\n {2}\w+ Begin b\n/);
  assertMatch((await stage.parex(["diff", "b"])).stdout, /^\+new$/m);
  assertEquals((await stage.parex(["open", "b"])).stdout, `${path}\n`);
  const logs = await stage.parex(["logs", "b"]);
  assertEquals([logs.code, logs.stderr.split("\n")[0]], [
    2,
    "error: no agent has worked on b yet",
  ]);
  assertMatch((await stage.parex(["show", "bb"])).stderr, /did you mean "b"\?/);
});

Deno.test("show, logs, diff and open are about one task", async () => {
  await using stage = await rig({
    config: "test: sh check.sh\nattempts: 2\n",
    files: {
      "check.sh": `[ ! -e bad ] && exit 0
echo "not ok 1 - adds"; echo "  error: 4 !== 3"
seq 100
exit 1
`,
    },
    agent: {
      any: `echo "I write a file." ; echo x >> bad; git add -A; git commit -qm "feat: bad"`,
    },
  });
  assertEquals((await stage.parex(["execute"])).code, 1);
  const { stdout, stderr } = await stage.parex(["show", "a"]);
  assertMatch(stdout, /^✘ a {2}.*\nblocked: checks failed$/m, stderr);
  assertMatch(stdout, /^ {4} {2}error: 4 !== 3$/m);
  assertMatch(stdout, /^ {2}2 {2}repair · finished · /m);
  assertMatch(stdout, /^ {2}[0-9a-f]{7,} feat: bad$/m);
  assertMatch(stdout, /^ {2} bad \| 2 \+\+$/m);
  const shown = JSON.parse((await stage.parex(["show", "a", "--json"])).stdout);
  assertEquals([shown.status, shown.attempts.length], ["blocked", 2]);

  const logs = await stage.parex(["logs", "a", "--attempt", "1"]);
  assertEquals([logs.stdout, logs.code], ["I write a file.\n\n", 0]);
  assertEquals((await stage.parex(["logs", "a", "--raw"])).stdout, "I write a file.\n");
  assertEquals((await stage.parex(["logs", "a", "-f"])).stdout, "I write a file.\n");
  const third = await stage.parex(["logs", "a", "--attempt", "3"]);
  assertEquals([third.code, third.stderr.split("\n")[0]], [2, "error: a has had 2 attempts"]);

  assertMatch((await stage.parex(["diff", "a"])).stdout, /^diff --git a\/bad b\/bad$/m);
  assertMatch((await stage.parex(["diff", "a", "--stat"])).stdout, /1 file changed/);
  assertEquals((await stage.parex(["open", "a"])).stdout, `${stage.worktree("a")}\n`);
  assertMatch((await stage.parex(["show", "b"])).stderr, /^error: /);
});

Deno.test("logs -f follows an agent at work until its attempt ends", async () => {
  await using stage = await rig({
    agent: { a: `echo first\n${waitAt("on")}\necho second\ngit commit -q --allow-empty -m a` },
  });
  await using gate = await stage.gate("on");
  const running = stage.start(["execute"]);
  await until(
    "the agent is at work",
    async () => (await stage.journal()).some(({ type }) => type === "agent.started"),
  );
  const following = stage.start(["logs", "a", "-f", "--raw"]);
  await gate.open();
  const followed = await following.ended;
  assertEquals(followed.stdout, "first\nsecond\n");
  await running.ended;
});

Deno.test("logs -f prints the lines of a command while it is at work", async () => {
  await using stage = await rig({
    agent: { a: `echo first\n${waitAt("on")}\necho second\ngit commit -q --allow-empty -m a` },
  });
  await using gate = await stage.gate("on");
  const running = stage.start(["execute"]);
  const out = join(stage.home, "followed");
  const isPrinted = async (text: string) => (await textOf(out) ?? "").includes(text);
  await until(
    "the agent is at work",
    async () => (await stage.journal()).some(({ type }) => type === "agent.started"),
  );
  const following = new Deno.Command("sh", {
    args: ["-c", 'exec "$@" >"$OUT"', "sh", ...parexArgv(["logs", "a", "-f"])],
    cwd: stage.root,
    clearEnv: true,
    env: testEnv({ NO_COLOR: "1", COLUMNS: "80", OUT: out }),
  }).spawn();
  await until("its first line is printed", () => isPrinted("first\n"));
  await gate.open();
  await following.status;
  assertEquals(await textOf(out), "first\nsecond\n");
  await running.ended;
});

Deno.test("show says what a failed agent said, and diff that its work is not committed", async () => {
  await using stage = await rig({
    config: "attempts: 1\n",
    agent: { any: "echo x > half.txt; echo no idea; exit 3" },
  });
  assertEquals((await stage.parex(["execute"])).code, 1);
  const { code, stderr } = await stage.parex(["diff", "a"]);
  assertEquals(code, 2);
  assertMatch(stderr, /a has no commits of its own, but 1 file in its worktree not committed/);
  assertMatch(stderr, /next: git -C .*a status/);
  assertMatch((await stage.parex(["show", "a"])).stdout, /^Details\n {2}no idea$/m);
});

Deno.test("a dry run says how the work will land, takes a plan behind --only, and needs no agent", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  const plan = ".parallel/plans/plan.yaml";
  const args = [
    "execute",
    "--dry-run",
    "--agent",
    "claude",
    "--land",
    "merge",
    "--only",
    "a",
    plan,
  ];
  const { code, stdout, stderr } = await stage.parex(args, {
    env: { PAREX_CLAUDE: "no-such-claude" },
  });
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /: 1 task in 1 step\n/);
  assertMatch(stdout, /^lands by merging into main, one task after the other$/m);
});
