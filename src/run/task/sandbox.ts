import { join, resolve } from "node:path";
import { processEnv } from "../../exec/env.ts";
import type { Sandbox } from "../../exec/sandbox.ts";
import { exists, io } from "../../util/files.ts";
import type { Place, Scope } from "../context/run_context.ts";

/** Below the home folder: where each agent keeps logins and conversations, the folder first. */
const AGENT_STATE: Record<string, readonly [string, ...string[]]> = {
  claude: [".claude", ".claude.json"],
  codex: [".codex"],
  gemini: [".gemini"],
  copilot: [".copilot"],
  opencode: [".local/share/opencode", ".local/state/opencode"],
};

/** Below Claude Code's folder: what its next session outside of the sandbox would run or obey. */
const CLAUDE_RULES = [
  "settings.json",
  "settings.local.json",
  "CLAUDE.md",
  "agents",
  "commands",
  "hooks",
  "plugins",
  "skills",
];

/** In a worktree's own git folder: by what git finds the repository, and the settings to obey there. */
const GIT_RULES = ["commondir", "gitdir", "config.worktree"];

/**
 * The sandbox of what runs in a worktree, if one is wanted: the worktree, what git writes to for a
 * commit on its branch, and, for an agent, its own state. git's settings and hooks are not in it.
 * Without the name of an agent it is a check's.
 */
export async function sandboxOf(
  { settings, repo, dir }: Scope,
  { task, path }: Place,
  agent?: string,
): Promise<{ sandbox?: Sandbox }> {
  if (!settings.sandbox) return {};
  const temporary = `${dir}/tmp/${task.id}`;
  const { commonDir } = repo;
  const branches = ["refs/heads/feature", "logs/refs/heads/feature"].map((name) =>
    join(commonDir, name)
  );
  return await io(path, async () => {
    for (const folder of [temporary, ...branches]) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    }
    const pointer = join(path, ".git");
    const text = await Deno.readTextFile(pointer);
    const own = resolve(path, text.replace(/^gitdir: /, "").trimEnd());
    // Empty, it says nothing; absent, it could be made there.
    const settingsFile = join(own, "config.worktree");
    if (!exists(settingsFile)) await Deno.writeTextFile(settingsFile, "");
    const writable = [path, own, join(commonDir, "objects"), ...branches];
    const state = agent === undefined ? [] : await agentState(agent);
    const kept = [
      pointer,
      ...GIT_RULES.map((name) => join(own, name)),
      ...state.flatMap((folder) => CLAUDE_RULES.map((name) => join(folder, name))),
    ];
    return { sandbox: { writable: [...writable, ...state], kept, temporary } };
  });
}

/** Of any agent, for one may call another; the agent's own folder is made if it has none yet. */
async function agentState(agent: string): Promise<string[]> {
  const { HOME: home, CLAUDE_CONFIG_DIR: moved } = processEnv();
  const configured = moved === undefined ? [] : [moved];
  const inHome = (name: string) => home === undefined ? [] : [join(home, name)];
  const own = agent === "claude" && moved !== undefined
    ? configured
    : AGENT_STATE[agent]?.slice(0, 1).flatMap(inHome) ?? [];
  for (const folder of own) await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const all = [...Object.values(AGENT_STATE).flat().flatMap(inHome), ...configured];
  const there = await Promise.all(all.map(exists));
  return all.filter((_, at) => there[at]);
}
