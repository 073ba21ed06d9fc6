import { topological } from "../../domain/graph.ts";
import { ownMs } from "../../domain/metrics.ts";
import type { TaskId } from "../../domain/task.ts";
import type { TaskRecord } from "../../domain/task_record.ts";

export interface CriticalPath {
  tasks: TaskId[];
  ms: number;
}

interface End {
  ms: number;
  after?: TaskId;
}

/**
 * The chain of tasks, each waiting for the one before, whose own times add up to the most. No
 * schedule could have been faster with tasks that take this long, however many run at once.
 */
export function criticalPath(tasks: readonly TaskRecord[], now: number): CriticalPath {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const ends = new Map<TaskId, End>();
  let last: TaskId | undefined;
  let longest = 0;
  for (const id of topological(tasks)) {
    const task = byId.get(id);
    if (!task) continue;
    const end = latest(task.dependencies, ends);
    end.ms += ownMs(task, now);
    ends.set(id, end);
    if (end.ms > longest) [last, longest] = [id, end.ms];
  }
  const chain: TaskId[] = [];
  for (let id = last; id !== undefined; id = ends.get(id)?.after) chain.push(id);
  return { tasks: chain.reverse(), ms: longest };
}

function latest(dependencies: TaskId[], ends: Map<TaskId, End>): End {
  let end: End = { ms: 0 };
  for (const after of dependencies) {
    const ms = ends.get(after)?.ms ?? 0;
    if (ms > end.ms) end = { ms, after };
  }
  return end;
}
