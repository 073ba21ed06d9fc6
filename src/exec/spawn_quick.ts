import type { Env } from "./env.ts";

/**
 * Runs a command that takes no time, for a program that must not take any to start: unlike `sh` it
 * loads nothing. 127 means that the command or the folder does not exist.
 */
export async function quick(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env }: { cwd: string; env: Env },
): Promise<{ code: number; stdout: string }> {
  try {
    const { code, stdout } = await new Deno.Command(program, {
      args,
      cwd,
      env,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return { code, stdout: new TextDecoder().decode(stdout) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { code: 127, stdout: "" };
    throw error;
  }
}
