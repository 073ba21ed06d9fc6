import { dirname } from "node:path";
import { childEnv } from "./env.ts";
import { runProgram } from "./run_program.ts";

/** `cp` that shares the blocks of files until one of the copies is changed, and fails where it cannot. */
const CLONE: readonly string[] = Deno.build.os === "darwin"
  ? ["cp", "-c", "-R", "-p"]
  : ["cp", "-Rd", "--preserve=mode,timestamps,links", "--reflink=always"];

/**
 * Clones a file, or a folder with all that it contains, to a path where nothing is yet. False if the file
 * system or this machine's `cp` cannot clone; part of it may be there then.
 */
export async function clone(from: string, to: string): Promise<boolean> {
  if (Deno.build.os === "windows") return false;
  const argv = [...CLONE, "--", from, to];
  return (await runProgram(argv, { cwd: dirname(from), env: childEnv() })).code === 0;
}
