import { spentUsd } from "../../domain/prices.ts";
import type { Beginning } from "../../domain/resume.ts";
import type { TaskId } from "../../domain/task.ts";
import { forkPoint, isAncestor } from "../../git/ancestry.ts";
import { exists } from "../../util/files.ts";
import { abortMerge, mergeHead } from "../../git/worktrees/merge_in_progress.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import type { Worktree } from "../../git/worktree.ts";
import { mergeTrees } from "../../git/merge.ts";
import { anchor } from "../../git/rescue/anchor.ts";
import { discardUncommitted } from "../context/excludes.ts";
import { makeTree } from "../task/prepare.ts";
import type { Unfinished } from "./resume.ts";
import { type BaseMerge, type Scope, worktreeFor } from "../context/run_context.ts";

/** Restores what an earlier process of the run remembered, as far as ports need it. */
export function restoreMemory(scope: Scope, { record }: Unfinished): void {
  for (const { id, attempts } of record.tasks.values()) {
    for (const { usage } of attempts) scope.spending.carryOver(id, spentUsd(usage));
  }
}

/**
 * Brings the worktrees of resumed tasks into the state in which each begins. Whatever could be lost is
 * anchored first.
 */
export async function restoreTasks(
  scope: Scope,
  beginnings: Map<TaskId, Beginning>,
): Promise<void> {
  for (const [id, beginning] of beginnings) {
    await restoreTask(scope, worktreeFor(scope, id), beginning);
  }
}

async function restoreTask(
  scope: Scope,
  worktree: Worktree,
  { at, cutOff }: Beginning,
): Promise<void> {
  const { run, repo } = scope;
  const { task } = worktree;
  if (!exists(`${worktree.path}/.git`)) {
    if (at === "testing") {
      await makeTree(scope, task, new AbortController().signal);
      return;
    }
    return;
  }
  await waitForIndex(worktree);
  if ((at === "preparing" && !cutOff)) return;
  if (at === "testing") {
    // Uncommitted changes after committed work come from an unfinished merge or from checks.
    await abortMerge(worktree, run);
    await discardUncommitted(worktree, run);
  }
  if (cutOff) await anchor(repo, { run, task, worktree });
  if (at === "landing") return;
  await restoreStart(scope, worktree);
  return await restoreMerge(scope, worktree);
}

/** When the last attempt began, and from where. */
async function restoreStart(scope: Scope, { task, branch }: Worktree): Promise<void> {
  const last = scope.record.tasks.get(task)?.attempts.at(-1);
  if (!last) return;
  const origin = await forkPoint(scope.repo, scope.baseSha, `refs/heads/${branch}`);
  scope.attemptStarts.set(task, {
    at: last.startedAt,
    origin,
  });
}

/**
 * A merge with the base for an attempt to resolve: it is unfinished in the worktree, or the agent has
 * committed it, and it is not checked yet whether it is resolved.
 */
async function restoreMerge(scope: Scope, worktree: Worktree): Promise<void> {
  const { task } = worktree;
  const half = await mergeHead(worktree);
  const merge = half === undefined
    ? await mergedSince(scope, worktree, scope.record.tasks.get(task)?.head)
    : await withHead(worktree, half);
  if (merge === undefined) return;
  const { onto, before } = merge;
  const merged = await mergeTrees(scope.repo, before, onto);
  const found = merged.kind === "conflict" ? merged : { conflicts: [], messages: [] };
  const { conflicts, messages: said } = found;
  const files = conflicts.map(({ path }) => path);
  scope.merges.set(task, { onto, before, files, conflicts, said, between: [scope.base, task] });
}

type Merged = Pick<BaseMerge, "onto" | "before">;

async function withHead(worktree: Worktree, onto: string): Promise<Merged> {
  const before = await worktree.line(["rev-parse", "HEAD"]);
  return { onto, before };
}

/** The commits of the base that a branch got after a commit of its own; undefined: none. */
async function mergedSince(
  { repo, tip }: Scope,
  { branch }: Worktree,
  before: string | undefined,
): Promise<Merged | undefined> {
  if (before === undefined) return undefined;
  const onto = await forkPoint(repo, tip, `refs/heads/${branch}`);
  if (onto === undefined) return undefined;
  const had = await isAncestor(repo, onto, before);
  return had ? undefined : { onto, before };
}
