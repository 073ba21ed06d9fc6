import type { RunEvent } from "../domain/event.ts";
import { selectedTasks } from "../domain/metrics.ts";
import { planRecord } from "../domain/plan_record.ts";
import { emptyRecord, recordsOf } from "../domain/record.ts";
import type { SavedTask } from "./page/data.ts";
import { pageWith } from "./page_file.ts";
import { type RunFolder, savedTask } from "./run_files.ts";

/**
 * The page of a run, or with `whole` of a plan over all its runs, with all its data in it: a file that needs
 * no other, and no server.
 */
export async function reportPage(
  folder: RunFolder,
  events: RunEvent[],
  { live, whole }: { live: boolean; whole: boolean },
): Promise<string> {
  const runs = recordsOf(events);
  const record = whole ? planRecord(runs) : runs.at(-1) ?? emptyRecord();
  const tasks: [string, SavedTask][] = [];
  for (const task of selectedTasks(record)) {
    if (task.attempts.length > 0) tasks.push([task.id, await savedTask(folder, task, record)]);
  }
  return await pageWith({
    kind: "saved",
    whole,
    events: withoutIdleTalk(events),
    live,
    savedAt: new Date().toISOString(),
    tasks: Object.fromEntries(tasks),
  });
}

/**
 * What an agent was doing at each moment is of no use after its attempt. The others get numbers without the
 * gaps that this makes, since a gap means that the journal is damaged.
 */
function withoutIdleTalk(events: RunEvent[]): RunEvent[] {
  const over = new Set(
    events.flatMap((event) => event.type === "agent.finished" ? [attemptOf(event)] : []),
  );
  const left = new Map<string, number>();
  return events.flatMap((event) => {
    const { run } = event;
    const before = left.get(run) ?? 0;
    if (event.type !== "agent.activity" || !over.has(attemptOf(event))) {
      return [{ ...event, seq: event.seq - before }];
    }
    left.set(run, before + 1);
    return [];
  });
}

function attemptOf({ run, task, attempt }: { run: string; task: string; attempt: number }): string {
  return `${run} ${task} ${attempt}`;
}
