import { ok, type Result } from "../domain/result.ts";
import type { TaskId } from "../domain/task.ts";
import { pushBranch } from "../git/push.ts";
import { type Scope, workspaceOf } from "./scope.ts";

/** Pushes a task's branch where there is a remote, and it is wanted. */
export async function publish(scope: Scope, id: TaskId): Promise<Result<void>> {
  if (!scope.remote || !scope.settings.push) return ok();
  const { branch } = workspaceOf(scope, id);
  const started = performance.now();
  const pushed = await pushBranch(scope.repo, scope.remote, branch);
  if (!pushed.ok) return pushed;
  const ms = Math.round(performance.now() - started);
  scope.emit({ type: "branch.pushed", task: id, remote: scope.remote, branch, ms });
  return ok();
}
