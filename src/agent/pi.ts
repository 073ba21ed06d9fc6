import { join } from "node:path";
import type { Usage } from "../domain/event.ts";
import { exists } from "../util/files.ts";
import { amountAt, countAt, isRecord, recordAt, textAt } from "../util/json_values.ts";
import type { LineFacts } from "./output.ts";
import type { AgentProgram } from "./program.ts";
import type { StreamMessage } from "./stream_json.ts";
import { callOf } from "./tool_call.ts";

/** The pi coding agent. It reports tokens, cost and the model after every message. */
export const pi: AgentProgram = {
  name: "pi",
  args: ({ model, resume }) => [
    ...["--mode", "json"],
    ...(model === undefined ? [] : ["--model", model]),
    ...(resume === undefined ? [] : ["--session", resume]),
  ],
  state: (env) => ({
    layered: [homeOf(env)],
    conversations: [join(homeOf(env), "sessions")],
    credentials: [join(homeOf(env), "auth.json")],
  }),
  writesSettings: true,
  login: (env) => {
    if (Object.keys(env).some((name) => name.endsWith("_API_KEY"))) return undefined;
    const files = ["auth.json", "models.json"].some((name) => exists(join(homeOf(env), name)));
    return files ? undefined : false;
  },
  asksLogin: {
    args: ["--offline", "--list-models"],
    saysNo: ({ stdout, stderr }) => /no models available/i.test(stdout + stderr),
  },
  takeOver: (session) => ["--session", session],
  logIn: "pi, then /login",
  listen: () => factsIn,
  refusals: [
    ["no_money", /check your plan and billing/i],
    ["not_logged_in", /no api key|no models available/i],
  ],
};

function homeOf(env: Record<string, string>): string {
  return env.PI_CODING_AGENT_DIR || join(env.HOME ?? "", ".pi/agent");
}

function factsIn(message: StreamMessage): LineFacts {
  const id = textAt(message, "toolCallId");
  switch (message.type) {
    case "session":
      return { session: textAt(message, "id") };
    case "agent_start":
      return { ended: false };
    case "message_end":
      return heardOfMessage(recordAt(message, "message"));
    case "tool_execution_start":
      return { calls: [callOf(id, textAt(message, "toolName"), recordAt(message, "args"))] };
    case "tool_execution_end": {
      const text = textIn(recordAt(message, "result"));
      return { results: [{ id, text, failed: message.isError === true }] };
    }
    case "auto_retry_start":
      return { retried: textAt(message, "errorMessage") };
    case "compaction_end":
      return { used: { more: usageIn(recordAt(message, "result")) } };
    case "agent_end":
      return message.willRetry === true ? {} : heardOfEnd(message);
    default:
      return {};
  }
}

function heardOfMessage(message: Record<string, unknown>): LineFacts {
  if (message.role !== "assistant") return {};
  const used = { more: { turns: 1, ...usageIn(message) } };
  if (message.stopReason === "error") return { used, error: textAt(message, "errorMessage") };
  return { used, said: textIn(message) };
}

/** Its exit code is 0 even where the last request failed. */
function heardOfEnd({ messages }: StreamMessage): LineFacts {
  const last = Array.isArray(messages) ? messages.findLast(isAnswer) : undefined;
  return { ended: last?.stopReason === "stop", failed: last?.stopReason === "error" };
}

function isAnswer(message: unknown): message is Record<string, unknown> {
  return isRecord(message) && message.role === "assistant";
}

function textIn({ content }: Record<string, unknown>): string | undefined {
  const blocks = Array.isArray(content) ? content : [];
  const texts = blocks.map((block) => textAt(block, "text")).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join("\n");
}

function usageIn(message: Record<string, unknown>): Usage {
  const usage = recordAt(message, "usage");
  return {
    cost_usd: amountAt(recordAt(usage, "cost"), "total"),
    input_tokens: countAt(usage, "input"),
    output_tokens: countAt(usage, "output"),
    cache_read_tokens: countAt(usage, "cacheRead"),
    cache_write_tokens: countAt(usage, "cacheWrite"),
    model: textAt(message, "model"),
  };
}
