import { createColors } from "picocolors";
import { conflictsAhead } from "../../domain/conflict.ts";
import { countStatuses, ownMs, selectedTasks, usageTotals, wallMs } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { TaskRecord } from "../../domain/task_record.ts";
import { formatCount, formatDuration, formatUsd } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { cut, fit, fitLeft, plural, widest } from "../layout.ts";
import { reasonWords, statusWord } from "../words.ts";
import { rowStart, STATUS_WIDTH } from "../run/task_row.ts";
import { type Paint, predictedWords, symbolOf } from "../run/phrases.ts";

export interface FrameOptions {
  /** Milliseconds since the epoch. */
  now: number;
  columns: number;
  rows: number;
  color: boolean;
}

const ID_LIMIT = 12;
const ELAPSED_WIDTH = 8;
const BAR_LIMIT = 40;
/** Lines that are not rows of tasks, and the line of the cursor. */
const OTHER_LINES = 9;

/** The live view of a run at one moment. Fits the terminal. */
export function frame(record: RunRecord, options: FrameOptions): string {
  const paint = createColors(options.color);
  const lines = [
    ...header(record, options, paint),
    ...taskRows(record, options, paint),
    ...footer(record, options, paint),
  ];
  return lines.slice(0, Math.max(1, options.rows - 1)).join("\n");
}

function header(record: RunRecord, { now, columns }: FrameOptions, paint: Paint): string[] {
  const title = `parex  ${oneLine(record.plan?.name ?? "")}`;
  const facts = [
    `from ${oneLine(record.base)}`,
    plural(record.jobs, "job"),
    clock(wallMs(record, now)),
  ].join(" · ");
  const counts = countStatuses(record);
  const total = selectedTasks(record).length;
  const words = `${counts.completed}/${total} completed` +
    (counts.blocked > 0 ? `, ${counts.blocked} blocked` : "");
  const width = Math.max(0, Math.min(BAR_LIMIT, columns - words.length - 2));
  const settled = total === 0 ? 0 : Math.floor(width * counts.completed / total);
  const stuck = counts.blocked === 0 ? 0 : Math.ceil(width * counts.blocked / total);
  const blocked = Math.min(stuck, width - settled);
  const bar = paint.green("█".repeat(settled)) + paint.red("█".repeat(blocked)) +
    paint.dim("░".repeat(width - settled - blocked));
  const room = Math.max(0, columns - facts.length - 2);
  return [
    cut(`${cut(title, room)}  ${facts}`, columns),
    columns < words.length + 2 ? cut(words, columns) : `${bar}  ${words}`,
  ].map((line, i) => i === 0 ? paint.bold(line) : line);
}

/** A row for each task that something has happened to; what is going on before what is over. */
function taskRows(record: RunRecord, options: FrameOptions, paint: Paint): string[] {
  const tasks = selectedTasks(record).filter((task) =>
    task.status !== "pending" || task.attempts.length > 0
  );
  const room = Math.max(1, options.rows - OTHER_LINES);
  const shown = tasks.length <= room ? tasks : mostTelling(tasks, room - 1);
  const hidden = tasks.length - shown.length;
  if (shown.length === 0) return [];
  const idWidth = widest(shown.map((task) => oneLine(task.id)), ID_LIMIT);
  return [
    "",
    ...shown.map((task) => taskRow(task, idWidth, options, paint)),
    ...(hidden === 0 ? [] : [paint.dim(`… ${hidden} more`)]),
  ];
}

const TELLING = { in_progress: 0, testing: 0, blocked: 1, completed: 2, pending: 3 };

/** Of all tasks those that matter most now, the latest of each kind, in the order of the plan. */
function mostTelling(tasks: TaskRecord[], room: number): TaskRecord[] {
  const latest = (task: TaskRecord) => task.spans.at(-1)?.end ?? task.spans.at(-1)?.start ?? 0;
  const ranked = tasks.toSorted((a, b) =>
    TELLING[a.status] - TELLING[b.status] || latest(b) - latest(a)
  );
  const kept = new Set(ranked.slice(0, room));
  return tasks.filter((task) => kept.has(task));
}

function taskRow(
  task: TaskRecord,
  idWidth: number,
  { now, columns }: FrameOptions,
  paint: Paint,
): string {
  const fixed = 2 + idWidth + 2 + 2 + STATUS_WIDTH + 2 + ELAPSED_WIDTH;
  const room = Math.max(0, columns - fixed);
  const nameWidth = Math.floor(room * 0.45);
  const row = [
    rowStart(task, { id: idWidth, name: nameWidth }, paint),
    "  ",
    paint.dim(fit(doing(task, now), room - nameWidth)),
  ].join("");
  return columns < fixed
    ? cut(`${symbolOf(task.status)} ${oneLine(task.id)} ${statusWord(task.status)}`, columns)
    : row + fitLeft(clock(ownMs(task, now)), ELAPSED_WIDTH);
}

/** What is happening to a task now, in a few words. */
function doing(task: TaskRecord, now: number): string {
  if (task.parked) return `usage limit: waiting ${countdown(task.parked.until, now)}`;
  switch (task.status) {
    case "blocked":
      return reasonWords(task.reason);
    case "testing":
      return "running checks";
    case "completed":
      return task.landed ? (task.landed.how === "merge" ? "merged" : "pull request open") : "";
    case "pending":
      return "back to waiting";
    case "in_progress":
      return doingInProgress(task);
  }
}

function doingInProgress(task: TaskRecord): string {
  const attempt = task.attempts.at(-1);
  if (!attempt) return task.worktree === undefined ? "creating its worktree" : "setting up";
  if (attempt.ms === undefined) {
    const again = attempt.attempt === 1 ? "" : `attempt ${attempt.attempt}`;
    return [again, oneLine(task.activity ?? "")].filter(Boolean).join(": ");
  }
  const checked = task.checks.some((check) => check.attempt === attempt.attempt);
  return checked ? "checks failed, starting again" : "committing";
}

function footer(record: RunRecord, { now, columns }: FrameOptions, paint: Paint): string[] {
  const lines = [waitingWords(record), conflictWords(record), usageWords(record)].filter((line) =>
    line !== ""
  );
  const parked = record.parked;
  if (parked && parked.until > now) {
    lines.push(`${oneLine(parked.why)}: continuing in ${countdown(parked.until, now)}`);
  }
  return lines.length === 0 ? [] : ["", ...lines.map((line) => paint.dim(cut(line, columns)))];
}

function waitingWords(record: RunRecord): string {
  const fresh = selectedTasks(record).filter((task) =>
    task.status === "pending" && task.attempts.length === 0
  );
  const ready =
    fresh.filter((task) =>
      task.dependencies.every((id) => record.tasks.get(id)?.status === "completed")
    ).length;
  const waiting = fresh.length - ready;
  return [waiting > 0 ? `${waiting} waiting` : "", ready > 0 ? `${ready} ready` : ""]
    .filter(Boolean).join(", ");
}

/** The conflict that was foreseen last, and how many others were. */
function conflictWords(record: RunRecord): string {
  const ahead = conflictsAhead(record);
  const last = ahead.at(-1);
  if (!last) return "";
  const more = ahead.length === 1 ? "" : `${ahead.length} likely conflicts: `;
  return more + predictedWords(last);
}

function usageWords(record: RunRecord): string {
  const attempts = [...record.tasks.values()].flatMap((task) => task.attempts);
  const totals = usageTotals(attempts);
  const parts = [];
  if (totals.tokensUnreported < totals.attempts) {
    const prompts = totals.input + totals.cacheRead + totals.cacheWrite;
    parts.push(`${formatCount(prompts)} tokens in, ${formatCount(totals.output)} out`);
  }
  if (totals.costUsd !== undefined) parts.push(`${formatUsd(totals.costUsd)} so far`);
  return parts.join(" · ");
}

function countdown(until: number, now: number): string {
  return clock(Math.max(0, Math.ceil((until - now) / 1000) * 1000));
}

/** A time that is redrawn every second. */
function clock(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1000)}s` : formatDuration(ms);
}
