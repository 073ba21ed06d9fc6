import { join } from "node:path";
import { ok, type Result } from "../../domain/result.ts";
import type { TaskId } from "../../domain/task.ts";
import { forkPoint } from "../../git/ancestry.ts";
import { planBranches } from "../../git/branches.ts";
import { exists } from "../../util/files.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import { createExcludes, userExcludes } from "../../git/excludes.ts";
import { mergeInto } from "../../git/merge.ts";
import { ensureWorktree, type WorktreeMade } from "../../git/worktrees/ensure.ts";
import { copyUncommitted, excludesOf } from "../context/excludes.ts";
import { type Scope, type Workspace, workspaceOf } from "../context/run_context.ts";
import { setUp } from "./setup.ts";
import { branchOf } from "../../domain/names.ts";

/** Worktrees made at the same time when the first is there, beside one. */
const MORE_TREES = 1;

/**
 * Makes a task's worktree ready for its agent: the tree with its dependencies' work in it, the
 * copied files, the project's setup. Safe to run again.
 */
export async function prepare(
  scope: Scope,
  id: TaskId,
  signal: AbortSignal,
): Promise<Result<void>> {
  scope.starts.begin(id);
  const ahead = await scope.ahead.get(id);
  scope.ahead.delete(id);
  const laid = ahead?.ok ? ahead : await layGround(scope, id, signal);
  const done = laid.ok ? await setUp(scope, workspaceOf(scope, id), { task: id }, signal) : laid;
  if (!done.ok) scope.starts.end(id);
  return done;
}

/** Does ahead of a task's start what can be: all but the setup, which would hold up others' checks. */
export function prepareAhead(scope: Scope, id: TaskId, signal: AbortSignal): Promise<Result<void>> {
  const laid = scope.starts.giveWay().then(() => layGround(scope, id, signal));
  scope.ahead.set(id, laid);
  return laid;
}

async function layGround(scope: Scope, id: TaskId, signal: AbortSignal): Promise<Result<void>> {
  const space = workspaceOf(scope, id);
  const made = await makeTree(scope, id, signal);
  if (!made.ok) return made;
  // Its agent has not begun: what holds the index was left when the machine, or a git, went down.
  const free = await waitForIndex(space.path);
  if (!free.ok) return free;
  const merged = await mergeDependencies(scope, space);
  if (!merged.ok) return merged;
  const excludes = await excludesOf(space);
  if (!excludes.ok) return excludes;
  scope.ownExcludes ??= userExcludes(space.path);
  const own = await scope.ownExcludes;
  if (!own.ok) return own;
  const begun = await createExcludes(excludes.value, own.value);
  if (!begun.ok) return begun;
  const copied = await copyUncommitted(scope, space, excludes.value);
  return copied.ok ? await noteOrigin(scope, space) : copied;
}

/** Where the branch stands on the base before any attempt of this run can rewrite it. */
async function noteOrigin(scope: Scope, { task, branch, path }: Workspace): Promise<Result<void>> {
  if (scope.attemptStarts.has(task.id)) return ok();
  const origin = await forkPoint(path, scope.baseSha, `refs/heads/${branch}`);
  if (!origin.ok) return origin;
  const known = origin.value === undefined ? {} : { origin: origin.value };
  scope.attemptStarts.set(task.id, { at: Date.now(), ...known });
  return ok();
}

/** The worktree alone. */
export async function makeTree(
  scope: Scope,
  id: TaskId,
  signal: AbortSignal,
): Promise<Result<void>> {
  const { branch, path } = workspaceOf(scope, id);
  // Only an agent can have taken it away since then, and nothing else is asked of git.
  if (scope.trees.has(id) && exists(join(path, ".git"))) return ok();
  const tree = await scope.recover({
    what: `make the worktree of ${id}`,
    about: { branch, worktree: path },
    signal,
    // A place is not held while recovery waits.
    run: () => makeInTurn(scope, { task: id, branch, path }, signal),
  });
  if (!tree.ok) return tree;
  if (scope.trees.size === 0) scope.treePlaces.add(MORE_TREES);
  scope.trees.add(id);
  // Then nobody need be asked what its branch began from.
  if (tree.value.isNew && scope.tip === scope.baseSha) {
    scope.attemptStarts.set(id, { at: Date.now(), origin: scope.baseSha });
  }
  if (tree.value.created) {
    scope.emit({ type: "worktree.created", task: id, path, branch, ms: tree.value.ms });
  }
  return ok();
}

async function makeInTurn(
  scope: Scope,
  where: { task: TaskId; branch: string; path: string },
  signal: AbortSignal,
): Promise<Result<WorktreeMade>> {
  const release = await scope.treePlaces.take(signal);
  try {
    const { repo, run, tip, plan } = scope;
    return await ensureWorktree(repo, { ...where, run, startPoint: tip, identity: plan.identity });
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
