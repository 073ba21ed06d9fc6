import { join } from "node:path";
import type { Usage } from "../domain/event.ts";
import { exists } from "../util/files.ts";
import { countAt, recordAt, textAt } from "../util/json_values.ts";
import type { LineFacts } from "./output.ts";
import type { AgentProgram } from "./program.ts";
import type { StreamMessage } from "./stream_json.ts";
import { callOf } from "./tool_call.ts";

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
  state: (env, worktree) => {
    const home = homeOf(env);
    const project = join(home, "tmp", projectOf(home, worktree));
    return {
      layered: [home],
      conversations: [join(project, "chats")],
      credentials: ["oauth_creds.json", "google_accounts.json"].map((name) => join(home, name)),
      owners: { [join(project, OWNER)]: worktree },
    };
  },
  writesSettings: true,
  login: (env) => {
    if (KEYS.some((name) => env[name])) return true;
    return ["oauth_creds.json", "settings.json"].some((file) => exists(join(homeOf(env), file)))
      ? undefined
      : false;
  },
  takeOver: (session) => ["--resume", session],
  logIn: "gemini, or set GEMINI_API_KEY",
  listen: () => factsIn,
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

/** Names the folder that the conversations beside it were held in. */
const OWNER = ".project_root";

/** The name of the folder for a worktree's conversations: the one that it has, or a new one. */
function projectOf(home: string, worktree: string): string {
  const known = namesIn(join(home, "tmp")).find((name) =>
    textOf(join(home, "tmp", name, OWNER))?.trim() === worktree
  );
  return known ?? worktree.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replace(/^-/, "");
}

function namesIn(folder: string): string[] {
  return exists(folder) ? [...Deno.readDirSync(folder)].map(({ name }) => name) : [];
}

function textOf(path: string): string | undefined {
  return exists(path) ? Deno.readTextFileSync(path) : undefined;
}

function factsIn(message: StreamMessage): LineFacts {
  switch (message.type) {
    case "init": {
      const model = textAt(message, "model");
      const used = model === undefined ? undefined : { more: { model } };
      return { session: textAt(message, "session_id"), used };
    }
    case "message":
      return message.role === "assistant"
        ? { said: textAt(message, "content"), continues: message.delta === true }
        : {};
    case "tool_use":
      return {
        // What the model writes after a tool is another text.
        said: "",
        calls: [
          callOf(
            textAt(message, "tool_id"),
            textAt(message, "tool_name"),
            recordAt(message, "parameters"),
          ),
        ],
      };
    case "tool_result": {
      const text = textAt(message, "output") ?? textAt(recordAt(message, "error"), "message");
      const failed = message.status === "error";
      return { results: [{ id: textAt(message, "tool_id"), text, failed }] };
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
