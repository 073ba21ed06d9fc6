import { Failed, resultOf } from "../../domain/failed.ts";
import type { Occasion, Verdict } from "../../../machines/ports.ts";
import type { TaskId } from "../../domain/task.ts";
import { headState } from "../../git/commit.ts";
import { exists } from "../../util/files.ts";
import {
  abortMerge,
  beginMerge,
  concludeMerge,
  filesWithMarkers,
  unmergedFiles,
} from "../../git/worktrees/merge_in_progress.ts";
import type { Worktree } from "../../git/worktree.ts";
import { orNotice } from "../context/notices.ts";
import { setUp } from "./setup.ts";
import { type Scope, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";

/**
 * Merges the commit of the base that a task's landing was refused on into its branch, before its agent is
 * called to repair that. A conflict stays in the worktree for the agent to resolve.
 */
export async function mergeBase(
  scope: Scope,
  worktree: Worktree,
  occasion: Occasion,
  signal: AbortSignal,
): Promise<void> {
  const onto = "onto" in occasion ? occasion.onto : undefined;
  if (onto === undefined) return;
  const before = await worktree.line(["rev-parse", "HEAD"]);
  const message = `Merge branch '${scope.base}' into ${worktree.branch}`;
  const begun = await beginMerge(worktree, { onto, message, hooks: hooksIn(scope, worktree) });
  const { task } = worktree;
  const between = occasion.kind === "conflict" ? occasion.between : [scope.base, task];
  scope.merges.set(task, { onto, before, between, ...begun });
  if (begun.files.length > 0) return;
  // The base may have changed what setup reads. If setup fails, the checks report it.
  const ready = await resultOf(() => setUp(scope, worktree, { task }, signal));
  if (!ready.ok && ready.failure.reason !== "setup_failed") throw new Failed(ready.failure);
}

/**
 * Commits such a merge if the agent has resolved its conflicts. Otherwise it goes back to the agent, or
 * blocks the task when no attempt is left.
 */
export async function settleMerge(
  scope: Scope,
  worktree: Worktree,
  { attempt, attempts }: { attempt: number; attempts: number },
): Promise<Verdict> {
  const merge = scope.merges.get(worktree.task);
  if (!merge) return { passed: true };
  const { onto, before, files, between } = merge;
  const unresolved = (open: string[], command: string, what: string): Verdict => {
    if (attempt < attempts) return mergeVerdict(command, `${what}: ${open.join(", ")}`);
    throw new Failed({ reason: "merge_conflict", files: open, between, onto: scope.base });
  };
  const open = await unmergedFiles(worktree);
  if (open.length > 0) {
    return unresolved(open, "git status", "a merge is half done; unmerged files");
  }
  const head = await headState(worktree);
  const half = head.inProgress === "merge";
  const tree = half ? await worktree.line(["write-tree"]) : "HEAD";
  const marked = await filesWithMarkers(worktree, tree, [onto, before], files);
  if (marked.length > 0) {
    return unresolved(marked, "git diff --check", "conflict markers are left in");
  }
  if (!half) return { passed: true };
  const concluded = await resultOf(() => concludeMerge(worktree, hooksIn(scope, worktree)));
  if (concluded.ok) return { passed: true };
  // Most likely a hook of the user's refused it: the agent can fix that, but not one that hangs.
  const { failure } = concluded;
  if (failure.reason !== "commit_failed" || failure.late) throw new Failed(failure);
  return mergeVerdict("git commit", failure.detail);
}

/** The verdict that an attempt's worktree needs a repair. */
export function mergeVerdict(command: string, tail: string): Verdict {
  return { passed: false, check: "commit", failed: { command, exitCode: 1, tail } };
}

/** Aborts the unfinished merge with the base in a blocked task's worktree, and anchors its state first. */
export async function endMerge(scope: Scope, id: TaskId): Promise<void> {
  if (!scope.merges.delete(id)) return;
  const worktree = worktreeFor(scope, id);
  if (!exists(`${worktree.path}/.git`)) return;
  await orNotice(scope.emit, () => abortMerge(worktree, scope.run), { task: id });
}
