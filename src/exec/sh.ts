import { $ } from "zx";
import { type Env, toolEnv } from "./env.ts";
import { endGroup } from "./kill.ts";

export interface ShOptions {
  cwd: string;
  env?: Env;
  /** Text for stdin; without it stdin is closed. */
  input?: string;
  /** Milliseconds after which the command and its children are ended. */
  timeoutMs?: number;
}

export interface ShResult {
  /** 128 + n for a signal, 127 for a command that does not exist. */
  code: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** Bound on a command that touches no network. */
const LOCAL_TIMEOUT_MS = 10 * 60_000;

/**
 * Runs a short command of parex's own (git, gh) to its end and returns whatever its exit code was.
 * Words are quoted by zx; the caller puts `--` before names that a plan brought.
 */
export async function sh(argv: readonly string[], options: ShOptions): Promise<ShResult> {
  const command = $({
    cwd: options.cwd,
    env: options.env ?? toolEnv(),
    quiet: true,
    nothrow: true,
    detached: true,
    verbose: false,
    ...(options.input === undefined
      ? { stdio: ["ignore", "pipe", "pipe"] as const }
      : { input: options.input }),
  })`${[...argv]}`;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    if (command.pid !== undefined) void endGroup(command.pid);
  }, options.timeoutMs ?? LOCAL_TIMEOUT_MS);
  try {
    const output = await command;
    return {
      code: output.exitCode ?? 128,
      stdout: output.stdout,
      stderr: output.stderr,
      timedOut,
    };
  } finally {
    clearTimeout(timer);
  }
}
