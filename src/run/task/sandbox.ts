import { basename, extname, join } from "node:path";
import { processEnv } from "../../exec/env.ts";
import type { Sandbox } from "../../exec/sandbox.ts";
import { programOf, PROGRAMS } from "../../agent/agents.ts";
import type { Worktree } from "../../git/worktree.ts";
import { exists, io } from "../../util/files.ts";
import type { CheckScope } from "../context/run_context.ts";

/** In a worktree's own git folder: the files by which git finds the repository, and its settings there. */
const GIT_RULES = ["commondir", "gitdir", "config.worktree"];

/**
 * The sandbox of what runs in a worktree, if the settings ask for one. Writable are the worktree, what git
 * needs for a commit on its branch, and an agent's own state, but not git's settings and hooks. Without an
 * agent's name it is the sandbox of a check.
 */
export async function sandboxOf(
  scope: CheckScope,
  worktree: Worktree,
  agent?: string,
): Promise<{ sandbox?: Sandbox | undefined }> {
  if (!scope.settings.sandbox) return {};
  const temporary = `${scope.dir}/tmp/${worktree.task}`;
  return await io(worktree.path, async () => {
    await Deno.mkdir(temporary, { recursive: true, mode: 0o700 });
    const [own, ...shared] = await gitFoldersOf(scope, worktree);
    // An empty file has no effect; if it were absent, it could be created there.
    const settingsFile = join(own, "config.worktree");
    if (!exists(settingsFile)) await Deno.writeTextFile(settingsFile, "");
    const { state, rules } = agent === undefined ? NO_STATE : await agentState(agent);
    const kept = [
      join(worktree.path, ".git"),
      ...GIT_RULES.map((name) => join(own, name)),
      ...rules,
    ];
    const writable = [worktree.path, own, ...shared, ...state];
    return { sandbox: { writable, kept, temporary } };
  });
}

/** What git writes to for a commit on a task's branch: the worktree's own git folder first. */
export async function gitFoldersOf(
  { repo: { commonDir } }: Pick<CheckScope, "repo">,
  worktree: Worktree,
): Promise<[own: string, ...shared: string[]]> {
  const shared = ["objects", "refs/heads/feature", "logs/refs/heads/feature"].map((name) =>
    join(commonDir, name)
  );
  for (const folder of shared) await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  return [worktree.gitDir, ...shared];
}

const NO_STATE = { state: [], rules: [] };

/**
 * An agent's state folders are created if absent. A custom command may call any agent. Rule files that these
 * agents obey are created empty if absent, so that the sandboxed process cannot create them.
 */
async function agentState(agent: string): Promise<{ state: string[]; rules: string[] }> {
  const env = processEnv();
  const own = programOf(agent);
  for (const folder of own?.state(env).filter((path) => !path.endsWith(".json")) ?? []) {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const programs = own ? [own] : Object.values(PROGRAMS);
  const all = programs.flatMap(({ state, rules }) =>
    state(env).filter(exists).map((folder) => ({ folder, rules }))
  );
  // State such as ~/.claude.json is a file, with nothing below it.
  const obeyed = all.filter(({ folder }) => Deno.statSync(folder).isDirectory)
    .flatMap(({ folder, rules }) => rules.map((name) => join(folder, name)));
  for (const path of obeyed) if (!/\/\.local\//.test(path)) await makeEmpty(path);
  return { state: all.map(({ folder }) => folder), rules: obeyed };
}

async function makeEmpty(path: string): Promise<void> {
  if (exists(path)) return;
  const kind = extname(path);
  if (kind === "") return await Deno.mkdir(path, { mode: 0o700 });
  const nothing = basename(path) === "mcp-config.json" ? '{"mcpServers":{}}\n' : "{}\n";
  await Deno.writeTextFile(path, kind.startsWith(".json") ? nothing : "", { mode: 0o600 });
}
