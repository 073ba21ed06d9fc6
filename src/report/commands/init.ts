import { relative } from "node:path";
import type { FileChange } from "../../domain/setup.ts";
import { oneLine } from "../escape.ts";

/** What a set-up changes: a line for each file, and under it what of its content comes and goes. */
export function setUpText(changes: readonly FileChange[], cwd: string): string {
  return changes.flatMap(({ path, kind, added, removed }) => [
    `${oneLine(shortest(path, cwd))}  ${kind}`,
    ...removed.map((line) => `  - ${oneLine(line)}`),
    ...added.map((line) => `  + ${oneLine(line)}`),
  ]).map((line) => `${line}\n`).join("");
}

/** What parex's plugin for Claude Code does beside the set-up. */
export function pluginText(installed: boolean): string {
  return installed
    ? "The plugin brings the hooks and /parex; the settings add what a plugin cannot.\n"
    : "A plugin brings the hooks and /parex to all your repositories:\n" +
      "  claude plugin marketplace add parex-dev/parex\n" +
      "  claude plugin install parex@parex\n";
}

function shortest(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") ? path : near;
}
