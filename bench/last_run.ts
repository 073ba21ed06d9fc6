/** What the journal of a repository's last run tells. */
import { join } from "node:path";
import { valueOf } from "../src/domain/failed.ts";
import { resultOf } from "../src/domain/failed.ts";
import type { EventOf, EventType, RunEvent } from "../src/domain/event.ts";
import { listRuns, readJournal, runDir } from "../src/journal/store.ts";

export async function lastEvents(root: string): Promise<RunEvent[]> {
  const commonDir = join(root, ".git");
  const last = (await listRuns(commonDir)).at(-1) ?? "";
  return [...valueOf(await resultOf(() => readJournal(runDir(commonDir, last))))];
}

export function eventsOf<T extends EventType>(events: readonly RunEvent[], type: T) {
  return events.filter((event): event is RunEvent & EventOf<T> => event.type === type);
}
