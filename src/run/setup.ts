import { findChecks } from "../checks/find.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { TaskId } from "../domain/task.ts";
import { gitDirOf } from "../git/branches.ts";
import { discardTracked } from "../git/discard.ts";
import { io, readIfThere } from "../git/files.ts";
import { excludesEnv } from "../git/local_excludes.ts";
import { readStatus } from "../git/status.ts";
import { checkFailure, runCommand } from "./command.ts";
import { excludesOf, leavingNoTrace } from "./excludes.ts";
import type { Place, Scope } from "./scope.ts";

/** Written into a worktree's git folder when its setup has passed: it is not done again. */
const SETUP_DONE = "parex-setup";

export interface SetupFor {
  /** The task that it is for, if it is for one. */
  task?: TaskId;
  /** What the setup depends on beside its command; when that has changed, it is done again. */
  inputs?: string;
  quiet?: true;
}

/** Runs the project's setup command in a worktree, unless it has been. Nothing it makes is committed. */
export async function setUp(
  scope: Scope,
  place: Place,
  { task, inputs = "", quiet }: SetupFor,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { setup } = await findChecks(place.path, scope.settings.checks);
  if (!setup) return ok();
  const folder = await gitDirOf(place.path);
  if (!folder.ok) return folder;
  const marker = `${folder.value}/${SETUP_DONE}`;
  const stamp = setup.command + inputs;
  const done = await io(marker, () => readIfThere(marker));
  if (!done.ok) return done;
  if (done.value === stamp) return ok();
  const excludes = await excludesOf(place);
  if (!excludes.ok) return excludes;
  const release = await scope.checkPlaces.take(signal);
  try {
    const told = {
      ...(task === undefined ? {} : { task }),
      ...(quiet === undefined ? {} : { quiet }),
      log: `${place.task.id}.setup`,
    };
    const ran = await onCommitted(
      scope,
      place,
      excludes.value,
      () => runCommand(scope, place, setup, told, signal),
    );
    if (!ran.ok) return ran;
    const failed = checkFailure(ran.value);
    if (failed) return fail({ reason: "setup_failed", failed });
    return await io(marker, () => Deno.writeTextFile(marker, stamp));
  } finally {
    release?.();
  }
}

/**
 * Runs what is to leave the committed tree as it is. A lock file that an installation rewrites, say,
 * would pass for the agent's work; only beside uncommitted work it cannot be told from that, and stays.
 */
async function onCommitted<T>(
  scope: Scope,
  place: Place,
  excludes: string,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const before = await readStatus(place.path, ["--untracked-files=no"]);
  if (!before.ok) return before;
  const done = await leavingNoTrace(scope, place, excludes, work);
  if (before.value.changes.length > 0) return done;
  const { repo, run } = scope;
  const what = { run, task: place.task.id, worktree: place.path, env: excludesEnv(excludes) };
  const clean = await discardTracked(repo, what);
  return clean.ok ? done : clean;
}
