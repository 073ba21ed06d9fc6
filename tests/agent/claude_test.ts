/**
 * The real Claude CLI against a scripted model: what parex relies on is tried, not assumed.
 */
import { join } from "node:path";
import { must } from "../support/result.ts";
import type { Usage } from "../../src/domain/event.ts";
import { makeAgent } from "../../src/agent/agents.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { REPLY_USAGE } from "../support/models/messages.ts";
import { hang, status, text, tool } from "../support/models/script.ts";
import { withEnv } from "../support/env.ts";
import { bench, contract } from "./claude_bench.ts";
import { asText, doingsOf, tempFolder } from "./rig.ts";

contract("writes, edits and commits without a question, in a folder with any name", async () => {
  await using model = await bench((worktree) => [
    tool("Write", { file_path: join(worktree, "a.txt"), content: "one\n" }),
    tool("Edit", { file_path: join(worktree, "a.txt"), old_string: "one", new_string: "two" }),
    tool("Bash", { command: "git add a.txt && git commit -qm 'feat: add a'" }),
    text("Added a.txt."),
  ], { name: "für [alle] (x)" });
  const seen = await model.attempt();
  assertEquals(seen.outcome.outcome, "finished");
  assertEquals(seen.outcome.detail, "Added a.txt.");
  assertEquals(await Deno.readTextFile(join(model.worktree, "a.txt")), "two\n");
  assertEquals(await model.git(["log", "-1", "--format=%s"]), "feat: add a");
  assertEquals(doingsOf(seen), [
    "Write a.txt",
    "Edit a.txt",
    "Bash git add a.txt && git commit -qm 'feat: add a'",
    "Added a.txt.",
  ]);
  assertEquals(seen.left, []);
});

contract("reports the tokens and the cost of all turns, and its model", async () => {
  await using model = await bench(() => [tool("Bash", { command: "true" }), text("Done.")]);
  const { outcome } = await model.attempt();
  const { cost_usd, model: name, ...tokens } = outcome.usage;
  assertEquals(tokens, {
    input_tokens: 2 * REPLY_USAGE.input_tokens,
    output_tokens: 2 * REPLY_USAGE.output_tokens,
    cache_read_tokens: 2 * REPLY_USAGE.cache_read_input_tokens,
    cache_write_tokens: 2 * REPLY_USAGE.cache_creation_input_tokens,
    turns: 2,
  });
  assert((cost_usd ?? 0) > 0);
  assertMatch(name ?? "", /^claude-haiku-/);
});

contract(
  "is refused edits outside the worktree, and what is not offered does not exist",
  async () => {
    await using outside = await tempFolder();
    const target = join(outside.path, "x.txt");
    await using model = await bench(() => [
      tool("Write", { file_path: target, content: "x" }),
      tool("WebSearch", { query: "a better library" }),
      text("Done."),
    ]);
    const seen = await model.attempt();
    assertEquals(seen.outcome.outcome, "finished");
    assertEquals([...Deno.readDirSync(outside.path)], []);
    const last = model.api.requests.at(-1);
    assertMatch(last?.userText ?? "", /is outside this task's worktree/);
    assertMatch(last?.userText ?? "", /No such tool available: WebSearch/);
    assertEquals(last?.tools.filter((name) => /Web|Worktree|Cron|Agent/.test(name)), []);
  },
);

contract("reads a prompt that is longer than an argument can be", async () => {
  await using model = await bench(() => [text("Read.")]);
  const prompt = `Task: task-1\n\n${"long ".repeat(100_000)}the very end`;
  const seen = await model.attempt({ prompt });
  assertEquals(seen.outcome.detail, "Read.");
  assertMatch(model.api.requests[0]?.userText ?? "", /the very end$/);
});

function inCents({ cost_usd = 0, ...tokens }: Usage) {
  return { ...tokens, cents: Math.round(cost_usd * 1e6) / 1e4 };
}

contract("goes on with a conversation under the same id", async () => {
  await using model = await bench(() => [
    text("First answer."),
    text("Second answer."),
  ]);
  const first = await model.attempt();
  const { session } = first.outcome;
  assert(session !== undefined);
  assertEquals(first.started.map((start) => start.session), [session]);
  const second = await model.attempt({
    resume: session,
    usedBefore: first.outcome.usage,
    prompt: "Task: task-1\n\nThe test fails.",
  });
  assertEquals(second.outcome.session, session);
  assertEquals(second.outcome.detail, "Second answer.");
  // What it has used is told of the attempt alone.
  assertEquals(inCents(second.outcome.usage), inCents(first.outcome.usage));
  assertMatch(model.api.requests.at(-1)?.userText ?? "", /Do it\.[^]*The test fails\./);
});

contract(
  "cannot go on with a conversation that does not exist, and keeps no id of it",
  async () => {
    await using model = await bench(() => [text("Hello.")]);
    const { outcome } = await model.attempt({ resume: crypto.randomUUID() });
    assertEquals(outcome.outcome, "lost");
    assertMatch(outcome.detail ?? "", /No conversation found/);
    assertEquals(outcome.session, undefined);
  },
);

contract("is limited by a 429, and the conversation can be gone on with", async () => {
  await using model = await bench(() => [
    tool("Bash", { command: "true" }),
    status(429),
    status(429),
    text("After the limit."),
  ]);
  const limited = await model.attempt();
  assertEquals(limited.outcome.outcome, "limited");
  assertEquals(limited.outcome.until, undefined);
  assertEquals(doingsOf(limited), ["Bash true"]);
  const { session } = limited.outcome;
  assert(session !== undefined);
  const after = await model.attempt({ resume: session });
  assertEquals(after.outcome.outcome, "finished");
  assertEquals(after.outcome.detail, "After the limit.");
});

contract("is limited while the API is overloaded or out of reach", async () => {
  await using model = await bench(() => [status(529), status(529)]);
  assertEquals((await model.attempt()).outcome.outcome, "limited");
  const closed = { ANTHROPIC_BASE_URL: "http://127.0.0.1:9" };
  assertEquals((await model.attempt({ env: closed })).outcome.outcome, "limited");
});

contract("fails with the API's words when a request is refused for good", async () => {
  // Newer versions repeat such a request a few times.
  await using model = await bench(() => Array.from({ length: 9 }, () => status(400)));
  const { outcome } = await model.attempt();
  assertEquals(outcome.outcome, "failed");
  assertMatch(outcome.detail ?? "", /400/);
});

contract("is ended as idle when the model never answers, with what it used so far", async () => {
  await using model = await bench(() => [tool("Bash", { command: "true" }), hang(), text("Back.")]);
  const hung = await model.attempt({ idleMs: 15_000 });
  assertEquals(hung.outcome.outcome, "idle");
  assertEquals(hung.outcome.usage.input_tokens, REPLY_USAGE.input_tokens);
  assertEquals(hung.outcome.usage.turns, 1);
  assertEquals(hung.left, []);
  const { session } = hung.outcome;
  assert(session !== undefined);
  const after = await model.attempt({ resume: session });
  assertEquals(after.outcome.detail, "Back.");
});

contract("leaves nothing running when it is interrupted in the middle of a command", async () => {
  await using model = await bench(() => [tool("Bash", { command: "sleep 300" })]);
  const abort = new AbortController();
  const seen = await model.attempt({
    signal: abort.signal,
    onActivity: () => setTimeout(() => abort.abort(), 300),
  });
  assertEquals(seen.outcome.outcome, "interrupted");
  assertEquals(seen.left, []);
});

contract("stops at its budget", async () => {
  await using model = await bench(() =>
    Array.from({ length: 5 }, () => tool("Bash", { command: "true" }))
  );
  const { outcome } = await model.attempt({ budgetUsd: 0.0001 });
  assertEquals(outcome.outcome, "budget");
  assert((outcome.usage.cost_usd ?? 0) >= 0.0001);
});

contract("leaves its whole stream in the transcript", async () => {
  await using model = await bench(() => [text("Done.")]);
  const seen = await model.attempt();
  const types = asText(seen.transcript).trim().split("\n").map((line) => JSON.parse(line).type);
  assertEquals(types.at(0), "system");
  assertEquals(types.at(-1), "result");
});

contract("is available", async () => {
  await using _model = await bench(() => []);
  assertEquals((await must(makeAgent("claude", {})).available()).ok, true);
});

Deno.test("claude.available() names the program that is missing", async () => {
  using _ = withEnv({ PAREX_CLAUDE: "/nonexistent/claude" });
  const found = await must(makeAgent("claude", {})).available();
  assertEquals(found, {
    ok: false,
    failure: { reason: "agent_missing", agent: "claude", command: "/nonexistent/claude" },
  });
});
