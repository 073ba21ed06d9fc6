import { makeAgent } from "../../src/agent/agents.ts";
import { AGENTS } from "../../src/domain/agents.ts";
import { assertEquals } from "../support/assert.ts";

Deno.test("makeAgent() makes every agent that it names", () => {
  for (const name of AGENTS) {
    const made = makeAgent(name, { agentCommand: "true" });
    assertEquals(made.ok && made.value.name, name);
  }
});

Deno.test("makeAgent() refuses an unknown name and says which there are", () => {
  assertEquals(makeAgent("cluade", {}), {
    ok: false,
    failure: {
      reason: "usage",
      message: "There is no agent `cluade`.",
      hint:
        "Use one of claude, codex, gemini, copilot, opencode, pi, command; `command` runs any program.",
    },
  });
});

Deno.test("makeAgent() refuses the command agent without a command", () => {
  for (const settings of [{}, { agentCommand: "  " }]) {
    const made = makeAgent("command", settings);
    assertEquals(!made.ok && made.failure.reason, "usage");
  }
});
