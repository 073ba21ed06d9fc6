import { join } from "node:path";
import type { Usage } from "../domain/event.ts";
import { exists } from "../util/files.ts";
import { countAt, isRecord, recordAt, textAt } from "../util/json_values.ts";
import type { LineFacts } from "./output.ts";
import type { AgentProgram, Call } from "./program.ts";
import type { StreamMessage } from "./stream_json.ts";
import { callOf } from "./tool_call.ts";

/** OpenAI's Codex CLI. It reports tokens, but neither cost nor model. */
export const codex: AgentProgram = {
  name: "codex",
  args: (call) => [
    "exec",
    ...(call.resume === undefined ? [] : ["resume"]),
    "--json",
    ...sandboxArgs(call),
    ...(call.model === undefined ? [] : ["--model", call.model]),
    ...(call.resume === undefined ? [] : [call.resume]),
    "-",
  ],
  state: (env) => ({
    layered: [homeOf(env)],
    conversations: [join(homeOf(env), "sessions")],
    credentials: [join(homeOf(env), "auth.json")],
  }),
  // A provider of the user's own may need no login, or take its key from anywhere.
  writesSettings: true,
  login: (env) => {
    const keys = ["CODEX_API_KEY", "CODEX_ACCESS_TOKEN"].some((name) => env[name]);
    if (keys || exists(join(homeOf(env), "auth.json"))) return true;
    return exists(join(homeOf(env), "config.toml")) ? undefined : false;
  },
  asksLogin: {
    args: ["login", "status"],
    saysNo: ({ code, stderr, stdout }) => code !== 0 && /not logged in/i.test(stdout + stderr),
  },
  takeOver: (session) => ["resume", session],
  logIn: "codex login",
  listen: () => factsIn,
  banner: /^(WARNING: proceeding|Reading prompt from stdin|Reading additional input).*\n?/gm,
  refusals: [
    ["no_money", /check your plan and billing|workspace is out of credits/i],
    ["not_logged_in", /missing environment variable|codex login|token_expired|refresh token/i],
  ],
};

function homeOf(env: Record<string, string>): string {
  return env.CODEX_HOME || join(env.HOME ?? "", ".codex");
}

/** Sandboxes cannot be nested; without parex's, codex's own lets it commit. */
function sandboxArgs({ sandbox, gitFolders }: Call): string[] {
  if (sandbox) return ["-c", 'sandbox_mode="danger-full-access"'];
  const roots = `[${gitFolders.map((folder) => JSON.stringify(folder)).join(",")}]`;
  return [
    ...["-c", 'sandbox_mode="workspace-write"'],
    ...["-c", `sandbox_workspace_write.writable_roots=${roots}`],
  ];
}

function factsIn(message: StreamMessage): LineFacts {
  switch (message.type) {
    case "thread.started":
      return { session: textAt(message, "thread_id") };
    case "turn.completed":
      return {
        ended: true,
        used: { more: { turns: 1 }, conversation: usageIn(recordAt(message, "usage")) },
      };
    case "turn.failed":
      return { failed: true, error: textAt(recordAt(message, "error"), "message") };
    // This includes a reconnection, after which everything continues.
    case "error":
      return { error: textAt(message, "message") };
    case "item.started":
      return heardOfStart(recordAt(message, "item"));
    case "item.completed":
      return heardOfItem(recordAt(message, "item"));
    default:
      return {};
  }
}

function heardOfStart(item: Record<string, unknown>): LineFacts {
  if (item.type !== "command_execution") return {};
  return { calls: [callOf(textAt(item, "id"), "shell", item)] };
}

function heardOfItem(item: Record<string, unknown>): LineFacts {
  switch (item.type) {
    case "agent_message":
      return { said: textAt(item, "text") };
    case "command_execution": {
      const failed = typeof item.exit_code === "number" && item.exit_code !== 0;
      return {
        results: [{ id: textAt(item, "id"), text: textAt(item, "aggregated_output"), failed }],
      };
    }
    case "file_change": {
      const changes = Array.isArray(item.changes) ? item.changes.filter(isRecord) : [];
      return { calls: changes.map((one) => callOf(undefined, textAt(one, "kind"), one)) };
    }
    default:
      return {};
  }
}

function usageIn(usage: Record<string, unknown>): Usage {
  const read = countAt(usage, "cached_input_tokens");
  const written = countAt(usage, "cache_write_input_tokens");
  return {
    // The cached ones are counted among the others.
    input_tokens: Math.max(0, countAt(usage, "input_tokens") - read - written),
    output_tokens: countAt(usage, "output_tokens"),
    cache_read_tokens: read,
    cache_write_tokens: written,
  };
}
