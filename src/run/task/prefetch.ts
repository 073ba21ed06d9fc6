import { fromCallback } from "xstate";
import type { AheadEvent } from "../../../machines/ports.ts";
import type { TaskId } from "../../domain/task.ts";

/** The port that does what it can ahead of tasks' starts: one after the other, those that come next. */
export function aheadOf(prepare: (task: TaskId, signal: AbortSignal) => Promise<unknown>) {
  return fromCallback<AheadEvent>(({ receive }) => {
    const stop = new AbortController();
    const begun = new Set<TaskId>();
    let wanted: TaskId[] = [];
    let working = false;
    const work = async () => {
      working = true;
      for (let task = wanted.shift(); task && !stop.signal.aborted; task = wanted.shift()) {
        if (begun.has(task)) continue;
        begun.add(task);
        // What cannot be done now is tried again when its task starts, which tells why.
        await prepare(task, stop.signal);
      }
      working = false;
    };
    receive((event) => {
      wanted = [...event.tasks];
      if (!working) void work();
    });
    return () => stop.abort();
  });
}
