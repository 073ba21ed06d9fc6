import { fail, ok, type Result } from "../domain/result.ts";
import type { TaskId } from "../domain/task.ts";
import { findChecks } from "../checks/find.ts";
import { checkEnv, passed, runCheck } from "../checks/run.ts";
import { gitDirOf, planBranches } from "../git/branches.ts";
import { copyFiles } from "../git/copy.ts";
import { addExcludes, untracked } from "../git/local_excludes.ts";
import { mergeInto } from "../git/merge.ts";
import { ensureWorktree } from "../git/worktree.ts";
import { marksOf, type Scope, workEnv, type Workspace, workspaceOf } from "./scope.ts";
import { branchOf } from "../domain/names.ts";

/** Written into a worktree's git folder when its setup has passed: it is not done again. */
const SETUP_DONE = "parex-setup";
const EXCLUDES = "parex-excludes";

/**
 * Makes a task's worktree ready for its agent: the tree with its dependencies' work in it, the
 * copied files, the project's setup. Safe to run again.
 */
export async function prepare(
  scope: Scope,
  id: TaskId,
  signal: AbortSignal,
): Promise<Result<void>> {
  const space = workspaceOf(scope, id);
  const made = await makeTree(scope, id, signal);
  if (!made.ok) return made;
  const merged = await mergeDependencies(scope, space);
  if (!merged.ok) return merged;
  const excludes = await excludesOf(space);
  if (!excludes.ok) return excludes;
  return await leavingNoTrace(scope, space, excludes.value, async () => {
    const { copy } = scope.settings;
    const copied = await copyFiles(scope.repo.root, space.path, copy);
    return copied.ok ? await setUp(scope, space, excludes.value, signal) : copied;
  });
}

/** The worktree alone. The trees of tasks that come next are made ahead with it. */
export async function makeTree(
  scope: Scope,
  id: TaskId,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { branch, path } = workspaceOf(scope, id);
  const release = await scope.treePlaces.take(signal);
  try {
    const tree = await ensureWorktree(scope.repo, {
      branch,
      path,
      startPoint: scope.baseSha,
      identity: scope.plan.identity,
    });
    if (!tree.ok) return tree;
    if (tree.value.created) {
      scope.emit({ type: "worktree.created", task: id, path, branch, ms: tree.value.ms });
    }
    return ok();
  } finally {
    release?.();
  }
}

async function mergeDependencies(
  scope: Scope,
  { task, path }: Workspace,
): Promise<Result<void>> {
  const refs = await ownBranches(scope, task.dependencies);
  if (!refs.ok || refs.value.length === 0) return refs.ok ? ok() : refs;
  const message = `Merge ${refs.value.map(({ label }) => label).join(", ")} for ${task.id}`;
  return await mergeInto(path, refs.value, message);
}

/** The branches of these tasks that this plan has made. One that has landed may be gone. */
export async function ownBranches(
  scope: Scope,
  tasks: readonly TaskId[],
): Promise<Result<{ branch: string; label: TaskId }[]>> {
  if (tasks.length === 0) return ok([]);
  const owned = await planBranches(scope.repo, scope.plan.identity);
  if (!owned.ok) return owned;
  return ok(
    tasks.map((label) => ({ branch: branchOf(label), label }))
      .filter(({ branch }) => owned.value.has(branch)),
  );
}

/** The file that keeps copied files and what setup and checks leave behind out of every commit. */
export async function excludesOf(space: Workspace): Promise<Result<string>> {
  const folder = await gitDirOf(space.path);
  return folder.ok ? ok(`${folder.value}/${EXCLUDES}`) : folder;
}

/** Keeps the files that `work` makes beside the tracked ones from ever being committed. */
export async function leavingNoTrace<T>(
  scope: Scope,
  space: Workspace,
  excludes: string,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const env = workEnv(scope, space, excludes);
  const before = await untracked(space.path, env);
  if (!before.ok) return before;
  const done = await work();
  const after = await untracked(space.path, env);
  if (!after.ok) return after;
  const known = new Set(before.value);
  const added = await addExcludes(excludes, after.value.filter((path) => !known.has(path)));
  return added.ok ? done : added;
}

async function setUp(
  scope: Scope,
  space: Workspace,
  excludes: string,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { setup } = await findChecks(space.path, scope.settings.checks);
  if (!setup) return ok();
  const marker = excludes.replace(EXCLUDES, SETUP_DONE);
  if (await contentOf(marker) === setup.command) return ok();
  const release = await scope.checkPlaces.take(signal);
  try {
    const marks = marksOf(scope, space.task.id);
    const log = `${scope.dir}/logs/${space.task.id}.setup.log`;
    const ran = await runCheck(setup, {
      cwd: space.path,
      env: checkEnv(workEnv(scope, space, excludes)),
      log,
      timeoutMs: scope.settings.checkTimeoutMs,
      signal,
      marks,
    });
    if (!ran.ok) return ran;
    const { command, exitCode, ms, tail } = ran.value;
    scope.emit({
      type: "checks.finished",
      task: space.task.id,
      name: "setup",
      command,
      exit_code: exitCode,
      ms,
      log,
    });
    if (!passed(ran.value)) {
      return fail({ reason: "setup_failed", failed: { command, exitCode, tail, log } });
    }
    await Deno.writeTextFile(marker, command);
    return ok();
  } finally {
    release?.();
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
