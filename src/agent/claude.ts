import { join } from "node:path";
import type { Env } from "../exec/env.ts";
import { exists } from "../util/files.ts";
import { hookSettings } from "./claude_hooks.ts";
import { claudeReader } from "./claude_stream.ts";
import type { AgentProgram, Call } from "./program.ts";

/** Tools that need no permission, or none but this one. */
const OPEN_TOOLS = ["Bash", "Read", "Glob", "Grep", "TodoWrite", "TaskCreate", "TaskUpdate"];
/** Tools that change files. They are allowed only in the worktree. */
const EDITING_TOOLS = ["Edit", "Write", "NotebookEdit"];
/**
 * No other tool is offered: a task is executed, not researched, and nobody can answer questions. A
 * fixed list also keeps the prompt's beginning the same for all tasks, which its cache needs.
 */
const TOOLS = [...OPEN_TOOLS, ...EDITING_TOOLS];
const ALLOWED = [...OPEN_TOOLS, ...EDITING_TOOLS.map((tool) => `${tool}(./**)`)];

/** Variables that Claude Code authenticates with. */
const LOGINS = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
];

/** Claude Code. It reports tokens, cost and the model. */
export const claude: AgentProgram = {
  name: "claude",
  variable: "PAREX_CLAUDE",
  args,
  env: variables,
  takesId: true,
  sharesCache: true,
  state: (env, worktree) => {
    const home = homeOf(env);
    const conversations = join(home, "projects", projectOf(worktree));
    return {
      layered: [
        home,
        join(env.CLAUDE_CONFIG_DIR || env.HOME || "", ".claude.json"),
        join(conversations, "memory"),
      ],
      conversations: [conversations],
      credentials: [join(home, ".credentials.json")],
    };
  },
  login: (env) => {
    if (LOGINS.some((name) => env[name])) return true;
    if (exists(join(homeOf(env), ".credentials.json"))) return true;
    // Looking for a login in the keychain would ask the user for permission.
    return Deno.build.os === "darwin" ? undefined : false;
  },
  // A helper or a variable of the user's settings may have the key.
  asksLogin: {
    args: ["auth", "status", "--json"],
    saysNo: ({ stdout }) => /"loggedIn":\s*false/.test(stdout),
  },
  takeOver: (session) => ["--resume", session],
  logIn: "claude /login",
  listen: claudeReader,
  refusals: [
    ["not_logged_in", /please run \/login|oauth token (has expired|revoked)/i],
    ["no_money", /credit balance is too low|spend limit/i],
    ["unknown_model", /issue with the selected model|may not exist or you may not have access/i],
  ],
};

function homeOf(env: Env): string {
  return env.CLAUDE_CONFIG_DIR || join(env.HOME ?? "", ".claude");
}

/** The folder of the conversations that were held in a folder. Claude Code shortens long names by a hash. */
function projectOf(folder: string): string {
  return folder.replaceAll(/[^a-zA-Z0-9]/g, "-");
}

/** The prompt comes on stdin, since it may be longer than an argument can be. */
function args({ model, resume, session, budgetUsd, mcp }: Call): string[] {
  return [
    "--print",
    "--output-format=stream-json",
    "--verbose",
    ...(model === undefined ? [] : [`--model=${model}`]),
    resume === undefined ? `--session-id=${session}` : `--resume=${resume}`,
    "--permission-mode=dontAsk",
    `--tools=${TOOLS.join(",")}`,
    `--allowedTools=${ALLOWED.join(",")}`,
    `--settings=${hookSettings()}`,
    ...(mcp ? [] : ["--strict-mcp-config"]),
    ...(budgetUsd === undefined ? [] : [`--max-budget-usd=${budgetUsd}`]),
    // Lets the worktrees of a run share the prompt cache.
    "--exclude-dynamic-system-prompt-sections",
  ];
}

function variables({ env, idleMs, timeoutMs }: Call): Env {
  // Otherwise a command that outlasts the watchdog ends the whole attempt.
  const longest = String(Math.floor(Math.min(idleMs, timeoutMs) * 0.9));
  return {
    BASH_DEFAULT_TIMEOUT_MS: env.BASH_DEFAULT_TIMEOUT_MS ?? longest,
    BASH_MAX_TIMEOUT_MS: env.BASH_MAX_TIMEOUT_MS ?? longest,
    // An agent that leaves its test suite in the background ends its turn before it knows.
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    DISABLE_AUTOUPDATER: "1",
  };
}
