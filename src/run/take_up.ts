import { spentUsd } from "../domain/prices.ts";
import { ok, type Result } from "../domain/result.ts";
import type { Beginning } from "../domain/resume.ts";
import type { TaskId } from "../domain/task.ts";
import { forkPoint } from "../git/ancestry.ts";
import { discardTracked } from "../git/discard.ts";
import { exists } from "../git/files.ts";
import { gitLine } from "../git/git.ts";
import { giveUpMerge, halfMerge } from "../git/half_merge.ts";
import { waitForIndex } from "../git/index_lock.ts";
import { addExcludes, excludesEnv, untracked } from "../git/local_excludes.ts";
import { conflictsBetween } from "../git/merge.ts";
import { anchor } from "../git/rescue.ts";
import { excludesOf } from "./excludes.ts";
import { makeTree } from "./prepare.ts";
import type { Resumption } from "./resume.ts";
import { type Scope, type Workspace, workspaceOf } from "./scope.ts";

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
  if (!await exists(`${path}/.git`)) {
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
  const discarded = await discardTracked(repo, work);
  if (!discarded.ok) return discarded;
  const traces = await untracked(work.worktree, work.env);
  if (!traces.ok) return traces;
  const added = await addExcludes(excludes, traces.value);
  return added.ok ? ok() : added;
}

/** A merge with the base that an attempt was to resolve stands half done in its worktree. */
async function knowMerge(scope: Scope, { task: { id }, path }: Workspace): Promise<Result<void>> {
  const onto = await halfMerge(path);
  if (!onto.ok || onto.value === undefined) return onto.ok ? ok() : onto;
  const before = await gitLine(["rev-parse", "HEAD"], { cwd: path });
  if (!before.ok) return before;
  const files = await conflictsBetween(scope.repo, before.value, onto.value);
  if (!files.ok) return files;
  scope.merges.set(id, {
    onto: onto.value,
    before: before.value,
    files: files.value,
    between: [scope.base, id],
  });
  return ok();
}
