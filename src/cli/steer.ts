import { Failed } from "../domain/failed.ts";
import type { RunEvent } from "../domain/event.ts";
import { recordOf } from "../domain/record.ts";
import { liveRun, readJournal, runDir } from "../journal/store.ts";
import { followJournal } from "../journal/tail.ts";
import { refusalOf, type Steering, submitSteering } from "../run/task/steering.ts";

/**
 * Sends a request to the run in progress, and waits until it is done. Returns the run's id; undefined: no run
 * is in progress, or it ended first. Throws `usage` if the run cannot do it.
 */
export async function steer(commonDir: string, steering: Steering): Promise<string | undefined> {
  const live = liveRun(commonDir);
  if (!live) return undefined;
  const dir = runDir(commonDir, live.run);
  const events = await readJournal(dir);
  const refusal = refusalOf(recordOf(events), steering);
  if (refusal !== undefined) {
    throw new Failed({ reason: "usage", message: refusal, hint: "parex status" });
  }
  const seq = events.at(-1)?.seq ?? 0;
  const withdrawAnswer = await submitSteering(dir, steering);
  for await (const event of followJournal(dir, () => liveRun(commonDir)?.run === live.run)) {
    if (event.seq > seq && isDone(event, steering)) return live.run;
  }
  withdrawAnswer();
  return undefined;
}

function isDone(event: RunEvent, steering: Steering): boolean {
  if (steering.ask === "set") return event.type === "run.changed";
  if (steering.ask === "end") return event.type === "run.finished";
  if (event.type !== "task.status" || event.task !== steering.task) return false;
  return steering.ask === "retry" ? event.to === "pending" : event.from !== event.to &&
    event.to !== "testing";
}
