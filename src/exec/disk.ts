import { TIMEOUTS } from "../domain/timeouts.ts";
import { toolEnv } from "./env.ts";
import { sh } from "./sh.ts";

/** MiB that are free on the file system of a folder; undefined if `df` does not report it. */
export async function freeMib(folder: string): Promise<number | undefined> {
  const argv = ["df", "-Pk", "--", folder];
  const options = { cwd: Deno.cwd(), env: toolEnv(), timeoutMs: TIMEOUTS.tool };
  const { code, stdout } = await sh(argv, options);
  const free = Number(stdout.trim().split("\n").at(-1)?.split(/\s+/)[3] ?? NaN);
  return code === 0 && Number.isFinite(free) ? Math.floor(free / 1024) : undefined;
}
