import type { Usage } from "../domain/event.ts";
import type { Agent } from "./agent.ts";
import { type Heard, optional, streamAgent } from "./stream_agent.ts";
import type { StreamMessage } from "./stream_json.ts";
import { countAt, recordAt, textAt } from "../util/json_values.ts";

/**
 * GitHub's Copilot CLI. It tells what the model wrote in tokens, but not what it read, and it is
 * billed by requests.
 */
export function copilotAgent(): Agent {
  return streamAgent({
    name: "copilot",
    // Without `-p` the prompt comes from stdin, where it may be of any length.
    args: ({ model, resume }) => [
      "--output-format=json",
      "--allow-all-tools",
      "--no-ask-user",
      ...(model === undefined ? [] : [`--model=${model}`]),
      ...(resume === undefined ? [] : [`--resume=${resume}`]),
    ],
    hear,
  });
}

function hear(message: StreamMessage): Heard {
  const data = recordAt(message, "data");
  switch (message.type) {
    case "assistant.message":
      return { ...optional("said", textAt(data, "content")), used: usageIn(data) };
    case "tool.execution_start": {
      const subject = textAt(recordAt(data, "arguments"), "command", "path", "pattern");
      return { doing: `${textAt(data, "toolName") ?? "tool"} ${subject ?? ""}` };
    }
    case "session.error":
      return optional("error", textAt(data, "message"));
    case "result":
      return {
        ...optional("session", textAt(message, "sessionId")),
        failed: countAt(message, "exitCode") > 0,
      };
    default:
      return optional("session", textAt(data, "sessionId"));
  }
}

function usageIn(data: Record<string, unknown>): Usage {
  const model = textAt(data, "model");
  return {
    output_tokens: countAt(data, "outputTokens"),
    turns: 1,
    ...(model === undefined ? {} : { model }),
  };
}
