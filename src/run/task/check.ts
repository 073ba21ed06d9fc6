import type { Verdict } from "../../../machines/ports.ts";
import { CHECK_ORDER, type CheckCommand, findChecks } from "../../checks/find.ts";
import type { TaskId } from "../../domain/task.ts";
import { forkPoint } from "../../git/ancestry.ts";
import { discardTracked } from "../../git/rescue/reset.ts";
import { gitLine } from "../../git/git.ts";
import { excludesEnv } from "../../git/excludes.ts";
import { checkFailure, runCommand, type Told } from "./check_command.ts";
import { excludesOf, leavingNoTrace } from "../context/excludes.ts";
import {
  attemptName,
  type Place,
  type Scope,
  type Workspace,
  workspaceOf,
} from "../context/run_context.ts";

/** Runs the project's checks on what a task has committed; stops at the first that fails. */
export async function check(
  scope: Scope,
  input: { task: TaskId; attempt: number },
  signal: AbortSignal,
): Promise<Verdict> {
  const space = workspaceOf(scope, input.task);
  const { task, attempt } = input;
  const told = { task, attempt, log: attemptName(input) };
  const which = { since: () => newestBase(scope, space) };
  const verdict = await runChecks(scope, space, told, signal, which);
  if (verdict.passed || !scope.merges.has(task)) return verdict;
  return { ...verdict, onto: scope.base };
}

/** The newest commit of the base that a task's branch stands on. */
async function newestBase(
  { attemptStarts, tip, baseSha }: Scope,
  { task, branch, path }: Workspace,
): Promise<string> {
  const origin = attemptStarts.get(task.id)?.origin;
  if (origin === tip) return origin;
  const fork = await forkPoint(path, tip, `refs/heads/${branch}`);
  // A branch that stands on none has nothing else to be measured by.
  return fork ?? baseSha;
}

/** Which checks are run, and which there must be. */
export interface Which {
  /** This one alone. */
  only?: string;
  /** The commit whose checks the tree must not have lost. */
  since?: () => Promise<string>;
}

/** Runs the checks on the tree of a worktree. */
export async function runChecks(
  scope: Scope,
  place: Place,
  told: Told,
  signal: AbortSignal,
  { only, since }: Which = {},
): Promise<Verdict> {
  const { checks } = await findChecks(place.path, scope.settings.checks);
  const lost = since ? await lostCheck(scope, place, since, checks) : undefined;
  if (lost) return isGone(lost, scope.base);
  const wanted = checks.filter(({ name }) => only === undefined || name === only);
  if (wanted.length === 0) return { passed: true };
  const excludes = await excludesOf(place);
  const release = await scope.checkPlaces.take(signal);
  try {
    return await leavingNoTrace(place, excludes, async () => {
      for (const command of wanted) {
        const log = `${told.log}.${command.name}`;
        const ran = await runCommand(scope, place, command, { ...told, log }, signal);
        const failed = checkFailure(ran);
        if (failed) return { passed: false, check: command.name, failed };
      }
      return { passed: true };
    });
  } finally {
    // A check that rewrites tracked files (a formatter, snapshots) judged another tree than the
    // committed one; what it wrote is nobody's work.
    const { task: { id }, path } = place;
    const work = { run: scope.run, task: id, worktree: path, env: excludesEnv(excludes) };
    await discardTracked(scope.repo, work).finally(() => release?.());
  }
}

/** The first check that the commit has and the worktree's own commit lacks; the config's are no loss. */
async function lostCheck(
  { settings, committedChecks }: Scope,
  { path }: Place,
  since: NonNullable<Which["since"]>,
  found: CheckCommand[],
): Promise<CheckCommand | undefined> {
  const known = ({ name }: Pick<CheckCommand, "name">) =>
    settings.checks[name] !== undefined || found.some((check) => check.name === name);
  if (CHECK_ORDER.every((name) => known({ name }))) return undefined;
  const base = await since();
  const had = await committedChecks.at(base);
  if (had.every(known)) return undefined;
  // A sparse checkout does not show all that is committed.
  const head = await gitLine(["rev-parse", "HEAD"], { cwd: path });
  const has = await committedChecks.at(head);
  return had.find((check) => !known(check) && !has.some(({ name }) => name === check.name));
}

/** Who takes a check away has not passed it. */
function isGone({ name, command, from }: CheckCommand, base: string): Verdict {
  const failed = { command, exitCode: null, tail: "", gone: { from, base } };
  return { passed: false, check: name, failed };
}
