import type { Usage } from "../domain/event.ts";
import type { Agent } from "./agent.ts";
import { type Heard, optional, streamAgent } from "./stream_agent.ts";
import type { StreamMessage } from "./stream_json.ts";
import { countAt, recordAt, textAt } from "../util/json_values.ts";

/** Writes below the worktree alone; what it cannot commit from there, parex commits. */
const SANDBOX = ["-c", 'sandbox_mode="workspace-write"'];

/** OpenAI's Codex CLI. It tells tokens, but neither cost nor model. */
export function codexAgent(): Agent {
  return streamAgent({
    name: "codex",
    args: ({ model, resume }) => [
      "exec",
      ...(resume === undefined ? [] : ["resume"]),
      "--json",
      ...SANDBOX,
      ...(model === undefined ? [] : ["--model", model]),
      ...(resume === undefined ? [] : [resume]),
      "-",
    ],
    hear,
  });
}

function hear(message: StreamMessage): Heard {
  switch (message.type) {
    case "thread.started":
      return optional("session", textAt(message, "thread_id"));
    case "turn.completed":
      return { used: { turns: 1 }, usedInAll: usageIn(recordAt(message, "usage")) };
    case "turn.failed":
      return {
        failed: true,
        ...optional("error", textAt(recordAt(message, "error"), "message")),
      };
    // Also a connection that is made anew, after which all goes on.
    case "error":
      return optional("error", textAt(message, "message"));
    case "item.started":
    case "item.completed":
      return heardOfItem(message.type, recordAt(message, "item"));
    default:
      return {};
  }
}

function heardOfItem(type: string, item: Record<string, unknown>): Heard {
  const isDone = type === "item.completed";
  switch (item.type) {
    case "agent_message":
      return isDone ? optional("said", textAt(item, "text")) : {};
    case "command_execution":
      return isDone ? {} : optional("doing", textAt(item, "command"));
    case "file_change": {
      const changes = Array.isArray(item.changes) ? item.changes : [];
      return { doing: changes.map((change) => textAt(change, "path") ?? "").join(" ") };
    }
    default:
      return {};
  }
}

function usageIn(usage: Record<string, unknown>): Usage {
  const cached = countAt(usage, "cached_input_tokens");
  return {
    // The cached ones are counted among the others.
    input_tokens: Math.max(0, countAt(usage, "input_tokens") - cached),
    output_tokens: countAt(usage, "output_tokens"),
    cache_read_tokens: cached,
  };
}
