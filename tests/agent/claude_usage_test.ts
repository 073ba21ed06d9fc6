import { foldUsage } from "../../src/agent/claude_usage.ts";
import { addReported } from "../../src/agent/usage.ts";
import type { Usage } from "../../src/domain/event.ts";
import type { StreamMessage } from "../../src/agent/stream_json.ts";
import { assertEquals } from "../support/assert.ts";

function addLine(messages: StreamMessage[], before?: Usage): Usage {
  const usage = foldUsage();
  return messages.reduce<Usage>((used, message) => {
    const told = usage.add(message);
    return told ? addReported(used, told, before) : used;
  }, {});
}

function turn(id: string, output: number, model = "claude-haiku-5-5"): StreamMessage {
  return {
    type: "assistant",
    message: { id, model, usage: { input_tokens: 10, output_tokens: output } },
  };
}

Deno.test("foldUsage() knows nothing before the first turn", () => {
  assertEquals(addLine([{ type: "system", subtype: "init" }]), {});
});

Deno.test("foldUsage() counts the lines of one turn once, with the largest numbers", () => {
  assertEquals(addLine([turn("a", 1), turn("a", 7), turn("a", 7), turn("b", 2)]), {
    input_tokens: 20,
    output_tokens: 9,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    turns: 2,
    model: "claude-haiku-5-5",
  });
});

Deno.test("foldUsage() does not count words that no model said", () => {
  assertEquals(addLine([turn("a", 1, "<synthetic>")]), {});
});

Deno.test("foldUsage() believes the result's modelUsage over the stream and over its usage", () => {
  const usage = addLine([turn("a", 1), {
    type: "result",
    total_cost_usd: 0.5,
    num_turns: 3,
    usage: { input_tokens: 1, output_tokens: 1 },
    modelUsage: {
      "claude-small": { inputTokens: 5, outputTokens: 900, costUSD: 0.1 },
      "claude-big": {
        inputTokens: 100,
        outputTokens: 20,
        cacheReadInputTokens: 7,
        cacheCreationInputTokens: 3,
        costUSD: 0.4,
      },
    },
  }]);
  assertEquals(usage, {
    cost_usd: 0.5,
    input_tokens: 105,
    output_tokens: 920,
    cache_read_tokens: 7,
    cache_write_tokens: 3,
    turns: 3,
    model: "claude-big",
  });
});

Deno.test("foldUsage() subtracts earlier results of a conversation, which newer versions include", () => {
  const result = {
    type: "result",
    total_cost_usd: 0.5,
    num_turns: 2,
    usage: { input_tokens: 40, output_tokens: 4 },
    modelUsage: { "claude-haiku-5-5": { inputTokens: 100, outputTokens: 10, costUSD: 0.5 } },
  };
  const init = (claude_code_version: string) => ({
    type: "system",
    subtype: "init",
    claude_code_version,
  });
  const before = { cost_usd: 0.3, input_tokens: 60, output_tokens: 6, turns: 5 };
  const used = (version: string) => {
    const { cost_usd, input_tokens, output_tokens, turns } = addLine(
      [init(version), result],
      before,
    );
    return [Math.round((cost_usd ?? 0) * 10) / 10, input_tokens, output_tokens, turns];
  };
  assertEquals(used("2.1.332"), [0.2, 40, 4, 2]);
  assertEquals(used("2.2.0"), [0.2, 40, 4, 2]);
  assertEquals(used("2.1.197"), [0.5, 100, 10, 2]);
});

Deno.test("foldUsage() reads numbers that make no sense as none", () => {
  const usage = addLine([{
    type: "assistant",
    message: { id: "a", usage: { input_tokens: "12", output_tokens: -3 } },
  }]);
  assertEquals([usage.input_tokens, usage.output_tokens], [0, 0]);
});

Deno.test("foldUsage() ignores impossible amounts", () => {
  for (const amount of [-10.12, Infinity, NaN, "0.5", null]) {
    const usage = addLine([{ type: "result", total_cost_usd: amount, num_turns: amount }]);
    assertEquals(usage, {});
  }
});
