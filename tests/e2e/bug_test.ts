/** What a bug in parex leaves behind. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, rig, waitAt } from "../support/rig.ts";

const BUG = fileURLToPath(new URL("../support/bug.ts", import.meta.url));

Deno.test("a bug in parex ends its agents, starts nothing else, and the run can be resumed", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: {} },
    agent: { a: waitAt("a"), b: waitAt("b") },
  });
  await using a = await stage.gate("a");
  await using b = await stage.gate("b");
  const sign = join(stage.home, "notes/bug");
  const parex = stage.start(["execute", "--jobs", "2"], {
    preload: BUG,
    env: { PAREX_TEST_BUG: sign },
  });
  await Promise.all([a.reached(), b.reached()]);
  await Deno.writeTextFile(sign, "");
  const { code, stderr } = await parex.ended;
  assertEquals(code, 70);
  assertMatch(stderr, /this is a bug in parex[^]*the test's own bug/);
  assertEquals(await stage.left(), []);
  assertEquals(await stage.statuses(), { a: "pending", b: "pending", c: "pending" });
  assertEquals(eventsOf(await stage.journal(), "agent.started").length, 2);

  await stage.agent({ a: "touch a.txt", b: "touch b.txt" });
  assertEquals((await stage.parex(["resume"])).code, 0);
});
