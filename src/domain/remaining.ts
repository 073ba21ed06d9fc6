import { ownMs, selectedTasks } from "./metrics.ts";
import type { RunRecord } from "./record.ts";
import type { TaskId } from "./task.ts";
import type { TaskRecord } from "./task_record.ts";

/** How long the tasks that can still be done will take, and how many completed ones that is known from. */
export interface Remaining {
  low_ms: number;
  high_ms: number;
  basis: { tasks: number; runs: number };
}

/** The middle half of what completed tasks have taken, scheduled on as many jobs; undefined: none has. */
export function remainingTime(record: RunRecord, now: number): Remaining | undefined {
  const tasks = selectedTasks(record);
  const durations = tasks.filter(({ status, spans }) => status === "completed" && spans.length > 0)
    .map((task) => ownMs(task, now)).filter((ms) => ms > 0).sort((a, b) => a - b);
  const open = doable(tasks);
  if (durations.length === 0 || open.length === 0) return undefined;
  const taken = (share: number) => durations[Math.floor((durations.length - 1) * share)] ?? 0;
  return {
    low_ms: makespan(open, taken(0.25), record.jobs, now),
    high_ms: makespan(open, taken(0.75), record.jobs, now),
    basis: { tasks: durations.length, runs: record.runs?.length ?? 1 },
  };
}

/** Neither completed, nor blocked, nor behind a blocked one; in the order of the plan. */
function doable(tasks: TaskRecord[]): TaskRecord[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const hopeless = new Map<TaskId, boolean>();
  const isHopeless = (id: TaskId): boolean => {
    const known = hopeless.get(id);
    if (known !== undefined) return known;
    hopeless.set(id, false);
    const task = byId.get(id);
    const answer = task?.status === "blocked" ||
      task?.status !== "completed" && (task?.dependencies ?? []).some(isHopeless);
    hopeless.set(id, answer);
    return answer;
  };
  return tasks.filter(({ id, status }) => status !== "completed" && !isHopeless(id));
}

/** When the last of these tasks is done, where each takes `each` milliseconds on one of the jobs. */
function makespan(tasks: TaskRecord[], each: number, jobs: number, now: number): number {
  const slots: number[] = Array(Math.max(1, jobs)).fill(0);
  const ends = new Map<TaskId, number>();
  const left = new Map(tasks.map((task) => [task.id, task]));
  while (left.size > 0) {
    const slot = slots.indexOf(Math.min(...slots));
    const ready = [...left.values()].filter(({ dependencies }) =>
      dependencies.every((id) => !left.has(id))
    );
    const startOf = ({ dependencies }: TaskRecord) =>
      Math.max(slots[slot] ?? 0, ...dependencies.map((id) => ends.get(id) ?? 0));
    const next = ready.sort((a, b) =>
      Number(b.spans.length > 0) - Number(a.spans.length > 0) ||
      startOf(a) - startOf(b)
    )[0];
    if (next === undefined) break; // a circle, which no valid plan has
    const inHand = next.status === "pending" ? 0 : now - (next.spans.at(-1)?.start ?? now);
    const end = startOf(next) + Math.max(0, each - inHand);
    ends.set(next.id, end);
    slots[slot] = end;
    left.delete(next.id);
  }
  return Math.max(0, ...ends.values());
}
