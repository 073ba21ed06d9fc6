import { recordOf, type RunRecord } from "../domain/record.ts";
import { ok, type Result } from "../domain/result.ts";
import { listRuns, liveRun, readJournal, runDir } from "../run/store.ts";

/** A run as its journal tells it. */
export interface KnownRun {
  record: RunRecord;
  /** Whether a process executes it now. */
  live: boolean;
}

/** The run of this id, or the one that goes on, or the last one; undefined if there is none. */
export async function findRun(
  commonDir: string,
  id?: string,
): Promise<Result<KnownRun | undefined>> {
  const current = liveRun(commonDir);
  const runs = await listRuns(commonDir);
  // A run that has only just begun has no journal yet.
  const begun = runs.find((run) => run === current?.run);
  const run = id ?? begun ?? runs.at(-1);
  if (run === undefined) return ok(undefined);
  const events = await readJournal(runDir(commonDir, run));
  if (!events.ok) return events;
  return ok({ record: recordOf(events.value), live: current?.run === run });
}
