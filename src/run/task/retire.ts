import type { TaskId } from "../../domain/task.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { removeCompleted, removeLanded } from "../../git/rescue/remove_finished.ts";
import type { Worktree } from "../../git/worktree.ts";
import { exists } from "../../util/files.ts";
import { orNotice } from "../context/notices.ts";
import { type Scope, worktreeFor } from "../context/run_context.ts";

/** How many completed tasks keep a worktree to look at: git gets slower with each that exists. */
const KEPT = 32;

/**
 * Removes what a completed task no longer needs. If it was merged into the base, its worktree and its branch
 * go at once; otherwise its branch stays, and its worktree only while it is among the newest.
 */
export async function retire(scope: Scope, id: TaskId): Promise<void> {
  if (scope.settings.keepWorktrees) return;
  const worktree = worktreeFor(scope, id);
  await orNotice(scope.emit, async () => {
    const sha = scope.record.tasks.get(id)?.landed?.sha;
    const isPushed = scope.remotes.push !== undefined && scope.settings.push;
    if (sha !== undefined && !isPushed) return await retireLanded(scope, worktree, sha);
    scope.completed.add(id);
    for (const oldest of [...scope.completed].slice(0, -KEPT)) {
      scope.completed.delete(oldest);
      await retireCompleted(scope, worktreeFor(scope, oldest));
    }
  }, { task: id });
}

/** `sha`: the commit of the base by which it has landed. */
async function retireLanded(scope: Scope, worktree: Worktree, sha: string): Promise<void> {
  const { repo, task, path, branch } = worktree;
  const head = await repo.refs.sha(`refs/heads/${branch}`);
  if (head === undefined) return;
  // Somebody may have added to the branch since.
  const isIn = repo.known.merged.get(sha) === head || await isAncestor(repo, head, sha);
  if (!isIn) return;
  const { anchored } = await removeLanded(worktree, scope.run, head);
  const rescue_refs = anchored.map(({ ref }) => ref);
  scope.emit({ type: "worktree.removed", task, path, branch, rescue_refs });
}

async function retireCompleted(scope: Scope, worktree: Worktree): Promise<void> {
  const { task, path } = worktree;
  if (!exists(path) || !await removeCompleted(worktree)) return;
  scope.emit({ type: "worktree.removed", task, path });
}
