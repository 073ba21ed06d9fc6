import type { CheckCommand } from "../../checks/find.ts";
import { checkEnv, type CheckOutcome, passed, runCheck } from "../../checks/run.ts";
import type { CommandFailure } from "../../domain/failure.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Worktree } from "../../git/worktree.ts";
import type { Passed } from "../../journal/evidence.ts";
import { withinBorders } from "./borders.ts";
import { sandboxOf } from "./sandbox.ts";
import type { CheckScope } from "../context/run_context.ts";
import { marksOf, workEnv } from "../context/work_env.ts";

/** How a command is recorded in the journal. */
export interface CheckLabels {
  task?: TaskId | undefined;
  attempt?: number | undefined;
  /** It runs on the task's merge with the base. */
  merged?: true | undefined;
  /** Not recorded: it only helps to judge another check. */
  quiet?: true | undefined;
  /** Name of its log file, without the extension. */
  log: string;
}

/** Runs a command of the checks, setup included, and records how it ended. */
export async function runCommand(
  scope: CheckScope,
  worktree: Worktree,
  command: CheckCommand,
  { log: name, quiet, ...told }: CheckLabels,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const sandbox = await sandboxOf(scope, worktree);
  const log = `${scope.dir}/logs/${name}.log`;
  const { name: check, command: line } = command;
  if (!quiet) scope.emit({ type: "checks.started", ...told, name: check, command: line });
  const { value: ran } = await withinBorders(scope, worktree, () =>
    runCheck(command, {
      cwd: worktree.path,
      ...sandbox,
      env: checkEnv(workEnv(scope, worktree)),
      log,
      timeoutMs: scope.settings.checkTimeoutMs,
      signal,
      marks: marksOf(scope, worktree.task),
    }), signal);
  if (!signal.aborted && !quiet) {
    scope.emit({
      type: "checks.finished",
      ...told,
      name: check,
      command: line,
      exit_code: ran.exitCode,
      ms: ran.ms,
      log,
    });
  }
  return ran;
}

/** Records a check that does not run because it has passed on the same tree. */
export function recordReused(
  { emit }: Pick<CheckScope, "emit">,
  { name, command }: CheckCommand,
  { log: _, quiet, ...told }: CheckLabels,
  reused: Passed,
): void {
  if (quiet) return;
  emit({ type: "checks.finished", ...told, name, command, exit_code: 0, ms: 0, reused });
}

/** The failure of a command; undefined if it has passed. */
export function checkFailure(outcome: CheckOutcome): CommandFailure | undefined {
  if (passed(outcome)) return undefined;
  const { command, exitCode, tail, log } = outcome;
  return { command, exitCode, tail, log };
}
