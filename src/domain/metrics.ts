import { type Usage, USAGE_COUNTS } from "./event.ts";
import type { RunRecord } from "./record.ts";
import type { Status } from "./task.ts";
import type { AttemptRecord, Span, TaskRecord } from "./task_record.ts";

/** The total length of spans; an open one counts up to `now`. */
function lengthOf(spans: Span[], now: number): number {
  return spans.reduce((sum, span) => sum + Math.max(0, (span.end ?? now) - span.start), 0);
}

/** The moment of the run's last event, milliseconds since the epoch. */
export function lastMoment(record: RunRecord): number {
  const last = record.spans.at(-1);
  return last?.end ?? last?.start ?? 0;
}

/**
 * How long a run has been executed, without the time between an interruption and its resumption.
 */
export function wallMs(record: RunRecord, now?: number): number {
  const length = lengthOf(record.spans, lastMoment(record));
  return now === undefined || record.finished
    ? length
    : length + Math.max(0, now - lastMoment(record));
}

/** How long a task was active, without waiting for its turn or for a usage limit. */
export function ownMs(task: TaskRecord, now: number): number {
  return lengthOf(task.spans, now) - lengthOf(task.parkedSpans, now);
}

/**
 * How long an attempt took, or has taken by now. One that nobody saw the end of counts nothing: it
 * was cut off before its task was taken up again.
 */
export function attemptMs(attempt: AttemptRecord, task: TaskRecord, now: number): number {
  if (attempt.ms !== undefined) return attempt.ms;
  const inHand = task.spans.at(-1);
  const underWay = attempt === task.attempts.at(-1) && inHand !== undefined &&
    inHand.end === undefined && attempt.startedAt >= inHand.start;
  return underWay ? Math.max(0, now - attempt.startedAt) : 0;
}

/**
 * How many attempts a task took. One that a usage limit paused counts once, whichever agent
 * continued it.
 */
export function attemptCount({ attempts }: Pick<TaskRecord, "attempts">): number {
  return new Set(attempts.map(({ run, attempt }) => `${run ?? ""}/${attempt}`)).size;
}

/** The tasks that the run was to do, in the order of the plan. */
export function selectedTasks(record: RunRecord): TaskRecord[] {
  return [...record.tasks.values()].filter((task) => task.selected);
}

/** The sum of the tasks' own times. */
export function tasksMs(record: RunRecord, now = lastMoment(record)): number {
  return selectedTasks(record).reduce((sum, task) => sum + ownMs(task, now), 0);
}

/** The tasks' own times over the wall time: 1 is what one after the other would have taken. */
export function speedupOf(record: RunRecord, now = lastMoment(record)): number {
  const wall = wallMs(record, now);
  return wall === 0 ? 1 : Math.round(tasksMs(record, now) / wall * 100) / 100;
}

/** How many of the run's tasks are in each status. */
export function countStatuses(record: RunRecord): Record<Status, number> {
  const counts = { pending: 0, in_progress: 0, testing: 0, completed: 0, blocked: 0 };
  for (const task of selectedTasks(record)) counts[task.status]++;
  return counts;
}

/** `running` only if its process is known to live. */
export function stateOf(
  record: RunRecord,
  live: boolean,
): "running" | "finished" | "interrupted" {
  if (record.finished) return record.finished.interrupted ? "interrupted" : "finished";
  return live ? "running" : "interrupted";
}

export interface UsageTotals {
  attempts: number;
  /** What was reported; absent if no attempt reported it. */
  costUsd?: number | undefined;
  /** Attempts that did not report what they cost. */
  costUnreported: number;
  /** Attempts that did not report their tokens. */
  tokensUnreported: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/** What attempts used together. */
export function usageTotals(attempts: AttemptRecord[]): UsageTotals {
  const usages = attempts.map((attempt) => attempt.usage);
  const costs = usages.flatMap((usage) => usage.cost_usd ?? []);
  const sum = (
    key: "input_tokens" | "output_tokens" | "cache_read_tokens" | "cache_write_tokens",
  ) => usages.reduce((total, usage) => total + (usage[key] ?? 0), 0);
  return {
    attempts: attempts.length,
    costUsd: costs.length === 0 ? undefined : sumUsd(costs),
    costUnreported: attempts.length - costs.length,
    tokensUnreported: usages.filter((usage) => !reportsTokens(usage)).length,
    input: sum("input_tokens"),
    output: sum("output_tokens"),
    cacheRead: sum("cache_read_tokens"),
    cacheWrite: sum("cache_write_tokens"),
  };
}

/** What was used before, and more of it. */
export function addUsage(before: Usage, more: Usage): Usage {
  const total: Usage = { ...before, model: more.model ?? before.model };
  for (const key of USAGE_COUNTS) {
    const count = more[key];
    if (count !== undefined) total[key] = (before[key] ?? 0) + count;
  }
  return total;
}

export function reportsTokens(usage: Usage): boolean {
  return usage.input_tokens !== undefined || usage.output_tokens !== undefined;
}

const UNITS_PER_USD = 1e9;

/** Adds in whole billionths of a dollar: the order of the parts never shows in the sum. */
export function sumUsd(parts: number[]): number {
  return parts.reduce((sum, part) => sum + Math.round(part * UNITS_PER_USD), 0) / UNITS_PER_USD;
}
