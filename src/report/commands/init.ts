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

function shortest(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") ? path : near;
}
