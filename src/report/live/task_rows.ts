import { attemptCount, ownMs, selectedTasks } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { Status } from "../../domain/task.ts";
import type { TaskRecord } from "../../domain/task_record.ts";
import { oneLine } from "../escape.ts";
import { cut, fit, fitLeft, widest } from "../layout.ts";
import { statusWord } from "../words.ts";
import { doingWords } from "../run/doing.ts";
import { STATUS_WIDTH, taskCells } from "../run/task_cells.ts";
import { clockWords, costCell, type Paint, symbolOf } from "../run/phrases.ts";
import { usageSummary } from "../run/usage_summary.ts";
import type { FrameOptions } from "./view.ts";

const ID_LIMIT = 12;
const ELAPSED_WIDTH = 8;
const COST_WIDTH = 10;
/** From this width on a row has room for the cost. */
const WIDE = 110;

/** The tasks that there is room for, in the order of the plan. */
export function shownTasks(record: RunRecord, room: number): TaskRecord[] {
  const tasks = selectedTasks(record);
  return tasks.length <= room ? tasks : mostImportant(tasks, Math.max(1, room - 1));
}

/** A row for each task that there is room for, and what the others are. */
export function taskRows(
  record: RunRecord,
  options: FrameOptions,
  paint: Paint,
  room: number,
): string[] {
  const shown = shownTasks(record, room);
  if (shown.length === 0) return [];
  const hidden = selectedTasks(record).filter((task) => !shown.includes(task));
  const widths = {
    id: widest(shown.map((task) => oneLine(task.id)), ID_LIMIT),
    name: widest(shown.map((task) => oneLine(task.name)), options.columns),
  };
  return [
    "",
    ...shown.map((task) => taskRow(task, record, widths, options, paint)),
    ...(hidden.length === 0
      ? []
      : [paint.dim(cut(`… ${hidden.length} more: ${countsOf(hidden, record)}`, options.columns))]),
  ];
}

const IMPORTANCE = { in_progress: 0, testing: 0, blocked: 1, completed: 2, pending: 3 };

/** Of all tasks those that matter most now, the latest of each kind, in the order of the plan. */
function mostImportant(tasks: TaskRecord[], room: number): TaskRecord[] {
  const latest = (task: TaskRecord) => task.spans.at(-1)?.end ?? task.spans.at(-1)?.start ?? 0;
  const ranked = tasks.toSorted((a, b) =>
    IMPORTANCE[a.status] - IMPORTANCE[b.status] || latest(b) - latest(a)
  );
  const kept = new Set(ranked.slice(0, room));
  return tasks.filter((task) => kept.has(task));
}

/** `41 completed, 1 ready, 1 waiting`. */
function countsOf(tasks: TaskRecord[], record: RunRecord): string {
  const isReady = ({ status, dependencies }: TaskRecord) =>
    status === "pending" &&
    dependencies.every((id) => record.tasks.get(id)?.status === "completed");
  const counts = new Map<string, number>();
  const order: Status[] = ["completed", "blocked", "in_progress", "testing", "pending"];
  for (const task of tasks.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status))) {
    const word = isReady(task) ? "ready" : statusWord(task.status);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}

function taskRow(
  task: TaskRecord,
  record: RunRecord,
  widths: { id: number; name: number },
  { now, columns, view }: FrameOptions,
  paint: Paint,
): string {
  const marked = view?.task === task.id;
  const margin = view ? 2 : 0;
  const cost = columns < WIDE ? 0 : COST_WIDTH;
  const fixed = margin + 2 + widths.id + 2 + 2 + STATUS_WIDTH + 2 + cost + ELAPSED_WIDTH;
  const room = Math.max(0, columns - fixed);
  const nameWidth = Math.min(widths.name, Math.floor(room * 0.45));
  const start = view ? (marked ? paint.bold("› ") : "  ") : "";
  if (columns < fixed) {
    const words = `${symbolOf(task.status)} ${oneLine(task.id)} ${statusWord(task.status)}`;
    return cut(`${view ? (marked ? "› " : "  ") : ""}${words}`, columns);
  }
  const begun = task.spans.length > 0;
  return [
    start,
    taskCells(task, { id: widths.id, name: nameWidth }, paint),
    "  ",
    paint.dim(fit(doingWords(task, record, now), room - nameWidth)),
    cost === 0
      ? ""
      : fitLeft(attemptCount(task) > 0 ? costCell(usageSummary(task.attempts)) : "", cost),
    fitLeft(begun ? clockWords(ownMs(task, now)) : "", ELAPSED_WIDTH),
  ].join("").trimEnd();
}
