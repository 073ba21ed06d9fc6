import { join } from "node:path";
import type { Usage } from "../domain/event.ts";
import { exists } from "../util/files.ts";
import { countAt, recordAt, textAt } from "../util/json_values.ts";
import type { Heard } from "./heard.ts";
import type { AgentProgram } from "./program.ts";
import type { StreamMessage } from "./stream_json.ts";

/** What comes on stdin is put before it. */
const PROMPT = "Do the task that is described above.";

const KEYS = [
  "GEMINI_API_KEY",
  "GOOGLE_API_KEY",
  "GOOGLE_GENAI_USE_VERTEXAI",
  "GOOGLE_GENAI_USE_GCA",
];

/** Google's Gemini CLI. It reports tokens and the model, but no cost. */
export const gemini: AgentProgram = {
  name: "gemini",
  args: ({ model, resume, session }) => [
    "--output-format=stream-json",
    "--approval-mode=yolo",
    ...(model === undefined ? [] : [`--model=${model}`]),
    resume === undefined ? `--session-id=${session}` : `--resume=${resume}`,
    "-p",
    PROMPT,
  ],
  // It refuses to work in a folder that is not trusted yet, and every worktree is new.
  env: () => ({ GEMINI_CLI_TRUST_WORKSPACE: "true" }),
  takesId: true,
  state: (env) => [homeOf(env)],
  rules: ["settings.json", "GEMINI.md", "extensions", "commands", "policies", "skills", "agents"],
  login: (env) => {
    if (KEYS.some((name) => env[name])) return true;
    return ["oauth_creds.json", "settings.json"].some((file) => exists(join(homeOf(env), file)))
      ? undefined
      : false;
  },
  listen: () => hear,
  banner:
    /^(YOLO mode is enabled|Approval mode overridden|Loaded cached|\[STARTUP\]|Warning: 256-color|Ripgrep is not).*\n?/gm,
  retries: /^Attempt \d+ failed with status \d+.*?rror: (.*)$/m,
  refusals: [
    ["not_logged_in", /auth method|GEMINI_API_KEY/i],
    ["no_money", /prepayment credits|billing (account|has).{0,40}(disabled|closed)/i],
  ],
};

function homeOf(env: Record<string, string>): string {
  return join(env.GEMINI_CLI_HOME || env.HOME || "", ".gemini");
}

function hear(message: StreamMessage): Heard {
  switch (message.type) {
    case "init": {
      const model = textAt(message, "model");
      return {
        session: textAt(message, "session_id"),
        used: model === undefined ? undefined : { more: { model } },
      };
    }
    case "message":
      return message.role === "assistant"
        ? { said: textAt(message, "content"), continues: message.delta === true }
        : {};
    case "tool_use": {
      const subject = textAt(recordAt(message, "parameters"), "command", "file_path", "path");
      return {
        // What the model writes after a tool is another text.
        said: "",
        doing: `${textAt(message, "tool_name") ?? "tool"} ${subject ?? ""}`,
      };
    }
    case "error":
      return { error: textAt(message, "message") };
    case "result": {
      const used = { more: usageIn(recordAt(message, "stats")) };
      return message.status === "error"
        ? { used, failed: true, error: textAt(recordAt(message, "error"), "message") }
        : { used, ended: true };
    }
    default:
      return {};
  }
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
