import { join, resolve } from "node:path";
import { resultOf } from "../../domain/failed.ts";
import type { TaskId } from "../../domain/task.ts";
import { forkPoint } from "../../git/ancestry.ts";
import { settledOrAborted } from "../../util/backoff.ts";
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
import { NOTHING_UNTRACKED, untrackedFingerprint } from "../context/untracked_fingerprint.ts";
import { copyUncommitted, discardUncommitted } from "../context/excludes.ts";
import { type Ground, type Scope, taskOf, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";
import { headsOf, isMerged } from "./dependencies.ts";
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
  const ground = prefetched?.ok
    ? prefetched.value
    : await makeGround(scope, id, signal).finally(() => scope.firstTree.resolve());
  const worktree = worktreeFor(scope, id);
  const wasSetUp = await setUp(scope, worktree, { task: id }, signal);
  const known = scope.record.tasks.get(id);
  const isNew = known?.worktree !== undefined && known.attempts.length === 0;
  if (!isNew) return;
  const fingerprint = ground === "checkout" && !wasSetUp
    ? NOTHING_UNTRACKED
    : await untrackedFingerprint(worktree);
  scope.prepared.set(id, { fingerprint, head: await worktree.head() });
}

/** Prepares a task before it starts, except for setup, which would delay others' checks. */
export async function prefetch(scope: Scope, id: TaskId, signal: AbortSignal): Promise<void> {
  await settledOrAborted(scope.firstTree.promise, signal);
  if (signal.aborted || scope.record.tasks.get(id)?.status !== "pending") return;
  const laid = resultOf(() => makeGround(scope, id, signal));
  scope.prefetched.set(id, laid);
  await laid;
}

async function makeGround(scope: Scope, id: TaskId, signal: AbortSignal): Promise<Ground> {
  const worktree = worktreeFor(scope, id);
  const isNew = await makeTree(scope, id, signal);
  // Its agent has not begun: a killed git, or a crash of the machine, left the lock.
  await waitForIndex(worktree);
  scope.ownExcludes ??= userExcludes(scope.repo);
  await createExcludes(worktree.excludes, await scope.ownExcludes);
  const hooked = isNew && await runCheckoutHook(scope, worktree);
  await mergeDependencies(scope, worktree);
  const copied = await copyUncommitted(scope, worktree);
  await recordOrigin(scope, worktree);
  return isNew && !hooked && copied === 0 ? "checkout" : "more";
}

/** Records the commit of the base under the branch before any attempt of this run can rewrite it. */
async function recordOrigin(scope: Scope, worktree: Worktree): Promise<void> {
  if (scope.attemptStarts.has(worktree.task)) return;
  const origin = await forkPoint(worktree, scope.baseSha, `refs/heads/${worktree.branch}`);
  const known = origin === undefined ? {} : { origin };
  scope.attemptStarts.set(worktree.task, { at: Date.now(), ...known });
}

/**
 * Runs the post-checkout hook as `git worktree add` does. What the hook changes is not work. Returns whether
 * there is one.
 */
async function runCheckoutHook(scope: Scope, worktree: Worktree): Promise<boolean> {
  scope.checkoutHook ??= worktree.hookPath(CHECKOUT_HOOK);
  if (!exists(resolve(worktree.path, await scope.checkoutHook))) return false;
  const head = await worktree.line(["rev-parse", "HEAD"]);
  const args = ["hook", "run", CHECKOUT_HOOK, "--", "0".repeat(head.length), head, "1"];
  const ran = await worktree.result(args, { hooks: hooksIn(scope, worktree) });
  if (ran.code !== 0) {
    const notice = { about: "hook_failed", hook: CHECKOUT_HOOK, detail: detailOf(ran) } as const;
    notify(scope.emit, notice, worktree.task);
  }
  await discardUncommitted(worktree, scope.run);
  return true;
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
  const { baseSha: origin, tip: began } = scope;
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
  if (tree.isNew) {
    // The tip contains the base's start: its origin is known without asking git.
    scope.attemptStarts.set(id, { at: Date.now(), origin, began });
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
    const { repo, run, plan } = scope;
    const startPoint = await startPointOf(scope, where.task);
    const spec = { ...where, run, startPoint, identity: plan.identity, signal };
    return await ensureWorktree(repo, spec);
  } finally {
    release?.();
  }
}

/** The tip, or the dependency that contains it and all others: then nothing has to be merged. */
async function startPointOf(scope: Scope, id: TaskId): Promise<string> {
  const { repo: { known }, tip } = scope;
  const { dependencies } = taskOf(scope, id);
  const heads = await headsOf(scope, dependencies.filter((one) => !isMerged(scope, one)));
  const all = [tip, ...heads.map(({ head }) => head)];
  return all.find((one) => all.every((other) => known.contains(one, other))) ?? tip;
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
  // A new branch began at the tip, or after it: that has what was merged into the base.
  const isNew = scope.attemptStarts.get(id)?.began !== undefined;
  const left = dependencies.filter((one) => !isNew || !isMerged(scope, one));
  const heads = await headsOf(scope, left);
  if (heads.length === 0) return;
  const message = `Merge ${heads.map(({ label }) => label).join(", ")} for ${id}`;
  return await mergeInto(scope.repo, worktree, heads, message, hooksIn(scope, worktree));
}
