import { spentUsd } from "../../domain/prices.ts";
import { ok, type Result } from "../../domain/result.ts";
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
export function recall(scope: Scope, { record, beginnings }: Resumption): void {
  for (const { id, attempts } of record.tasks.values()) {
    for (const { usage } of attempts) scope.ledger.carryOver(id, spentUsd(usage));
    const last = attempts.at(-1);
    if (last && beginnings.get(id)?.at === "working") scope.ended.set(id, last);
  }
}

/**
 * Brings the worktrees of the tasks that are taken up again into the state in which each begins, all
 * that could be lost anchored first.
 */
export async function takeUp(
  scope: Scope,
  beginnings: Map<TaskId, Beginning>,
): Promise<Result<void>> {
  for (const [id, beginning] of beginnings) {
    const done = await takeUpTask(scope, workspaceOf(scope, id), beginning);
    if (!done.ok) return done;
  }
  return ok();
}

async function takeUpTask(
  scope: Scope,
  space: Workspace,
  { at, cutOff }: Beginning,
): Promise<Result<void>> {
  const { task: { id }, path } = space;
  if (!exists(`${path}/.git`)) {
    return at === "testing" ? await makeTree(scope, id, new AbortController().signal) : ok();
  }
  const index = await waitForIndex(path);
  if (!index.ok || (at === "preparing" && !cutOff)) return index;
  const excludes = await excludesOf(space);
  if (!excludes.ok) return excludes;
  const env = excludesEnv(excludes.value);
  const work = { run: scope.run, task: id, worktree: path, env };
  if (at === "testing") {
    const cleared = await clearAfterChecks(scope, work, excludes.value);
    if (!cleared.ok) return cleared;
  }
  if (cutOff) {
    const anchored = await anchor(scope.repo, work);
    if (!anchored.ok) return anchored;
  }
  if (at === "landing") return ok();
  const known = await knowStart(scope, space);
  return known.ok ? await knowMerge(scope, space) : known;
}

/** When the last attempt began, and from where. */
async function knowStart(scope: Scope, { task, branch, path }: Workspace): Promise<Result<void>> {
  const last = scope.record.tasks.get(task.id)?.attempts.at(-1);
  if (!last) return ok();
  const origin = await forkPoint(path, scope.baseSha, `refs/heads/${branch}`);
  if (!origin.ok) return origin;
  scope.attemptStarts.set(task.id, {
    at: last.startedAt,
    ...(origin.value === undefined ? {} : { origin: origin.value }),
  });
  return ok();
}

/** What stands uncommitted beside committed work is a merge that was begun, or what checks left. */
async function clearAfterChecks(
  { repo }: Scope,
  work: Parameters<typeof giveUpMerge>[1],
  excludes: string,
): Promise<Result<void>> {
  const ended = await giveUpMerge(repo, work);
  if (!ended.ok) return ended;
  return await disown(repo, work, excludes);
}

/**
 * A merge with the base that an attempt was to resolve: it stands half done in the worktree, or the
 * agent has committed it, and whether it is resolved is still to be seen.
 */
async function knowMerge(scope: Scope, space: Workspace): Promise<Result<void>> {
  const { task: { id }, path } = space;
  const half = await halfMerge(path);
  if (!half.ok) return half;
  const merge = half.value === undefined
    ? await mergedSince(scope, space, scope.record.tasks.get(id)?.head)
    : await withHead(path, half.value);
  if (!merge.ok || merge.value === undefined) return merge.ok ? ok() : merge;
  const { onto, before } = merge.value;
  const files = await conflictsBetween(scope.repo, before, onto);
  if (!files.ok) return files;
  scope.merges.set(id, { onto, before, files: files.value, between: [scope.base, id] });
  return ok();
}

type Merged = Pick<BaseMerge, "onto" | "before">;

async function withHead(path: string, onto: string): Promise<Result<Merged>> {
  const before = await gitLine(["rev-parse", "HEAD"], { cwd: path });
  return before.ok ? ok({ onto, before: before.value }) : before;
}

/** What of the base a branch has got since a commit of its own; undefined: nothing. */
async function mergedSince(
  { tip }: Scope,
  { branch, path }: Workspace,
  before: string | undefined,
): Promise<Result<Merged | undefined>> {
  if (before === undefined) return ok(undefined);
  const onto = await forkPoint(path, tip, `refs/heads/${branch}`);
  if (!onto.ok || onto.value === undefined) return onto.ok ? ok(undefined) : onto;
  const had = await isAncestor(path, onto.value, before);
  if (!had.ok) return had;
  return ok(had.value ? undefined : { onto: onto.value, before });
}
