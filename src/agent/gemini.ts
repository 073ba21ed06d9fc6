import type { Usage } from "../domain/event.ts";
import type { Agent } from "./agent.ts";
import { type Heard, optional, streamAgent } from "./stream_agent.ts";
import type { StreamMessage } from "./stream_json.ts";
import { countAt, recordAt, textAt } from "../util/json_values.ts";

/** What stands on stdin comes before it. */
const PROMPT = "Do the task that is described above.";

/** Google's Gemini CLI. It tells tokens and the model, but no cost. */
export function geminiAgent(): Agent {
  return streamAgent({
    name: "gemini",
    args: ({ model, resume }) => [
      "--output-format=stream-json",
      "--approval-mode=yolo",
      ...(model === undefined ? [] : [`--model=${model}`]),
      ...(resume === undefined ? [] : [`--resume=${resume}`]),
      "-p",
      PROMPT,
    ],
    hear,
  });
}

function hear(message: StreamMessage): Heard {
  switch (message.type) {
    case "init":
      return {
        ...optional("session", textAt(message, "session_id")),
        ...optional("used", modelIn(message)),
      };
    case "message":
      return message.role === "assistant"
        ? { ...optional("said", textAt(message, "content")), goesOn: message.delta === true }
        : {};
    case "tool_use": {
      const subject = textAt(recordAt(message, "parameters"), "command", "file_path", "path");
      return {
        // What the model writes after a tool is another text.
        said: "",
        doing: `${textAt(message, "tool_name") ?? "tool"} ${subject ?? ""}`,
      };
    }
    case "result":
      return {
        used: usageIn(recordAt(message, "stats")),
        ...(message.status === "error"
          ? { failed: true, ...optional("error", textAt(recordAt(message, "error"), "message")) }
          : {}),
      };
    default:
      return {};
  }
}

function modelIn(message: StreamMessage): Usage | undefined {
  const model = textAt(message, "model");
  return model === undefined ? undefined : { model };
}

function usageIn(stats: Record<string, unknown>): Usage {
  const cached = countAt(stats, "cached");
  return {
    // The cached ones are counted among the others.
    input_tokens: Math.max(0, countAt(stats, "input_tokens") - cached),
    output_tokens: countAt(stats, "output_tokens"),
    cache_read_tokens: cached,
  };
}
