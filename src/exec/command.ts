/**
 * How parex starts programs. Scripts use the first two:
 *
 * - `sh.ts`: a zx script that runs to its end. Loading zx takes as long as 20 git commands.
 * - `run_program.ts`: the same without a shell, for the many questions to git and in the hook.
 * - `process.ts`: an agent or a check, whose output is read while it runs, maybe in a sandbox.
 * - `inherit.ts`: a program on the user's terminal, such as a pager. zx would give it pipes.
 * - `detach.ts`: a run in the background, which outlives this process. So does `browser.ts`.
 * - `processes.ts`: reads the process table, by programs without marks, so that they are not found.
 */
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
