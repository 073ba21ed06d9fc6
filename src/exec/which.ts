import { delimiter, join } from "node:path";
import { processEnv } from "./env.ts";

/** Whether a program of this name stands on the PATH. */
export function isOnPath(name: string): boolean {
  const suffixes = Deno.build.os === "windows" ? [".exe", ".cmd"] : [""];
  const folders = (processEnv().PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) =>
    suffixes.some((suffix) => isProgram(join(folder, name + suffix)))
  );
}

function isProgram(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false; // none there, or none that this user may see
  }
}
