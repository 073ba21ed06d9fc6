import type { Occasion, Verdict } from "../../../machines/ports.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Env } from "../../exec/env.ts";
import { headState } from "../../git/commit.ts";
import { exists } from "../../util/files.ts";
import { gitLine } from "../../git/git.ts";
import {
  beginMerge,
  concludeMerge,
  giveUpMerge,
  markedFiles,
  unmergedFiles,
} from "../../git/worktrees/merge_in_progress.ts";
import { excludesEnv } from "../../git/excludes.ts";
import { explain } from "../../report/messages/explain.ts";
import { excludesOf } from "../context/excludes.ts";
import { type Scope, type Workspace, workspaceOf } from "../context/run_context.ts";

/**
 * Merges the commit of the base into a task's branch that its landing was refused on, before its
 * agent is called for that. A conflict stays half done for the agent to resolve.
 */
export async function mergeBase(
  scope: Scope,
  space: Workspace,
  occasion: Occasion,
): Promise<Result<void>> {
  const onto = "onto" in occasion ? occasion.onto : undefined;
  if (onto === undefined) return ok();
  const { task: { id }, branch, path } = space;
  const excludes = await excludesOf(space);
  if (!excludes.ok) return excludes;
  const before = await gitLine(["rev-parse", "HEAD"], { cwd: path });
  if (!before.ok) return before;
  const message = `Merge branch '${scope.base}' into ${branch}`;
  const files = await beginMerge(path, onto, message, excludesEnv(excludes.value));
  if (!files.ok) return files;
  const between = occasion.kind === "conflict" ? occasion.between : [scope.base, id];
  scope.merges.set(id, { onto, before: before.value, files: files.value, between });
  return ok();
}

/**
 * Sees what an agent made of such a merge: commits it if its conflicts are resolved. What is not
 * resolved goes back to the agent, and blocks the task when no attempt is left.
 */
export async function settleMerge(
  scope: Scope,
  { task: { id }, path }: Workspace,
  { attempt }: { attempt: number },
  env: Env,
): Promise<Result<Verdict>> {
  const merge = scope.merges.get(id);
  if (!merge) return ok({ passed: true });
  const { onto, before, files, between } = merge;
  const unresolved = (open: string[], command: string, what: string): Result<Verdict> =>
    attempt < scope.settings.attempts
      ? ok(unfit(command, `${what}: ${open.join(", ")}`))
      : fail({ reason: "merge_conflict", files: open, between, onto: scope.base });
  const open = await unmergedFiles(path);
  if (!open.ok) return open;
  if (open.value.length > 0) {
    return unresolved(open.value, "git status", "a merge is half done; unmerged files");
  }
  const head = await headState(path);
  if (!head.ok) return head;
  const half = head.value.inProgress === "merge";
  const tree = half ? await gitLine(["write-tree"], { cwd: path }) : ok("HEAD");
  if (!tree.ok) return tree;
  const marked = await markedFiles(path, tree.value, [onto, before], files);
  if (!marked.ok) return marked;
  if (marked.value.length > 0) {
    return unresolved(marked.value, "git diff --check", "conflict markers are left in");
  }
  if (!half) return ok({ passed: true });
  const concluded = await concludeMerge(path, env);
  if (concluded.ok) return ok({ passed: true });
  // A hook of the user's refused it, most likely: the agent can put that right.
  const { failure } = concluded;
  return failure.reason === "commit_failed" ? ok(unfit("git commit", failure.detail)) : concluded;
}

/** The verdict on what an attempt has left behind in its worktree. */
export function unfit(command: string, tail: string): Verdict {
  return { passed: false, check: "commit", failed: { command, exitCode: 1, tail } };
}

/** Ends the merge with the base that a blocked task's worktree still stands in, its state anchored. */
export async function endMerge(scope: Scope, id: TaskId): Promise<void> {
  if (!scope.merges.delete(id)) return;
  const space = workspaceOf(scope, id);
  if (!exists(`${space.path}/.git`)) return;
  const excludes = await excludesOf(space);
  const ended = excludes.ok
    ? await giveUpMerge(scope.repo, {
      run: scope.run,
      task: id,
      worktree: space.path,
      env: excludesEnv(excludes.value),
    })
    : excludes;
  if (ended.ok) return;
  scope.emit({ type: "notice", task: id, message: explain(ended.failure, { task: id }).message });
}
