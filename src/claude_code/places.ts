import { join } from "node:path";

/** Where Claude Code keeps a user's settings and transcripts; undefined: there is no home. */
export function claudeFolder(env: Readonly<Record<string, string>>): string | undefined {
  const home = env.HOME || env.USERPROFILE;
  return env.CLAUDE_CONFIG_DIR || (home ? join(home, ".claude") : undefined);
}
