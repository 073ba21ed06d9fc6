import { spentUsd } from "../../domain/prices.ts";
import type { Beginning } from "../../domain/resume.ts";
import type { TaskId } from "../../domain/task.ts";
import { forkPoint, isAncestor } from "../../git/ancestry.ts";
import { exists } from "../../util/files.ts";
import { giveUpMerge, halfMerge } from "../../git/worktrees/merge_in_progress.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import type { Worktree } from "../../git/worktree.ts";
import { mergeTrees } from "../../git/merge.ts";
import { anchor } from "../../git/rescue/anchor.ts";
import { disown } from "../context/excludes.ts";
import { makeTree } from "../task/prepare.ts";
import type { Resumption } from "./resume.ts";
import { type BaseMerge, type Scope, worktreeFor } from "../context/run_context.ts";

/** What an earlier process of the run knew, as far as ports need it. */
export function recall(scope: Scope, { record }: Resumption): void {
  for (const { id, attempts } of record.tasks.values()) {
    for (const { usage } of attempts) scope.ledger.carryOver(id, spentUsd(usage));
  }
}

/**
 * Brings the worktrees of the tasks that are taken up again into the state in which each begins, all
 * that could be lost anchored first.
 */
export async function takeUp(
  scope: Scope,
  beginnings: Map<TaskId, Beginning>,
): Promise<void> {
  for (const [id, beginning] of beginnings) {
    await takeUpTask(scope, worktreeFor(scope, id), beginning);
  }
}

async function takeUpTask(
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
    // What is uncommitted beside committed work is a merge that was begun, or what checks left.
    await giveUpMerge(worktree, run);
    await disown(worktree, run);
  }
  if (cutOff) await anchor(repo, { run, task, worktree });
  if (at === "landing") return;
  await knowStart(scope, worktree);
  return await knowMerge(scope, worktree);
}

/** When the last attempt began, and from where. */
async function knowStart(scope: Scope, { task, branch }: Worktree): Promise<void> {
  const last = scope.record.tasks.get(task)?.attempts.at(-1);
  if (!last) return;
  const origin = await forkPoint(scope.repo, scope.baseSha, `refs/heads/${branch}`);
  scope.attemptStarts.set(task, {
    at: last.startedAt,
    ...(origin === undefined ? {} : { origin }),
  });
}

/**
 * A merge with the base that an attempt was to resolve: it stands half done in the worktree, or the
 * agent has committed it, and whether it is resolved is still to be seen.
 */
async function knowMerge(scope: Scope, worktree: Worktree): Promise<void> {
  const { task } = worktree;
  const half = await halfMerge(worktree);
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

/** What of the base a branch has got since a commit of its own; undefined: nothing. */
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
