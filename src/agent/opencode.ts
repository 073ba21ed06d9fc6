import { join } from "node:path";
import type { Usage } from "../domain/event.ts";
import { exists } from "../util/files.ts";
import { amountAt, countAt, isRecord, recordAt, textAt } from "../util/json_values.ts";
import type { LineFacts } from "./output.ts";
import type { AgentProgram } from "./program.ts";
import type { StreamMessage } from "./stream_json.ts";
import { callOf } from "./tool_call.ts";

/** Nobody can answer: requests for permission are denied, and the model continues. */
const PERMISSION = { external_directory: "deny", doom_loop: "deny" };

/** OpenCode. It reports tokens and cost after every step. */
export const opencode: AgentProgram = {
  name: "opencode",
  args: ({ model, resume, task }) => [
    "run",
    "--format=json",
    // It waits for limits without output on stdout; on stderr it prints each refusal.
    ...["--print-logs", "--log-level=ERROR"],
    ...(model === undefined ? [] : [`--model=${model}`]),
    // If it has a title, it does not ask a model for one.
    ...(resume === undefined ? [`--title=${task}`] : [`--session=${resume}`]),
  ],
  env: ({ env }) => ({ OPENCODE_CONFIG_CONTENT: withPermission(env.OPENCODE_CONFIG_CONTENT) }),
  state: (env) => {
    const data = dataOf(env);
    return {
      layered: [
        join(configOf(env), "opencode"),
        join(env.XDG_STATE_HOME || join(env.HOME ?? "", ".local/state"), "opencode"),
        // Programs, and repositories in which it runs git.
        ...["bin", "snapshot", "repos"].map((name) => join(data, name)),
      ],
      // A database, which is several files.
      conversations: [data],
      credentials: [],
    };
  },
  writesSettings: true,
  login: (env) => {
    if (exists(join(dataOf(env), "auth.json"))) return true;
    // A provider's key may be in a variable of any name, or in the settings.
    const keys = Object.keys(env).some((name) => name.endsWith("_API_KEY"));
    return keys || exists(join(configOf(env), "opencode")) ? undefined : false;
  },
  takeOver: (session) => ["--session", session],
  logIn: "opencode auth login",
  listen: () => (message) => ({ session: textAt(message, "sessionID"), ...factsIn(message) }),
  startsAlone: true,
  retries: /error\.error="([^"]*)"/,
  refusals: [
    ["no_money", /check your plan and billing/i],
    ["unknown_model", /ProviderModelNotFoundError/],
  ],
};

function dataOf(env: Record<string, string>): string {
  return join(env.XDG_DATA_HOME || join(env.HOME ?? "", ".local/share"), "opencode");
}

function configOf(env: Record<string, string>): string {
  return env.XDG_CONFIG_HOME || join(env.HOME ?? "", ".config");
}

/** The user's own settings of the variable, with these permissions. */
function withPermission(content: string | undefined): string {
  const own = settingsIn(content);
  return JSON.stringify({ ...own, permission: { ...recordAt(own, "permission"), ...PERMISSION } });
}

function settingsIn(content: string | undefined): Record<string, unknown> {
  try {
    const settings: unknown = JSON.parse(content || "{}");
    return isRecord(settings) ? settings : {};
  } catch {
    return {}; // opencode itself would refuse to start with it
  }
}

function factsIn(message: StreamMessage): LineFacts {
  const part = recordAt(message, "part");
  switch (message.type) {
    case "text":
      return { said: textAt(part, "text") };
    case "tool_use":
      return heardOfTool(part);
    case "step_finish":
      return { used: { more: usageIn(part) }, ended: part.reason !== "tool-calls" };
    case "error":
      return { failed: true, error: errorIn(message) };
    default:
      return {};
  }
}

/** A call and its result, in one line. */
function heardOfTool(part: Record<string, unknown>): LineFacts {
  const state = recordAt(part, "state");
  const call = callOf(textAt(part, "callID"), textAt(part, "tool"), recordAt(state, "input"));
  const failed = state.status === "error" || undefined;
  return { calls: [{ ...call, result: textAt(state, "output", "error"), failed }] };
}

function usageIn(part: Record<string, unknown>): Usage {
  const tokens = recordAt(part, "tokens");
  const cache = recordAt(tokens, "cache");
  return {
    cost_usd: amountAt(part, "cost"),
    input_tokens: countAt(tokens, "input"),
    output_tokens: countAt(tokens, "output") + countAt(tokens, "reasoning"),
    cache_read_tokens: countAt(cache, "read"),
    cache_write_tokens: countAt(cache, "write"),
    turns: 1,
    model: textAt(part, "modelID"),
  };
}

function errorIn(message: StreamMessage): string | undefined {
  const error = recordAt(message, "error");
  return textAt(recordAt(error, "data"), "message") ?? textAt(error, "message", "name") ??
    textAt(message, "error");
}
