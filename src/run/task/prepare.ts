import { join } from "node:path";
import { resultOf, valueOf } from "../../domain/failed.ts";
import type { TaskId } from "../../domain/task.ts";
import { forkPoint } from "../../git/ancestry.ts";
import { existingBranches } from "../../git/branches.ts";
import { planOwners } from "../../git/worktree_list.ts";
import { exists } from "../../util/files.ts";
import { noticeWords } from "../../report/messages/notice.ts";
import { notify } from "../context/notices.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import { createExcludes, userExcludes } from "../../git/excludes.ts";
import { detailOf } from "../../git/git.ts";
import { mergeInto } from "../../git/merge.ts";
import type { MissingSubmodule } from "../../git/submodules.ts";
import type { Worktree } from "../../git/worktree.ts";
import { ensureWorktree, type WorktreeMade } from "../../git/worktrees/ensure.ts";
import { untrackedFingerprint } from "../context/untracked_fingerprint.ts";
import { copyUncommitted, discardUncommitted } from "../context/excludes.ts";
import { type Scope, taskOf, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";
import { setUp } from "./setup.ts";

/** How many worktrees are made at the same time, besides one, once the first exists. */
const MORE_TREES = 1;

/**
 * Makes a task's worktree ready for its agent: the tree with its dependencies' work merged, the copied files,
 * the project's setup. Safe to run again.
 */
export async function prepare(
  scope: Scope,
  id: TaskId,
  signal: AbortSignal,
): Promise<void> {
  const prefetched = await scope.prefetched.get(id);
  scope.prefetched.delete(id);
  if (!prefetched?.ok) await makeGround(scope, id, signal);
  const worktree = worktreeFor(scope, id);
  await setUp(scope, worktree, { task: id }, signal);
  const known = scope.record.tasks.get(id);
  const isNew = known?.worktree !== undefined && known.attempts.length === 0;
  if (isNew) scope.fingerprints.set(id, await untrackedFingerprint(worktree));
}

/** Prepares a task before it starts, except for setup, which would delay others' checks. */
export async function prefetch(scope: Scope, id: TaskId, signal: AbortSignal): Promise<void> {
  const laid = resultOf(() => makeGround(scope, id, signal));
  scope.prefetched.set(id, laid);
  await laid;
}

async function makeGround(scope: Scope, id: TaskId, signal: AbortSignal): Promise<void> {
  const worktree = worktreeFor(scope, id);
  const isNew = await makeTree(scope, id, signal);
  // Its agent has not begun: a killed git, or a crash of the machine, left the lock.
  await waitForIndex(worktree);
  scope.ownExcludes ??= userExcludes(scope.repo);
  await createExcludes(worktree.excludes, await scope.ownExcludes);
  if (isNew) await runCheckoutHook(scope, worktree);
  await mergeDependencies(scope, worktree);
  await copyUncommitted(scope, worktree);
  await recordOrigin(scope, worktree);
}

/** Records the commit of the base under the branch before any attempt of this run can rewrite it. */
async function recordOrigin(scope: Scope, worktree: Worktree): Promise<void> {
  if (scope.attemptStarts.has(worktree.task)) return;
  const origin = await forkPoint(worktree, scope.baseSha, `refs/heads/${worktree.branch}`);
  const known = origin === undefined ? {} : { origin };
  scope.attemptStarts.set(worktree.task, { at: Date.now(), ...known });
}

/** Runs the post-checkout hook as `git worktree add` does. What the hook changes is not work. */
async function runCheckoutHook(scope: Scope, worktree: Worktree): Promise<void> {
  if (!await worktree.hasHook(CHECKOUT_HOOK)) return;
  const head = await worktree.line(["rev-parse", "HEAD"]);
  const args = ["hook", "run", CHECKOUT_HOOK, "--", "0".repeat(head.length), head, "1"];
  const ran = await worktree.result(args, { hooks: hooksIn(scope, worktree) });
  if (ran.code !== 0) {
    const notice = { about: "hook_failed", hook: CHECKOUT_HOOK, detail: detailOf(ran) } as const;
    notify(scope.emit, notice, worktree.task);
  }
  await discardUncommitted(worktree, scope.run);
}

const CHECKOUT_HOOK = "post-checkout";

/** Makes the worktree alone. Returns whether it is new. */
export async function makeTree(
  scope: Scope,
  id: TaskId,
  signal: AbortSignal,
): Promise<boolean> {
  const { branch, path } = worktreeFor(scope, id);
  // Only an agent can have removed it since then; git need not be asked.
  if (scope.trees.has(id) && exists(join(path, ".git"))) return false;
  const tree = await scope.recover({
    what: `make the worktree of ${id}`,
    about: { branch, worktree: path },
    signal,
    // Recovery waits without holding a permit.
    run: () => makeInTurn(scope, { task: id, branch, path }, signal),
  });
  reportMissingSubmodules(scope, tree.missing);
  if (scope.trees.size === 0) scope.worktreePermits.add(MORE_TREES);
  scope.trees.add(id);
  // Its origin is known then, without asking git.
  if (tree.isNew && scope.tip === scope.baseSha) {
    scope.attemptStarts.set(id, { at: Date.now(), origin: scope.baseSha });
  }
  if (tree.created) {
    scope.emit({ type: "worktree.created", task: id, path, branch, ms: tree.ms });
  }
  return tree.created;
}

async function makeInTurn(
  scope: Scope,
  where: { task: TaskId; branch: string; path: string },
  signal: AbortSignal,
): Promise<WorktreeMade> {
  const release = await scope.worktreePermits.take(signal);
  try {
    const { repo, run, tip, plan } = scope;
    const spec = { ...where, run, startPoint: tip, identity: plan.identity, signal };
    return await ensureWorktree(repo, spec);
  } finally {
    release?.();
  }
}

/** A check that needs a submodule fails without it; everything else works. */
export function reportMissingSubmodules(
  { record, emit }: Pick<Scope, "record" | "emit">,
  missing: readonly MissingSubmodule[],
): void {
  for (const { path, detail } of missing) {
    const notice = { about: "submodule_missing", path, detail } as const;
    const message = noticeWords(notice);
    if (!record.notices.some((told) => told.message === message)) notify(emit, notice);
  }
}

async function mergeDependencies(
  scope: Scope,
  worktree: Worktree,
): Promise<void> {
  const { id, dependencies } = taskOf(scope, worktree.task);
  const refs = await ownBranches(scope, dependencies);
  if (refs.length === 0) return;
  const message = `Merge ${refs.map(({ label }) => label).join(", ")} for ${id}`;
  return await mergeInto(scope.repo, worktree, refs, message, hooksIn(scope, worktree));
}

/**
 * The branches of these tasks that this plan has made. A landed one may be deleted. git's config is read
 * once: what this run creates is known without it.
 */
export async function ownBranches(
  scope: Scope,
  tasks: readonly TaskId[],
): Promise<{ branch: string; label: TaskId }[]> {
  if (tasks.length === 0) return [];
  scope.owners ??= resultOf(() => planOwners(scope.repo));
  const owners = await scope.owners;
  if (!owners.ok) scope.owners = undefined;
  const own = tasks.map((label) => ({ branch: scope.repo.branchOf(label), label })).filter((
    { branch, label },
  ) => scope.trees.has(label) || valueOf(owners).get(branch) === scope.plan.identity);
  const existing = await existingBranches(scope.repo, own.map(({ branch }) => branch));
  return own.filter(({ branch }) => existing.has(branch));
}
