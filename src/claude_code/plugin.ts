import { join } from "node:path";
import { recordAt } from "../util/json_values.ts";
import { claudeFolder } from "./paths.ts";

/** Whether the user has enabled parex's plugin, which brings the hooks and `/parex`. */
export function hasPlugin(env: Readonly<Record<string, string>>): boolean {
  const folder = claudeFolder(env);
  if (folder === undefined) return false;
  try {
    const settings: unknown = JSON.parse(Deno.readTextFileSync(join(folder, "settings.json")));
    return recordAt(settings, "enabledPlugins")["parex@parex"] === true;
  } catch {
    return false; // Claude Code itself enables no plugin by settings that cannot be read.
  }
}
