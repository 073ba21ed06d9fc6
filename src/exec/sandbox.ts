import type { Env } from "./env.ts";
import { sh } from "./sh.ts";

/** What a command may write to; everything else it can only read. All paths are absolute. */
export interface Sandbox {
  /** Folders and files that are there. */
  writable: readonly string[];
  /** Within these, what stays as it is if it is there. */
  kept: readonly string[];
  /** For its temporary files and caches; nobody else's are in it. */
  temporary: string;
}

const TRY_TIMEOUT_MS = 10_000;

/** The command line of a command in its sandbox, made by bubblewrap. */
export function sandboxed(argv: readonly string[], sandbox: Sandbox): [string, ...string[]] {
  const { writable, kept, temporary } = sandbox;
  const variables: Env = {
    TMPDIR: temporary,
    XDG_CACHE_HOME: `${temporary}/cache`,
    npm_config_cache: `${temporary}/npm`,
  };
  return [
    "bwrap",
    ...["--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--die-with-parent"],
    ...[...writable, temporary].flatMap((path) => ["--bind", path, path]),
    ...kept.flatMap((path) => ["--ro-bind-try", path, path]),
    ...Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
    ...argv,
  ];
}

/** Why no sandbox can be made here; undefined if one can. */
export async function whyNoSandbox(cwd: string): Promise<string | undefined> {
  const argv = ["bwrap", "--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--", "true"];
  const { code, stderr } = await sh(argv, { cwd, timeoutMs: TRY_TIMEOUT_MS });
  if (code === 0) return undefined;
  return code === 127 ? "bwrap is not installed, or not on the PATH" : stderr.trim();
}
