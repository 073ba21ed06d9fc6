/** What runs cost, and that they keep to their budget. */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { tool } from "../support/models/script.ts";
import { serveModels } from "../support/models/server.ts";
import { needs } from "../support/needs.ts";
import { eventsOf, rig } from "../support/rig.ts";
import { scriptedClaude, WITH_CLAUDE } from "../support/scripted_claude.ts";

const claude = findClaude();

Deno.test({
  name: "a run passes its budget by no more than the last turns of its agents",
  ...needs("the Claude CLI", claude),
  fn: async () => {
    await using stage = await rig({ tasks: { a: {}, b: {}, c: {}, d: {} } });
    const turns = Array.from({ length: 8 }, () => tool("Bash", { command: "true" }));
    await using api = serveModels({ a: turns, b: turns, c: turns, d: turns });
    const home = join(stage.home, "home");
    await Deno.mkdir(home);
    const env = { ...claudeEnv(api, home), PAREX_CLAUDE: claude ?? "", PAREX_AGENT: "claude" };
    const budget = 0.002;
    const flags = ["--jobs", "2", "--budget", String(budget)];
    const { code, stdout } = await stage.parex(["execute", ...flags], { env });
    assertEquals(code, 1);

    const journal = await stage.journal();
    const attempts = eventsOf(journal, "agent.finished");
    const costs = attempts.map(({ cost_usd = 0 }) => cost_usd);
    const total = costs.reduce((sum, usd) => sum + usd, 0);
    const turn = total / attempts.reduce((sum, { turns = 0 }) => sum + turns, 0);
    assert(total >= budget, stdout);
    assert(total <= budget + 2 * turn + 1e-9, `${total} for ${budget}, a turn costs ${turn}`);

    let spent = 0;
    for (const event of journal) {
      if (event.type === "agent.started") assert(spent < budget);
      if (event.type === "agent.finished") spent += event.cost_usd ?? 0;
    }
    const notices = eventsOf(journal, "notice").map(({ message }) => message);
    assertEquals(notices.filter((one) => one.includes("% of the budget is spent")).length, 2);
    assertMatch(stdout, /budget spent/);
  },
});

Deno.test("what an attempt had used when it was killed counts, estimated from list prices", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  // A million tokens of Haiku 4.5 cost a dollar.
  using _ = await scriptedClaude(
    stage,
    `say '{"type":"assistant","message":{"id":"m","model":"claude-haiku-4-5","content":[{"type":"text","text":"Hm."}],"usage":{"input_tokens":1000000}}}'
sleep 60`,
  );
  const flags = { ...WITH_CLAUDE, jobs: 1, attempts: 1, timeout: "5s", budget: "0.9" };
  const { code, events, record } = await stage.execute(flags);
  assertEquals(code, 1);
  assertEquals(eventsOf(events, "agent.started").map(({ task }) => task), ["a"]);
  assertEquals(eventsOf(events, "agent.finished")[0]?.outcome, "timeout");
  assertEquals(record.tasks.get("b")?.status, "pending");
  const told = eventsOf(events, "notice").at(-1)?.message ?? "";
  assertMatch(
    told,
    /^the budget of \$0\.9000 is spent; not started: b; continue with more: parex execute --budget/,
  );
});

Deno.test("what has been spent of a budget is told as it is, however far beyond it", async () => {
  await using stage = await rig();
  using _ = await scriptedClaude(stage, "work\nresult success 1.6 Done.");
  const { record } = await stage.execute({ ...WITH_CLAUDE, budget: "1" });
  assertEquals(record.notices.map(({ message }) => message), [
    "160% of the budget is spent: $1.60 of $1.00",
  ]);
});

Deno.test("a run is estimated from what the tasks of earlier runs have cost", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {}, c: {} } });
  using _ = await scriptedClaude(stage, "work\nresult success 0.25 Done.");
  const dryRun = async () =>
    (await stage.parex(["execute", "--dry-run", "--agent", "claude"])).stdout;
  assertMatch(await dryRun(), /estimated cost: unknown/);
  const first = await stage.execute({ ...WITH_CLAUDE, only: ["a"] });
  assertEquals(first.record.notices, []);
  const cost = /\$0\.5000, based on 1 completed task of 1 earlier run/;
  assertMatch(await dryRun(), cost);
  const second = await stage.execute(WITH_CLAUDE);
  assertMatch(second.record.notices[0]?.message ?? "", cost);
});
