import { resultOf } from "../domain/failed.ts";
import { planRecord } from "../domain/plan_record.ts";
import { recordOf, type RunRecord } from "../domain/record.ts";
import { readJournal, runDir } from "../journal/store.ts";
import type { RunFolder } from "./run_files.ts";

/** What a page shows: a run, or its plan over all runs. */
export interface WebRun extends RunFolder {
  id: string;
  /** Ids of the plan's earlier runs, oldest first; absent: the page shows this run alone. */
  earlier?: readonly string[] | undefined;
}

/** The record that the page shows; undefined: the journal cannot be read. */
export async function recordFrom({ repo, dir, earlier }: WebRun): Promise<RunRecord | undefined> {
  const events = await resultOf(() => readJournal(dir));
  if (!events.ok) return undefined;
  const last = recordOf(events.value);
  if (earlier === undefined) return last;
  const before: RunRecord[] = [];
  for (const run of earlier) {
    const known = await resultOf(() => readJournal(runDir(repo.commonDir, run)));
    if (known.ok) before.push(recordOf(known.value));
  }
  return planRecord([...before, last]);
}
