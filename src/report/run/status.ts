import { branchOf } from "../../domain/names.ts";
import { createColors } from "picocolors";
import { conflictsOfPlan, expectedConflicts } from "../../domain/conflict.ts";
import type { StopReason } from "../../domain/event.ts";
import type { Reason } from "../../domain/failure.ts";
import { attemptCount, lastMoment, stateOf, usageTotals } from "../../domain/metrics.ts";
import { type Remaining, remainingTime } from "../../domain/remaining.ts";
import type { Plan } from "../../domain/plan.ts";
import type { PredictedConflict, RunRecord } from "../../domain/record.ts";
import type { Status, TaskId } from "../../domain/task.ts";
import type { LandedRecord, TaskRecord } from "../../domain/task_record.ts";
import { formatUsd } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { cut, fit, fitLeft, plural, widest, wrap } from "../layout.ts";
import { reasonWords } from "../words.ts";
import { STATUS_WIDTH, taskCells } from "./task_cells.ts";
import {
  countWords,
  landedWhenWords,
  type Paint,
  predictedWords,
  remainingWords,
} from "./phrases.ts";

/** What git says about a task's branch and worktree. */
export interface BranchFacts {
  branch: string;
  /** Own commits of the task. */
  ahead?: number | undefined;
  /** Whether its worktree has uncommitted changes. */
  dirty?: boolean | undefined;
  /** Absolute. */
  worktree?: string | undefined;
}

export interface TaskStatus extends BranchFacts {
  id: TaskId;
  name: string;
  status: Status;
  reason?: Reason | undefined;
  message?: string | undefined;
  /** What its agent waits for a person to answer. */
  question?: string | undefined;
  /** In the last run that was to do it. */
  attempts: number;
  cost_usd?: number | undefined;
  landed?: LandedRecord | undefined;
}

/** What `parex status --json` prints. */
export interface StatusReport {
  plan: { name: string; path: string };
  /** The live run, or the last one. */
  run: {
    id: string;
    state: "running" | "finished" | "interrupted";
    /** The failure of the account, the machine or the base that stopped it. */
    stopped?: StopReason | undefined;
  } | null;
  tasks: TaskStatus[];
  /** Over all runs; null: not known. */
  estimate: Remaining | null;
  /** Still to be expected. */
  conflicts: PredictedConflict[];
}

/** The statuses of the task files, with what git and the record of the plan's runs say of each. */
export function statusReport(
  plan: Plan,
  record: RunRecord | undefined,
  live: boolean,
  facts: Map<TaskId, BranchFacts>,
  now = Date.now(),
): StatusReport {
  const known: Map<TaskId, TaskRecord> = record?.tasks ?? new Map();
  return {
    plan: { name: plan.name, path: plan.path },
    run: record ? runStatus(record, live) : null,
    tasks: plan.tasks.map(({ id, name, status }) => ({
      id,
      name,
      status,
      branch: branchOf(id),
      attempts: 0,
      ...told(known.get(id), status),
      ...facts.get(id),
    })),
    estimate: record && remainingTime(record, live ? now : lastMoment(record)) || null,
    conflicts: record ? expectedConflicts(record) : conflictsOfPlan(plan.tasks),
  };
}

function runStatus(record: RunRecord, live: boolean): NonNullable<StatusReport["run"]> {
  const stopped = record.finished?.stopped;
  return { id: record.run, state: stateOf(record, live), stopped };
}

function told(task: TaskRecord | undefined, status: Status): Partial<TaskStatus> {
  if (!task) return {};
  const { costUsd } = usageTotals(task.attempts);
  const blocked = status === "blocked" && task.status === "blocked";
  return {
    attempts: attemptCount(task),
    reason: blocked ? task.reason : undefined,
    message: blocked ? task.message : undefined,
    question: blocked && task.failure?.reason === "needs_input" ? task.failure.question : undefined,
    cost_usd: costUsd,
    landed: task.landed,
  };
}

const ID_LIMIT = 16;
const BRANCH_LIMIT = 24;
const AHEAD_WIDTH = 6;
const COST_WIDTH = 9;
const NARROWEST_NAME = 10;
const NARROWEST_BRANCH = 12;

/** A status for people. Its last line is ended. */
export function statusText(
  report: StatusReport,
  { color, columns }: { color: boolean; columns: number },
): string {
  const paint = createColors(color);
  const { plan, run, tasks } = report;
  const lines = [
    ...wrap(`${oneLine(plan.name)}: ${countWords(countOf(tasks))}`, columns).map(paint.bold),
    ...wrap(runWords(run), columns).map(paint.dim),
    ...wrap(estimateWords(report), columns).filter((line) => line !== "").map(paint.dim),
    ...stoppedLines(run, columns, paint),
    "",
    ...table(tasks, columns, paint),
    ...conflictLines(report, columns, paint),
  ];
  return lines.map((line) => line.trimEnd() + "\n").join("");
}

function runWords(run: StatusReport["run"]): string {
  if (run === null) return "not run yet";
  const words = `run ${oneLine(run.id)}: ${run.state}`;
  return run.state === "interrupted" ? `${words}; continue it: parex resume` : words;
}

function estimateWords({ estimate, run }: StatusReport): string {
  if (estimate === null) return "";
  const { range, from } = remainingWords(estimate);
  const what = run?.state === "running" ? "estimated completion in" : "left to do, about";
  return `${what} ${range}, based on ${from}`;
}

function stoppedLines(run: StatusReport["run"], columns: number, paint: Paint): string[] {
  if (!run?.stopped) return [];
  const { message, next } = run.stopped;
  return [
    ...wrap(`stopped: ${oneLine(message)}`, columns).map(paint.red),
    ...next.flatMap((line) => wrap(`next: ${oneLine(line)}`, columns)),
  ];
}

function countOf(tasks: TaskStatus[]): Record<Status, number> & { selected: number } {
  const counts = { pending: 0, in_progress: 0, testing: 0, completed: 0, blocked: 0 };
  for (const task of tasks) counts[task.status]++;
  return { ...counts, selected: tasks.length };
}

function table(tasks: TaskStatus[], columns: number, paint: Paint): string[] {
  const idWidth = widest(tasks.map((task) => oneLine(task.id)), ID_LIMIT);
  const fixed = 2 + idWidth + 2 + 2 + STATUS_WIDTH + 1 + 1 + AHEAD_WIDTH + COST_WIDTH;
  const left = Math.max(NARROWEST_NAME + NARROWEST_BRANCH, columns - fixed);
  const branches = widest(tasks.map((task) => oneLine(task.branch)), BRANCH_LIMIT);
  const branchWidth = Math.min(branches, left - NARROWEST_NAME);
  const nameWidth = left - branchWidth;
  const indent = " ".repeat(2 + idWidth + 2);
  return tasks.flatMap((task) => {
    const row = [
      taskCells(task, { id: idWidth, name: nameWidth }, paint),
      " ",
      fit(task.ahead === undefined && !task.worktree ? "" : oneLine(task.branch), branchWidth),
      " ",
      fitLeft(aheadCell(task), AHEAD_WIDTH),
      fitLeft(task.cost_usd === undefined ? "" : formatUsd(task.cost_usd), COST_WIDTH),
    ].join("");
    return [
      row,
      ...notes(task).map((note) => indent + paint.dim(cut(note, columns - indent.length))),
    ];
  });
}

function conflictLines({ conflicts }: StatusReport, columns: number, paint: Paint): string[] {
  if (conflicts.length === 0) return [];
  const lines = conflicts.flatMap((conflict) => wrap(predictedWords(conflict), columns - 2));
  return ["", paint.bold("Likely conflicts"), ...lines.map((line) => `  ${line}`)];
}

/** Own commits, and `*` for what is not committed yet. */
function aheadCell({ ahead, dirty }: TaskStatus): string {
  return `${ahead === undefined ? "" : `+${ahead}`}${dirty ? "*" : ""}`;
}

function notes(task: TaskStatus): string[] {
  const all = [];
  if (task.reason !== undefined) {
    all.push(oneLine(task.message ?? reasonWords(task.reason)));
  }
  if (task.question !== undefined) all.push(oneLine(task.question));
  if (task.attempts > 1) all.push(plural(task.attempts, "attempt"));
  if (task.landed) all.push(landedWhenWords(task.landed));
  return all;
}
