import { join } from "node:path";

/** Where Claude Code keeps a user's settings and transcripts; undefined: there is no home. */
export function claudeFolder(env: Readonly<Record<string, string>>): string | undefined {
  const home = env.HOME || env.USERPROFILE;
  return env.CLAUDE_CONFIG_DIR || (home ? join(home, ".claude") : undefined);
}

/** The folder of a project's transcripts: its path, with `-` for all but letters and digits. */
export function transcriptsFolder(claude: string, project: string): string {
  return join(claude, "projects", project.replaceAll(/[^A-Za-z0-9]/g, "-"));
}

/** The transcript that was written to last; those of subagents do not count. */
export async function newestTranscript(folder: string): Promise<string | undefined> {
  let newest: { path: string; at: number } | undefined;
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile || !name.endsWith(".jsonl") || name.startsWith("agent-")) continue;
      const path = join(folder, name);
      const at = (await Deno.stat(path)).mtime?.getTime() ?? 0;
      if (!newest || at > newest.at) newest = { path, at };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return newest?.path;
}
