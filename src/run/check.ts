import type { Verdict } from "../../machines/ports.ts";
import { findChecks } from "../checks/find.ts";
import { ok, type Result } from "../domain/result.ts";
import type { TaskId } from "../domain/task.ts";
import { discardTracked } from "../git/discard.ts";
import { excludesEnv } from "../git/local_excludes.ts";
import { checkFailure, runCommand, type Told } from "./command.ts";
import { excludesOf, leavingNoTrace } from "./excludes.ts";
import { attemptName, type Place, type Scope, workspaceOf } from "./scope.ts";

/** Runs the project's checks on what a task has committed; stops at the first that fails. */
export async function check(
  scope: Scope,
  input: { task: TaskId; attempt: number },
  signal: AbortSignal,
): Promise<Result<Verdict>> {
  const space = workspaceOf(scope, input.task);
  const { task, attempt } = input;
  return await runChecks(scope, space, { task, attempt, log: attemptName(input) }, signal);
}

/** Runs the checks on the tree of a worktree; with `only`, this one alone. */
export async function runChecks(
  scope: Scope,
  place: Place,
  told: Told,
  signal: AbortSignal,
  only?: string,
): Promise<Result<Verdict>> {
  const { checks } = await findChecks(place.path, scope.settings.checks);
  const wanted = checks.filter(({ name }) => only === undefined || name === only);
  if (wanted.length === 0) return ok({ passed: true });
  const excludes = await excludesOf(place);
  if (!excludes.ok) return excludes;
  const release = await scope.checkPlaces.take(signal);
  try {
    const verdict = await leavingNoTrace(scope, place, excludes.value, async () => {
      for (const command of wanted) {
        const log = `${told.log}.${command.name}`;
        const ran = await runCommand(scope, place, command, { ...told, log }, signal);
        if (!ran.ok) return ran;
        const failed = checkFailure(ran.value);
        if (failed) return ok<Verdict>({ passed: false, check: command.name, failed });
      }
      return ok<Verdict>({ passed: true });
    });
    // A check that rewrites tracked files (a formatter, snapshots) judged another tree than the
    // committed one; what it wrote is nobody's work.
    const { task: { id }, path } = place;
    const clean = await discardTracked(scope.repo, {
      run: scope.run,
      task: id,
      worktree: path,
      env: excludesEnv(excludes.value),
    });
    return clean.ok ? verdict : clean;
  } finally {
    release?.();
  }
}
