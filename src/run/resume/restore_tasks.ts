import { spentUsd } from "../../domain/prices.ts";
import type { Beginning } from "../../domain/resume.ts";
import type { TaskId } from "../../domain/task.ts";
import { forkPoint, isAncestor } from "../../git/ancestry.ts";
import { exists } from "../../util/files.ts";
import { gitLine } from "../../git/git.ts";
import { giveUpMerge, halfMerge } from "../../git/worktrees/merge_in_progress.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import { excludesEnv } from "../../git/excludes.ts";
import { conflictsBetween } from "../../git/merge.ts";
import { anchor } from "../../git/rescue/anchor.ts";
import { disown, excludesOf } from "../context/excludes.ts";
import { makeTree } from "../task/prepare.ts";
import type { Resumption } from "./resume.ts";
import { type BaseMerge, type Scope, type Workspace, workspaceOf } from "../context/run_context.ts";

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
    await takeUpTask(scope, workspaceOf(scope, id), beginning);
  }
}

async function takeUpTask(
  scope: Scope,
  space: Workspace,
  { at, cutOff }: Beginning,
): Promise<void> {
  const { task: { id }, path } = space;
  if (!exists(`${path}/.git`)) {
    if (at === "testing") return await makeTree(scope, id, new AbortController().signal);
    return;
  }
  await waitForIndex(path);
  if ((at === "preparing" && !cutOff)) return;
  const excludes = await excludesOf(space);
  const env = excludesEnv(excludes);
  const work = { run: scope.run, task: id, worktree: path, env };
  if (at === "testing") {
    await clearAfterChecks(scope, work, excludes);
  }
  if (cutOff) {
    await anchor(scope.repo, work);
  }
  if (at === "landing") return;
  await knowStart(scope, space);
  return await knowMerge(scope, space);
}

/** When the last attempt began, and from where. */
async function knowStart(scope: Scope, { task, branch, path }: Workspace): Promise<void> {
  const last = scope.record.tasks.get(task.id)?.attempts.at(-1);
  if (!last) return;
  const origin = await forkPoint(path, scope.baseSha, `refs/heads/${branch}`);
  scope.attemptStarts.set(task.id, {
    at: last.startedAt,
    ...(origin === undefined ? {} : { origin }),
  });
}

/** What stands uncommitted beside committed work is a merge that was begun, or what checks left. */
async function clearAfterChecks(
  { repo }: Scope,
  work: Parameters<typeof giveUpMerge>[1],
  excludes: string,
): Promise<void> {
  await giveUpMerge(repo, work);
  return await disown(repo, work, excludes);
}

/**
 * A merge with the base that an attempt was to resolve: it stands half done in the worktree, or the
 * agent has committed it, and whether it is resolved is still to be seen.
 */
async function knowMerge(scope: Scope, space: Workspace): Promise<void> {
  const { task: { id }, path } = space;
  const half = await halfMerge(path);
  const merge = half === undefined
    ? await mergedSince(scope, space, scope.record.tasks.get(id)?.head)
    : await withHead(path, half);
  if (merge === undefined) return;
  const { onto, before } = merge;
  const files = await conflictsBetween(scope.repo, before, onto);
  scope.merges.set(id, { onto, before, files, between: [scope.base, id] });
}

type Merged = Pick<BaseMerge, "onto" | "before">;

async function withHead(path: string, onto: string): Promise<Merged> {
  const before = await gitLine(["rev-parse", "HEAD"], { cwd: path });
  return { onto, before };
}

/** What of the base a branch has got since a commit of its own; undefined: nothing. */
async function mergedSince(
  { tip }: Scope,
  { branch, path }: Workspace,
  before: string | undefined,
): Promise<Merged | undefined> {
  if (before === undefined) return undefined;
  const onto = await forkPoint(path, tip, `refs/heads/${branch}`);
  if (onto === undefined) return undefined;
  const had = await isAncestor(path, onto, before);
  return had ? undefined : { onto, before };
}
