import { delimiter, join } from "node:path";
import { processEnv } from "./env.ts";

/** Whether there is a program at this path, or of this name on the PATH. */
export function isOnPath(name: string): boolean {
  if (name.includes("/")) return isProgram(name);
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
