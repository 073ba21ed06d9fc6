import { createColors } from "picocolors";
import type { TranscriptItem } from "../../domain/transcript_item.ts";
import { oneLine, printable } from "../escape.ts";
import { wrap } from "../layout.ts";
import type { Paint } from "./phrases.ts";

/** Of a tool's result, or of a side of an edit. */
const SHOWN_LINES = 12;

/** What an agent said and did, for a terminal; each item ends with an empty line. */
export function transcriptText(
  items: readonly TranscriptItem[],
  { color, columns }: { color: boolean; columns: number },
): string {
  const paint = createColors(color);
  return items.map((item) =>
    itemLines(item, paint, columns).map((line) => `${line}\n`).join("") + "\n"
  )
    .join("");
}

function itemLines(item: TranscriptItem, paint: Paint, columns: number): string[] {
  switch (item.kind) {
    case "said":
      return wrap(printable(item.text), columns);
    case "output":
      return printable(item.text).split("\n");
    case "note":
      return wrap(printable(item.text), columns).map(item.failed ? paint.red : paint.dim);
    case "tool":
      return [
        `${(item.failed ? paint.red : paint.cyan)(oneLine(item.name))} ${oneLine(item.subject)}`,
        ...(item.edit
          ? [
            ...sideOf(item.edit.before, "-").map(paint.red),
            ...sideOf(item.edit.after, "+").map(paint.green),
          ]
          : []),
        ...(item.result === undefined || item.edit ? [] : shortened(item.result)).map((line) =>
          paint.dim(`  ${line}`)
        ),
      ];
  }
}

function sideOf(text: string, mark: string): string[] {
  return text === "" ? [] : shortened(text).map((line) => `  ${mark} ${line}`);
}

function shortened(text: string): string[] {
  const lines = printable(text).trimEnd().split("\n");
  if (lines.length === 1 && lines[0] === "") return [];
  if (lines.length <= SHOWN_LINES) return lines;
  const half = SHOWN_LINES / 2;
  return [
    ...lines.slice(0, half),
    `… ${lines.length - SHOWN_LINES} more lines`,
    ...lines.slice(-half),
  ];
}
