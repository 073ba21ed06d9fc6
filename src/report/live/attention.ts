import { selectedTasks } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { TaskRecord } from "../../domain/task_record.ts";
import { oneLine, printable, shellWord } from "../escape.ts";
import { cut, plural, wrap } from "../layout.ts";
import { reasonWords } from "../words.ts";
import type { Paint } from "../run/phrases.ts";
import type { FrameOptions } from "./view.ts";

/** The open questions and the blocked tasks in full, with the command that helps; what fits. */
export function attentionLines(
  record: RunRecord,
  options: FrameOptions,
  paint: Paint,
  room: number,
): string[] {
  const blocked = selectedTasks(record).filter(({ status }) => status === "blocked");
  const ordered = [...blocked.filter(asks), ...blocked.filter((task) => !asks(task))];
  const lines: string[] = [];
  for (const [at, task] of ordered.entries()) {
    const told = ["", ...problemLines(task, options, paint)];
    const left = ordered.length - at;
    const isLast = left === 1;
    if (lines.length + told.length > room - (isLast ? 0 : 1)) {
      const more = plural(left, "blocked task");
      return [
        ...lines,
        paint.dim(cut(`${lines.length === 0 ? "" : "… "}${more}: parex status`, options.columns)),
      ];
    }
    lines.push(...told);
  }
  return lines;
}

/** Whether its agent waits for an answer. */
export function asks({ status, failure }: TaskRecord): boolean {
  return status === "blocked" && failure?.reason === "needs_input";
}

function problemLines(
  { id, reason, message, details, next, failure }: TaskRecord,
  { columns }: FrameOptions,
  paint: Paint,
): string[] {
  const within = (text: string, width = columns) =>
    wrap(text, width).map((line) => cut(line, width));
  const indented = (lines: string[]) => lines.map((line) => `  ${line}`);
  const head = cut(`${oneLine(id)}  ${reasonWords(reason)}`, columns);
  if (failure?.reason === "needs_input") {
    return [
      paint.yellow(head),
      ...indented(within(printable(failure.question), columns - 2)),
      ...indented(within(`next: parex answer ${shellWord(id)} "…"`, columns - 2)).map(paint.cyan),
    ];
  }
  return [
    paint.red(head),
    ...indented(within(printable(message ?? ""), columns - 2)),
    ...indented(details.map((line) => cut(`  ${oneLine(line)}`, columns - 2))).map(paint.dim),
    ...indented(next.flatMap((line) => within(`next: ${oneLine(line)}`, columns - 2)))
      .map(paint.cyan),
  ];
}
