import { join } from "node:path";
import type { Usage } from "../domain/event.ts";
import { exists } from "../util/files.ts";
import { countAt, recordAt, textAt } from "../util/json_values.ts";
import type { LineFacts } from "./output.ts";
import type { AgentProgram } from "./program.ts";
import type { StreamMessage } from "./stream_json.ts";
import { callOf } from "./tool_call.ts";

const KEYS = ["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "COPILOT_PROVIDER_BASE_URL"];

/**
 * GitHub's Copilot CLI. It reports output tokens, but not input tokens, and it is
 * billed by requests.
 */
export const copilot: AgentProgram = {
  name: "copilot",
  // Without `-p` the prompt comes from stdin, where it may be of any length.
  args: ({ model, resume, session }) => [
    "--output-format=json",
    "--allow-all-tools",
    "--no-ask-user",
    ...(model === undefined ? [] : [`--model=${model}`]),
    resume === undefined ? `--session-id=${session}` : `--resume=${resume}`,
  ],
  takesId: true,
  state: (env) => ({
    layered: [homeOf(env)],
    conversations: [join(homeOf(env), "session-state")],
    // They are among the settings, where there is no keychain.
    credentials: [],
  }),
  writesSettings: true,
  // The login itself may be in the system's keychain.
  login: (env) =>
    KEYS.some((name) => env[name]) ||
    (exists(join(homeOf(env), "config.json")) ? undefined : false),
  takeOver: (session) => ["--resume", session],
  logIn: "copilot login",
  listen: () => factsIn,
  banner: /^Package extraction took.*\n?/gm,
  refusals: [["no_money", /check your plan and billing/i]],
};

function homeOf(env: Record<string, string>): string {
  return env.COPILOT_HOME || join(env.HOME ?? "", ".copilot");
}

function factsIn(message: StreamMessage): LineFacts {
  const data = recordAt(message, "data");
  const id = textAt(data, "toolCallId");
  switch (message.type) {
    case "assistant.message":
      return { said: textAt(data, "content"), used: { more: usageIn(data) } };
    case "tool.execution_start":
      return { calls: [callOf(id, textAt(data, "toolName"), recordAt(data, "arguments"))] };
    case "tool.execution_complete": {
      const text = textAt(recordAt(data, "result"), "content") ??
        textAt(recordAt(data, "error"), "message");
      return { results: [{ id, text, failed: data.success === false }] };
    }
    case "model.call_failure":
      return { retried: wordsOf(textAt(data, "errorMessage")) ?? textAt(data, "errorCode") };
    case "session.error":
      return { error: textAt(data, "message") };
    // Asked to end in the middle of its work, it still reports an end without an error.
    case "abort":
      return { failed: true };
    case "result": {
      const session = textAt(message, "sessionId");
      return countAt(message, "exitCode") > 0
        ? { session, failed: true }
        : { session, ended: true };
    }
    default:
      return { session: textAt(data, "sessionId") };
  }
}

/** The API's own words, where the message is the body of its answer. */
function wordsOf(message: string | undefined): string | undefined {
  try {
    return textAt(JSON.parse(message ?? ""), "message") ?? message;
  } catch {
    return message;
  }
}

function usageIn(data: Record<string, unknown>): Usage {
  const model = textAt(data, "model");
  const output = countAt(data, "outputTokens");
  return {
    // It reports no tokens for a provider that the user has configured.
    output_tokens: output || undefined,
    turns: 1,
    model,
  };
}
