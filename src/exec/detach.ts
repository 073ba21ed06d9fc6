import { dirname } from "node:path";
import type { Env } from "./env.ts";

/** A process that outlives this one and its terminal. */
export interface Detached {
  pid: number;
  /** Its exit code, if it ends before this process does. */
  ended: Promise<number>;
}

/**
 * Starts a program in a session of its own, without a terminal: what it prints goes to the file `log`. Throws
 * where the file cannot be written.
 */
export function startDetached(
  argv: readonly [string, ...string[]],
  { cwd, env, log }: { cwd: string; env: Env; log: string },
): Detached {
  Deno.mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(log, "", { mode: 0o600 });
  // Deno cannot connect a child with a file; the shell becomes the program.
  const script = 'log=$1; shift; exec "$@" >>"$log" 2>&1';
  const child = new Deno.Command("sh", {
    args: ["-c", script, "sh", log, ...argv],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  return { pid: child.pid, ended: child.status.then(({ code }) => code) };
}
