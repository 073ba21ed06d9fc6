import { createColors } from "picocolors";
import { expectedConflicts } from "../../domain/conflict.ts";
import { countStatuses, selectedTasks, usageTotals, wallMs } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { TaskId } from "../../domain/task.ts";
import { formatCount, formatUsd } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { cut, plural, wrap } from "../layout.ts";
import { clockWords, countdown, type Paint, predictedWords } from "../run/phrases.ts";
import { attentionLines } from "./attention.ts";
import { paneLines } from "./pane.ts";
import { shownTasks, taskRows } from "./task_rows.ts";
import type { FrameOptions } from "./view.ts";

const BAR_LIMIT = 40;
/** Of the header and the footer, with the empty lines around them. */
const OTHER_LINES = 6;

/** The live view of a run at one moment. Fits the terminal. */
export function frame(record: RunRecord, options: FrameOptions): string {
  const paint = createColors(options.color);
  // The last line of the terminal is the cursor's.
  const rows = Math.max(1, options.rows - 1);
  const keys = keyLines(options, paint);
  const body = rows - keys.length;
  const lines = options.view?.pane
    ? paneLines(options.view, options, Math.max(0, body))
    : runLines(record, options, paint, body);
  return [...lines.slice(0, Math.max(0, body)), ...keys].slice(0, rows).join("\n");
}

/** The tasks that are on the screen, from top to bottom. */
export function tasksInFrame(record: RunRecord, options: FrameOptions): TaskId[] {
  const paint = createColors(options.color);
  const body = Math.max(1, options.rows - 1) - keyLines(options, paint).length;
  return shownTasks(record, roomForTasks(record, options, paint, body)).map(({ id }) => id);
}

function runLines(
  record: RunRecord,
  options: FrameOptions,
  paint: Paint,
  rows: number,
): string[] {
  const room = roomForTasks(record, options, paint, rows);
  return [
    ...header(record, options, paint),
    ...taskRows(record, options, paint, room),
    ...attentionLines(record, options, paint, attentionRoom(record, rows)),
    ...footer(record, options, paint),
  ];
}

function roomForTasks(record: RunRecord, options: FrameOptions, paint: Paint, rows: number) {
  const others = header(record, options, paint).length +
    attentionLines(record, options, paint, attentionRoom(record, rows)).length +
    footer(record, options, paint).length;
  // An empty line is before the tasks.
  return Math.max(1, rows - others - 1);
}

/** What needs a person may take half of the screen, or what the tasks leave of it. */
function attentionRoom(record: RunRecord, rows: number): number {
  return Math.max(Math.floor(rows / 2), rows - selectedTasks(record).length - OTHER_LINES);
}

function header(record: RunRecord, { now, columns }: FrameOptions, paint: Paint): string[] {
  const title = `parex  ${oneLine(record.plan?.name ?? "")}`;
  const facts = [
    `from ${oneLine(record.base)}`,
    plural(record.jobs, "job"),
    clockWords(wallMs(record, now)),
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

function footer(record: RunRecord, { now, columns }: FrameOptions, paint: Paint): string[] {
  const lines = [conflictWords(record), usageWords(record)].filter((line) => line !== "");
  const parked = record.parked;
  if (parked && parked.until > now) {
    lines.push(`${oneLine(parked.why)}: continuing in ${countdown(parked.until, now)}`);
  }
  return lines.length === 0 ? [] : ["", ...lines.map((line) => paint.dim(cut(line, columns)))];
}

/** The conflict that was foreseen last, and how many others were. */
function conflictWords(record: RunRecord): string {
  const ahead = expectedConflicts(record);
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

const KEYS = "↑↓ task · Enter log · d diff · r retry · s stop · a answer · q leave · ? help";
const PANE_KEYS = "↑↓ scroll · q back";

/** What a key does now, or what is asked for. */
function keyLines({ view, columns }: FrameOptions, paint: Paint): string[] {
  if (!view) return [];
  const { prompt, task = "" } = view;
  if (prompt?.ask === "stop") {
    return ["", cut(`Stop ${oneLine(task)}? Its agent ends, the task is blocked. y/n`, columns)];
  }
  if (prompt) {
    const written = wrap(`Answer to ${oneLine(task)}: ${oneLine(prompt.text)}▏`, columns)
      .map((line) => cut(line, columns));
    return ["", ...written, paint.dim(cut("Enter sends it · Esc cancels", columns))];
  }
  const said = view.said === undefined ? [] : [cut(oneLine(view.said), columns)];
  return ["", ...said, paint.dim(cut(view.pane ? PANE_KEYS : KEYS, columns))];
}
