import { createColors } from "picocolors";
import stringWidth from "string-width";
import { oneLine, printable } from "../escape.ts";
import { cut } from "../layout.ts";
import type { Paint } from "../run/phrases.ts";
import type { FrameOptions, View } from "./view.ts";

/** A text about a task, or the help, as far as it fits. */
export function paneLines(view: View, options: FrameOptions, rows: number): string[] {
  const { columns, color, text = [] } = options;
  const paint = createColors(color);
  const { pane, task = "" } = view;
  if (!pane) return [];
  const all = pane.what === "help" ? HELP : text;
  const page = paneRows(rows);
  const from = Math.max(0, Math.min(pane.from, all.length - page));
  const title = pane.what === "help" ? "Keys" : `${pane.what} of ${oneLine(task)}`;
  const range = all.length <= page ? "" : `  lines ${from + 1}-${from + page} of ${all.length}`;
  return [
    cut(title + range, columns),
    "",
    ...(all.length === 0 ? ["nothing yet"] : all.slice(from, from + page)).map((line) =>
      pane.what === "diff" ? diffLine(line, columns, paint) : cutStyled(line, columns)
    ),
  ];
}

function diffLine(line: string, columns: number, paint: Paint): string {
  const text = cut(printable(line).replaceAll("\t", "    "), columns);
  if (/^(?:diff|index|---|\+\+\+) /.test(line)) return paint.bold(text);
  if (line.startsWith("@@")) return paint.cyan(text);
  if (line.startsWith("+")) return paint.green(text);
  return line.startsWith("-") ? paint.red(text) : text;
}

/** A line that has its colours; they are lost where it is too long. */
function cutStyled(line: string, columns: number): string {
  const flat = line.replaceAll("\t", "    ");
  if (stringWidth(flat) <= columns) return flat;
  // deno-lint-ignore no-control-regex -- they are its colours
  return cut(flat.replace(/\x1b\[[\d;]*m/g, ""), columns);
}

/** The lines that are left for the text. */
export function paneRows(rows: number): number {
  return Math.max(1, rows - 2);
}

export const HELP: readonly string[] = [
  "↑ ↓ (k j)     mark a task",
  "Enter (l)     log: what its agent said and did",
  "d             diff: its changes",
  "r             retry it, if it is blocked",
  "s             stop it",
  "a             answer its question",
  "q             leave; the run goes on",
  "Ctrl-C        in `parex execute`: stop the run; in `parex watch`: leave",
];
