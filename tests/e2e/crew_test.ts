/** Runs whose tasks are done by several agents. */
import { join } from "node:path";
import { testEnv, withEnv } from "../support/env.ts";
import { writeFiles } from "../support/repo.ts";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { planFiles, taskFileOf } from "../support/plan_files.ts";
import { eventsOf, rig } from "../support/rig.ts";
import { scriptedClaude } from "../support/scripted_claude.ts";

Deno.test("a task uses the agent and the model of its frontmatter", async () => {
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

Deno.test("the tokens of a conversation that an agent counts as a whole are counted once", async () => {
  await using stage = await rig({ config: "test: test ! -e work || test -f good\n" });
  const codex = `#!/bin/sh
[ "$1" = --version ] && exit 0
[ "$PAREX_ATTEMPT" = 2 ] && touch good
echo "$PAREX_ATTEMPT" > work; git add -A; git commit -qm "feat: work"
echo '{"type":"thread.started","thread_id":"c1"}'
echo '{"type":"turn.completed","usage":{"input_tokens":'$PAREX_ATTEMPT'000,"output_tokens":'$PAREX_ATTEMPT'0}}'
`;
  await writeFiles(stage.home, { "bin/codex": codex });
  await Deno.chmod(join(stage.home, "bin/codex"), 0o755);
  using _ = withEnv({ PATH: `${join(stage.home, "bin")}:${testEnv().PATH}` });
  const { code, events } = await stage.execute({ agent: "codex", agentCommand: undefined });
  assertEquals(code, 0);
  assertEquals(
    eventsOf(events, "agent.finished").map(({ input_tokens }) => input_tokens),
    [1000, 1000],
  );
});

Deno.test("a run is refused when an agent that one of its tasks names is not installed", async () => {
  const usual = planFiles({ a: {} })[taskFileOf("a")] ?? "";
  const file = usual.replace("---\n", "---\nagent: opencode\n");
  await using stage = await rig({ tasks: { a: { file } } });
  const { code, failure } = await stage.execute();
  assertEquals([code, failure?.reason], [3, "agent_missing"]);
});

Deno.test("a run with nothing left to do needs no agent", async () => {
  await using stage = await rig();
  assertEquals((await stage.execute()).code, 0);
  const { code, failure } = await stage.execute({ agent: "opencode", agentCommand: undefined });
  assertEquals([code, failure], [0, undefined]);
});
