import { Failed, resultOf } from "../domain/failed.ts";
import { emptyRecord, type RunRecord } from "../domain/record.ts";
import { unknownTask } from "../domain/suggest.ts";
import type { TaskId } from "../domain/task.ts";
import { newTask, type TaskRecord } from "../domain/task_record.ts";
import { processEnv } from "../exec/env.ts";
import type { Repository } from "../git/repository.ts";
import { listWorktrees } from "../git/worktree_list.ts";
import { exists } from "../util/files.ts";
import { repositoryAt } from "./repository.ts";
import { runDir } from "../journal/store.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import type { RunFolder } from "../web/run_files.ts";
import { currentBase, currentPlan, findRun, historyOf } from "./runs.ts";

/** A task, with the records of all runs of its plan. */
export interface KnownTask {
  repo: Repository;
  task: TaskRecord;
  /** The record of the plan over all its runs. */
  record: RunRecord;
  /** Whether its last run is in progress. */
  live: boolean;
  secrets: string[];
}

/**
 * A task as the plan's runs know it, or before its first run as the plan or its branch does. Throws
 * `unknown_task`, and `run_not_found` if there is neither a run nor a plan.
 */
export async function knownTask(cwd: string, id: TaskId): Promise<KnownTask> {
  const repo = await repositoryAt(cwd);
  const run = await findRun(repo.commonDir);
  const known = run && await historyOf(repo.commonDir, run.record);
  const record = known?.tasks.has(id) ? known : await notRunYet(repo, cwd, id, known);
  const task = record.tasks.get(id);
  if (!task) {
    throw new Failed(unknownTask(id, record.tasks.keys()));
  }
  const worktree = await worktreeOf(repo, task);
  const secrets = await secretsForRecords(repo, record.settings?.copy ?? [], processEnv());
  return {
    repo,
    task: { ...task, worktree },
    record,
    live: run?.live ?? false,
    secrets: [...secrets],
  };
}

/** The record of a plan whose runs do not know the task, with the tasks that the plan has by now. */
async function notRunYet(
  repo: Repository,
  cwd: string,
  id: TaskId,
  known: RunRecord | undefined,
): Promise<RunRecord> {
  const found = await resultOf(() => currentPlan(repo, cwd));
  const planned = found.ok ? found.value.plan.tasks : [];
  const nodes = planned.map(({ id, name, effectivePriority, dependencies, status }) => ({
    id,
    name,
    priority: effectivePriority,
    dependencies,
    status,
    branch: repo.branchOf(id),
  }));
  const branch = repo.branchOf(id);
  const hasBranch = await repo.refs.sha(`refs/heads/${branch}`) !== undefined;
  if (!nodes.some((node) => node.id === id) && hasBranch) {
    nodes.push({ id, name: id, priority: "medium", dependencies: [], status: "pending", branch });
  }
  if (!found.ok && nodes.length === 0) {
    throw new Failed(known ? { reason: "unknown_task", id } : { reason: "run_not_found" });
  }
  const base = await resultOf(() => currentBase(repo, known?.base));
  const tasks = new Map([
    ...nodes.map((node) => [node.id, newTask(node)] as const),
    ...known?.tasks ?? [],
  ]);
  return { ...known ?? emptyRecord(), base: base.ok ? base.value : "HEAD", tasks };
}

/** Where its branch is checked out; undefined: nowhere. */
async function worktreeOf(repo: Repository, task: TaskRecord): Promise<string | undefined> {
  if (task.worktree !== undefined && exists(task.worktree)) return task.worktree;
  return (await listWorktrees(repo)).find(({ branch }) => branch === task.branch)?.path;
}

/** Where the files of the plan's runs are. */
export function folderOf({ repo, record, secrets }: KnownTask): RunFolder {
  return { repo, secrets, dir: runDir(repo.commonDir, record.run) };
}
