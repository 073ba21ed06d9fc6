import type { GitCommand } from "../domain/borders.ts";
import { recordAt, textAt } from "../util/json_values.ts";

const TRACE_BYTES = 32 * 1024 * 1024;

/** Variables that make every git of a process record its commands. */
export function traceEnv(file: string): Record<string, string> {
  return { GIT_TRACE2_EVENT: file, GIT_TRACE2_EVENT_NESTING: "1" };
}

/** The recorded commands. */
export function commandsIn(file: string): GitCommand[] {
  const found = new Map<string, { name: string; args: string[]; worktree?: string | undefined }>();
  for (const line of traceLines(file)) {
    const event = parsed(line);
    const sid = textAt(event, "sid") ?? "";
    const command = found.get(sid) ?? { name: "", args: [] };
    found.set(sid, command);
    if (event.event === "start" && Array.isArray(event.argv)) command.args = event.argv.map(String);
    if (event.event === "cmd_name") command.name = textAt(event, "name") ?? "";
    const worktree = event.event === "def_repo" ? textAt(event, "worktree") : undefined;
    if (worktree !== undefined) command.worktree = worktree;
  }
  return [...found.values()].filter(({ name }) => name !== "");
}

const WANTED = /^\{"event":"(?:start|cmd_name|def_repo)"/;

function traceLines(file: string): string[] {
  try {
    const about = Deno.lstatSync(file);
    if (!about.isFile || about.size > TRACE_BYTES) return [];
    return Deno.readTextFileSync(file).split("\n").filter((line) => WANTED.test(line));
  } catch {
    return []; // no git was run
  }
}

function parsed(line: string): Record<string, unknown> {
  try {
    return recordAt({ line: JSON.parse(line) }, "line");
  } catch {
    return {}; // written half
  }
}
