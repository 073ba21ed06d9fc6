import { Failed } from "../domain/failed.ts";
import type { RunRecord } from "../domain/record.ts";
import { closest } from "../domain/suggest.ts";
import type { TaskId } from "../domain/task.ts";
import type { TaskRecord } from "../domain/task_record.ts";
import { processEnv } from "../exec/env.ts";
import { openRepository, type Repository } from "../git/repository.ts";
import { runDir } from "../journal/store.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import type { RunFolder } from "../web/run_files.ts";
import { findRun, historyOf } from "./runs.ts";

/** A task in the plan of the last run, with the records of all its runs. */
export interface KnownTask {
  repo: Repository;
  task: TaskRecord;
  /** The record of the plan over all its runs. */
  record: RunRecord;
  /** Whether its last run is in progress. */
  live: boolean;
  secrets: string[];
}

/** Throws `unknown_task`, and `run_not_found` if the plan was never run. */
export async function knownTask(cwd: string, id: TaskId): Promise<KnownTask> {
  const repo = await openRepository(cwd);
  const run = await findRun(repo.commonDir);
  if (!run) throw new Failed({ reason: "run_not_found" });
  const record = await historyOf(repo.commonDir, run.record);
  const task = record.tasks.get(id);
  if (!task) {
    const suggestion = closest(id, record.tasks.keys());
    throw new Failed({ reason: "unknown_task", id, suggestion });
  }
  const secrets = await secretsForRecords(repo, record.settings?.copy ?? [], processEnv());
  return { repo, task, record, live: run.live, secrets: [...secrets] };
}

/** Where the files of the plan's runs are. */
export function folderOf({ repo, record, secrets }: KnownTask): RunFolder {
  return { repo, secrets, dir: runDir(repo.commonDir, record.run) };
}
