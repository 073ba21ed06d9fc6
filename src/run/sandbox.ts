import { join, resolve } from "node:path";
import { ok, type Result } from "../domain/result.ts";
import type { Sandbox } from "../exec/sandbox.ts";
import { exists, io } from "../git/files.ts";
import type { Place, Scope } from "./scope.ts";

/** Below the home folder: where agents keep logins and conversations. */
const AGENT_STATE = [".claude", ".claude.json", ".codex", ".gemini"];

/**
 * The sandbox of what runs in a worktree, if one is wanted: the worktree, what git writes to for a
 * commit on its branch, and, for an agent, its own state. git's settings and hooks are not in it.
 */
export async function sandboxOf(
  { settings, repo, dir }: Scope,
  { task, path }: Place,
  who: "agent" | "check",
): Promise<Result<{ sandbox?: Sandbox }>> {
  if (!settings.sandbox) return ok({});
  const temporary = `${dir}/tmp/${task.id}`;
  const { commonDir } = repo;
  const branches = ["refs/heads/feature", "logs/refs/heads/feature"].map((name) =>
    join(commonDir, name)
  );
  return await io(path, async () => {
    for (const folder of [temporary, ...branches]) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    }
    const pointer = await Deno.readTextFile(join(path, ".git"));
    const own = resolve(path, pointer.replace(/^gitdir: /, "").trimEnd());
    const writable = [path, own, join(commonDir, "objects"), ...branches];
    if (who === "agent") writable.push(...await agentState());
    return { sandbox: { writable, temporary } };
  });
}

async function agentState(): Promise<string[]> {
  const home = Deno.env.get("HOME");
  const folders = home === undefined ? [] : AGENT_STATE.map((name) => join(home, name));
  const configured = Deno.env.get("CLAUDE_CONFIG_DIR");
  const all = configured === undefined ? folders : [...folders, configured];
  const there = await Promise.all(all.map(exists));
  return all.filter((_, at) => there[at]);
}
