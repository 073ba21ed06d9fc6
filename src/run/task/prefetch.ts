import { fromCallback } from "xstate";
import type { PrefetchEvent } from "../../../machines/ports.ts";
import type { TaskId } from "../../domain/task.ts";

/** The port that prepares the next tasks ahead of their starts, one after the other. */
export function prefetcher(prepare: (task: TaskId, signal: AbortSignal) => Promise<unknown>) {
  return fromCallback<PrefetchEvent>(({ receive }) => {
    const stop = new AbortController();
    const begun = new Set<TaskId>();
    let wanted: TaskId[] = [];
    let working = false;
    const work = async () => {
      working = true;
      for (let task = wanted.shift(); task && !stop.signal.aborted; task = wanted.shift()) {
        if (begun.has(task)) continue;
        begun.add(task);
        // If it fails, it is tried again when the task starts, and reported then.
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
