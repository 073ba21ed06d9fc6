import type { Verdict } from "../../machines/ports.ts";
import { type CheckCommand, findChecks } from "../checks/find.ts";
import { checkEnv, passed, runCheck } from "../checks/run.ts";
import { ok, type Result } from "../domain/result.ts";
import type { TaskId } from "../domain/task.ts";
import { discardTracked } from "../git/discard.ts";
import { excludesOf, leavingNoTrace } from "./prepare.ts";
import { attemptName, marksOf, type Scope, workEnv, type Workspace, workspaceOf } from "./scope.ts";

/** Runs the project's checks on what a task has committed; stops at the first that fails. */
export async function check(
  scope: Scope,
  input: { task: TaskId; attempt: number },
  signal: AbortSignal,
): Promise<Result<Verdict>> {
  const space = workspaceOf(scope, input.task);
  const { checks } = await findChecks(space.path, scope.settings.checks);
  if (checks.length === 0) return ok({ passed: true });
  const excludes = await excludesOf(space);
  if (!excludes.ok) return excludes;
  const release = await scope.checkPlaces.take(signal);
  try {
    const verdict = await leavingNoTrace(scope, space, excludes.value, async () => {
      for (const command of checks) {
        const one = await runOne(scope, space, input, command, excludes.value, signal);
        if (!one.ok || !one.value.passed) return one;
      }
      return ok<Verdict>({ passed: true });
    });
    // A check that rewrites tracked files (a formatter, snapshots) judged another tree than the
    // committed one; what it wrote is not the agent's work.
    const clean = await discardTracked(scope.repo, {
      run: scope.run,
      task: input.task,
      worktree: space.path,
    });
    return clean.ok ? verdict : clean;
  } finally {
    release?.();
  }
}

async function runOne(
  scope: Scope,
  space: Workspace,
  input: { task: TaskId; attempt: number },
  command: CheckCommand,
  excludes: string,
  signal: AbortSignal,
): Promise<Result<Verdict>> {
  const log = `${scope.dir}/logs/${attemptName(input)}.${command.name}.log`;
  const ran = await runCheck(command, {
    cwd: space.path,
    env: checkEnv(workEnv(scope, space, excludes)),
    log,
    timeoutMs: scope.settings.checkTimeoutMs,
    signal,
    marks: marksOf(scope, input.task),
  });
  if (!ran.ok) return ran;
  const { name, exitCode, ms, tail } = ran.value;
  if (!signal.aborted) {
    scope.emit({
      type: "checks.finished",
      task: input.task,
      attempt: input.attempt,
      name,
      command: command.command,
      exit_code: exitCode,
      ms,
      log,
    });
  }
  if (passed(ran.value)) return ok({ passed: true });
  const failed = { command: command.command, exitCode, tail, log };
  return ok({ passed: false, check: name, failed });
}
