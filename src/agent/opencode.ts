import type { Usage } from "../domain/event.ts";
import type { Agent } from "./agent.ts";
import { type Heard, optional, streamAgent } from "./stream_agent.ts";
import type { StreamMessage } from "./stream_json.ts";
import { amountAt, countAt, recordAt, textAt } from "../util/json_values.ts";

/** OpenCode. It tells tokens and cost of every step. */
export function opencodeAgent(): Agent {
  return streamAgent({
    name: "opencode",
    args: ({ model, resume }) => [
      "run",
      "--format=json",
      ...(model === undefined ? [] : [`--model=${model}`]),
      ...(resume === undefined ? [] : [`--session=${resume}`]),
    ],
    hear: (message) => ({
      ...optional("session", textAt(message, "sessionID")),
      ...hear(message),
    }),
  });
}

function hear(message: StreamMessage): Heard {
  const part = recordAt(message, "part");
  switch (message.type) {
    case "text":
      return optional("said", textAt(part, "text"));
    case "tool_use": {
      const input = recordAt(recordAt(part, "state"), "input");
      const subject = textAt(input, "command", "filePath", "path", "pattern");
      return { doing: `${textAt(part, "tool") ?? "tool"} ${subject ?? ""}` };
    }
    case "step_finish":
      return { used: usageIn(part) };
    case "error":
      return { failed: true, ...optional("error", errorIn(message)) };
    default:
      return {};
  }
}

function usageIn(part: Record<string, unknown>): Usage {
  const tokens = recordAt(part, "tokens");
  const cache = recordAt(tokens, "cache");
  const model = textAt(part, "modelID");
  const cost = amountAt(part, "cost");
  return {
    ...(cost === undefined ? {} : { cost_usd: cost }),
    input_tokens: countAt(tokens, "input"),
    output_tokens: countAt(tokens, "output") + countAt(tokens, "reasoning"),
    cache_read_tokens: countAt(cache, "read"),
    cache_write_tokens: countAt(cache, "write"),
    turns: 1,
    ...(model === undefined ? {} : { model }),
  };
}

function errorIn(message: StreamMessage): string | undefined {
  const error = recordAt(message, "error");
  return textAt(recordAt(error, "data"), "message") ?? textAt(error, "message", "name") ??
    textAt(message, "error");
}
