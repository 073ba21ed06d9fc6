import { join } from "node:path";
import type { TaskId } from "../../domain/task.ts";
import { pushBranch } from "../../git/push.ts";
import { exists } from "../../util/files.ts";
import { type Scope, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";

/** Pushes a task's branch if there is a remote and the settings ask for it. */
export async function publish(
  scope: Scope,
  id: TaskId,
  signal: AbortSignal,
): Promise<void> {
  const { repo, remotes: { push: remote } } = scope;
  if (!remote || !scope.settings.push) return;
  const worktree = worktreeFor(scope, id);
  const { branch, path } = worktree;
  // A check may have removed the worktree.
  const from = exists(join(path, ".git")) ? worktree : repo;
  const started = performance.now();
  await scope.recover({
    what: `push ${branch}`,
    about: { branch, remote, worktree: path },
    signal,
    run: () => pushBranch(from, remote, branch, hooksIn(scope, worktree)),
  });
  const ms = Math.round(performance.now() - started);
  scope.emit({ type: "branch.pushed", task: id, remote, branch, ms });
}
