/** What commands say of a plan that took several runs. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { rig } from "../support/rig.ts";

const ASKS = `echo half > half.txt
echo "QUESTION: Which colour?"
`;

Deno.test("after three runs, one report is true of the whole plan", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: {} },
    agent: { a: ASKS, b: "exit 1" },
  });
  assertEquals((await stage.parex(["execute", "--attempts", "1"])).code, 1);
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

Deno.test("a run's id can be cut short as long as one run begins so", async () => {
  await using stage = await rig();
  await stage.parex(["execute"]);
  await stage.parex(["execute"]);
  const { code, stderr } = await stage.parex(["report", "2"]);
  assertEquals(code, 2);
  assert(stderr.includes(`error: "2" is the beginning of 2 runs: `), stderr);
  assertEquals((await stage.parex(["status", "--run", "nonsense"])).code, 2);
});
