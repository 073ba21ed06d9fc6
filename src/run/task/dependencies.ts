import { resultOf, valueOf } from "../../domain/failed.ts";
import type { TaskId } from "../../domain/task.ts";
import { planOwners } from "../../git/plan_owners.ts";
import type { Scope } from "../context/run_context.ts";

/** The newest commit of a task. */
export interface TaskHead {
  label: TaskId;
  head: string;
}

/** The newest commits of these tasks, without those of which there are none. */
export async function headsOf(scope: Scope, tasks: readonly TaskId[]): Promise<TaskHead[]> {
  const found: TaskHead[] = [];
  for (const label of tasks) {
    const head = await headOf(scope, label);
    if (head !== undefined) found.push({ label, head });
  }
  return found;
}

/** Whether this run has merged a task into the base; then its branch may be deleted. */
export function isMerged({ record }: Pick<Scope, "record">, id: TaskId): boolean {
  return record.tasks.get(id)?.landed?.how === "merge";
}

/** Of the branch that this plan has made, or what was merged of it. */
async function headOf(scope: Scope, id: TaskId): Promise<string | undefined> {
  const branch = scope.repo.branchOf(id);
  const head = await scope.repo.refs.sha(`refs/heads/${branch}`);
  if (head !== undefined && await isOwn(scope, id)) return head;
  return isMerged(scope, id) ? scope.record.tasks.get(id)?.head : undefined;
}

/** git's config is read once: what this run creates is known without it. */
async function isOwn(scope: Scope, id: TaskId): Promise<boolean> {
  if (scope.trees.has(id)) return true;
  scope.owners ??= resultOf(() => planOwners(scope.repo));
  const owners = await scope.owners;
  if (!owners.ok) scope.owners = undefined;
  return valueOf(owners).get(scope.repo.branchOf(id)) === scope.plan.identity;
}
