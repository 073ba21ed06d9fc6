import { type Env, toolEnv } from "./env.ts";
import type { Marks } from "./processes.ts";
import type { Limits } from "./supervise.ts";

/** A short command of parex's own, such as git or gh. */
export interface CommandOptions extends Limits {
  cwd: string;
  env?: Env;
  /** Text for stdin; without it stdin is closed. */
  input?: string | undefined;
}

export interface CommandResult {
  /** 128 or more if a signal ended it, 127 for a command that does not exist. */
  code: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** What took too long; absent: the command itself. */
  why?: string | undefined;
}

let marks: Marks = {};

/**
 * Every command from now on carries these marks: a later process finds what a dead one has left.
 */
export function markCommands(variables: Marks): void {
  marks = variables;
}

export function commandEnv({ env = toolEnv() }: CommandOptions): Env {
  return { ...env, ...marks };
}

/** The result of a command that was not started because its signal was aborted. */
export const NOT_STARTED: CommandResult = { code: 130, stdout: "", stderr: "", timedOut: false };
