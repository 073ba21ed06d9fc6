import { delimiter, join } from "node:path";
import { processEnv } from "./env.ts";

/** Whether there is a program at this path, or of this name on the PATH. */
export function isOnPath(name: string): boolean {
  return name.includes("/") ? isProgram(name) : programOnPath(name) !== undefined;
}

/** The program that a name on the PATH means; undefined if there is none. */
export function programOnPath(name: string): string | undefined {
  const suffixes = Deno.build.os === "windows" ? [".exe", ".cmd"] : [""];
  const folders = (processEnv().PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => suffixes.map((suffix) => join(folder, name + suffix)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false; // none there, or none that this user may see
  }
}
