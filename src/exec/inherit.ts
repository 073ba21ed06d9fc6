import { constants } from "node:os";
import type { Env } from "./env.ts";

/**
 * Runs a program on this one's own terminal to its end; resolves to its exit code as a shell
 * reports it. A Ctrl-C reaches the program directly, and parex waits for its end. Throws
 * `Deno.errors.NotFound` if the program or the folder does not exist.
 */
export async function runInherited(
  argv: readonly [string, ...string[]],
  options: { cwd: string; env: Env },
): Promise<number> {
  const [program, ...args] = argv;
  const command = new Deno.Command(program, {
    args,
    cwd: options.cwd,
    env: options.env,
    clearEnv: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  const stay = () => {};
  Deno.addSignalListener("SIGINT", stay);
  let terminate: (() => void) | undefined;
  try {
    const child = command.spawn();
    terminate = () => child.kill("SIGTERM");
    Deno.addSignalListener("SIGTERM", terminate);
    const { code, signal } = await child.status;
    return signal ? 128 + constants.signals[signal as keyof typeof constants.signals] : code;
  } finally {
    Deno.removeSignalListener("SIGINT", stay);
    if (terminate) Deno.removeSignalListener("SIGTERM", terminate);
  }
}
