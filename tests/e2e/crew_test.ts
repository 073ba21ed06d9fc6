/** Runs whose tasks are done by several agents. */
import { assertEquals, assertMatch } from "../support/assert.ts";
import { planFiles, taskFileOf } from "../support/plan_files.ts";
import { eventsOf, rig } from "../support/rig.ts";
import { scriptedClaude } from "../support/scripted_claude.ts";

Deno.test("a task is done by the agent and the model that its frontmatter names", async () => {
  const usual = planFiles({ a: {} })[taskFileOf("a")] ?? "";
  const file = usual.replace("---\n", "---\nagent: claude\nmodel: opus\n");
  await using stage = await rig({ tasks: { a: { file }, b: {} } });
  using _ = await scriptedClaude(stage, "work\nresult success 0.01 Done.");
  const { code, events } = await stage.execute({ jobs: 1 });
  assertEquals(code, 0);
  const started = eventsOf(events, "agent.started").map(({ task, agent }) => `${task} ${agent}`);
  assertEquals(started, ["a claude", "b command"]);
  assertMatch(await stage.note("call.1/args") ?? "", /--model=opus /);
});

Deno.test("a run is refused when an agent that one of its tasks names is not installed", async () => {
  const usual = planFiles({ a: {} })[taskFileOf("a")] ?? "";
  const file = usual.replace("---\n", "---\nagent: opencode\n");
  await using stage = await rig({ tasks: { a: { file } } });
  const { code, failure } = await stage.execute();
  assertEquals([code, failure?.reason], [3, "agent_missing"]);
});
