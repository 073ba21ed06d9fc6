import { dirname } from "node:path";
import { Failed } from "../domain/failed.ts";
import type { OperationFailure } from "../domain/failure.ts";
import type { Env } from "../exec/env.ts";
import { startProcess } from "../exec/process.ts";
import type { Sandbox } from "../exec/sandbox.ts";
import type { CheckCommand, CheckName } from "./find.ts";
import { Tail } from "./tail.ts";
import { BoundedLog } from "../util/bounded_log.ts";
import { messageOf } from "../util/text.ts";

export interface CheckOptions {
  /** The worktree, absolute. */
  cwd: string;
  /** The whole environment; see `checkEnv`. */
  env: Env;
  sandbox?: Sandbox | undefined;
  /** Its output is written to this file as it comes, of a long one the beginning and the end. Absolute. */
  log: string;
  timeoutMs: number;
  signal: AbortSignal;
  /** Variables of `env` by which the check's children are found, wherever they went. */
  marks?: Record<string, string> | undefined;
}

/** How a check ended. It has passed if `exitCode` is 0 and it ended by itself. */
export interface CheckOutcome {
  name: CheckName;
  command: string;
  /** null when a signal ended it. */
  exitCode: number | null;
  by: "itself" | "timeout" | "abort";
  ms: number;
  /** The last lines of its output, without terminal escapes. */
  tail: string;
  /** The file with its output. */
  log: string;
}

/** The environment of a check: without watching, questions or colours. */
export function checkEnv(env: Env): Env {
  const { FORCE_COLOR: _, ...rest } = env;
  // Python's caches are the one thing that checks of clean projects commonly leave in the tree.
  return { ...rest, CI: "1", NO_COLOR: "1", PYTHONDONTWRITEBYTECODE: "1" };
}

/** Whether a check has passed. A killed process tree can report exit code 0. */
export function passed(outcome: CheckOutcome): boolean {
  return outcome.by === "itself" && outcome.exitCode === 0;
}

/**
 * Runs a check to its end. Settles when no process of it is left. Fails when the check could not
 * be run at all: the worktree is gone, or its log cannot be written.
 */
export async function runCheck(
  check: CheckCommand,
  options: CheckOptions,
): Promise<CheckOutcome> {
  using file = openLog(options.log);
  const tail = new Tail();
  const unwritable = new AbortController();
  let failure: OperationFailure | undefined;
  const keep = (chunk: Uint8Array) => {
    tail.add(chunk);
    if (failure) return;
    try {
      file.write(chunk);
    } catch (error) {
      failure = ioFailed(options.log, error);
      unwritable.abort();
    }
  };
  try {
    const { code, by, ms } = await startProcess({
      argv: ["sh", "-c", check.command],
      cwd: options.cwd,
      env: options.env,
      sandbox: options.sandbox,
      timeoutMs: options.timeoutMs,
      signal: AbortSignal.any([options.signal, unwritable.signal]),
      onStdout: keep,
      onStderr: keep,
      marks: options.marks,
    }).end;
    if (failure) throw new Failed(failure);
    return {
      name: check.name,
      command: check.command,
      exitCode: code,
      // A check has no idle limit.
      by: by === "idle" ? "timeout" : by,
      ms,
      tail: tail.text(),
      log: options.log,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Failed(ioFailed(options.cwd, error));
    throw error;
  }
}

/** Of the output of a check. */
const BOUNDS = { head: 1 << 18, tail: 3 << 18 };

function openLog(path: string): BoundedLog {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return new BoundedLog(path, BOUNDS, { truncate: true });
  } catch (error) {
    throw new Failed(ioFailed(path, error));
  }
}

function ioFailed(path: string, error: unknown): OperationFailure {
  return {
    reason: "io_failed",
    path,
    detail: messageOf(error),
  };
}
