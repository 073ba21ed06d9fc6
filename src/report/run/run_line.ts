import {
  countStatuses,
  selectedTasks,
  stateOf,
  usageTotals,
  wallMs,
} from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";

/** What one run did, as `parex runs --json` prints it. */
export interface RunLine {
  id: string;
  state: "running" | "finished" | "interrupted";
  /** The plan's name; null: not known. */
  plan: string | null;
  started_at: string;
  wall_ms: number;
  /** Selected ones. */
  tasks: number;
  completed: number;
  blocked: number;
  /** By this run. */
  landed: number;
  attempts: number;
  /** As agents reported it; null: not reported. */
  cost_usd: number | null;
  exit_code: number | null;
}

/** A run in a line. `live`: its process is known to run. */
export function runLine(record: RunRecord, live: boolean): RunLine {
  const selected = selectedTasks(record);
  const { completed, blocked } = countStatuses(record);
  const totals = usageTotals(selected.flatMap(({ attempts }) => attempts));
  return {
    id: record.run,
    state: stateOf(record, live),
    plan: record.plan?.name ?? null,
    started_at: new Date(record.spans[0]?.start ?? 0).toISOString(),
    wall_ms: wallMs(record),
    tasks: selected.length,
    completed,
    blocked,
    landed: selected.filter(({ landed }) => landed?.run === record.run).length,
    attempts: totals.attempts,
    cost_usd: totals.costUsd ?? null,
    exit_code: record.finished?.exit_code ?? null,
  };
}
