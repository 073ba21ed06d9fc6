import type { Plan } from "../../domain/plan.ts";
import type { Beginning } from "../../domain/resume.ts";
import type { TaskId } from "../../domain/task.ts";
import type { TaskRecord } from "../../domain/task_record.ts";
import { planBranches } from "../../git/branches.ts";
import type { Repository } from "../../git/repository.ts";
import { runsNewestFirst } from "../../journal/store.ts";
import { retryFrom } from "../task/retry_begin.ts";

/**
 * Where tasks begin that an earlier run of the plan has left blocked. `before`: only runs that are older
 * than this one count.
 */
export async function retriesOf(
  repo: Repository,
  plan: Plan,
  tasks: readonly TaskId[],
  before?: string,
): Promise<Map<TaskId, Beginning>> {
  const retries = new Map<TaskId, Beginning>();
  if (tasks.length === 0) return retries;
  const known = await lastRecords(repo.commonDir, plan.identity, tasks, before);
  const branches = await planBranches(repo, plan.identity);
  for (const task of known.filter(({ status }) => status === "blocked")) {
    const isLeft = branches.has(repo.branchOf(task.id));
    if (isLeft) retries.set(task.id, await retryFrom(repo, task, 1));
  }
  return retries;
}

/** What the newest run that executed each of these tasks has recorded of it. */
async function lastRecords(
  commonDir: string,
  identity: string,
  tasks: readonly TaskId[],
  before: string | undefined,
): Promise<TaskRecord[]> {
  const missing = new Set(tasks);
  const found: TaskRecord[] = [];
  for await (const { record } of runsNewestFirst(commonDir, { lenient: true })) {
    if (record.plan?.identity !== identity || record.agentless) continue;
    if (before !== undefined && record.run >= before) continue;
    for (const id of missing) {
      const task = record.tasks.get(id);
      if (!task?.selected || (task.status === "pending" && task.attempts.length === 0)) continue;
      found.push(task);
      missing.delete(id);
    }
    if (missing.size === 0) break;
  }
  return found;
}
