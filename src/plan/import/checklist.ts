import type { Status } from "../../domain/task.ts";
import type { Mark, SourceFile } from "./format.ts";

/** A line with a checkbox. */
export interface Item {
  /** Counts from 1. */
  line: number;
  indent: number;
  /** The character between the brackets. */
  box: string;
  /** Offset of the box. */
  at: number;
  /** A star follows the box: Kiro's mark for optional tasks. */
  optional: boolean;
  text: string;
  /** The lines below it that are indented deeper, without other checkboxes. */
  details: string[];
  /** The headings above it, the outermost first. */
  headings: string[];
}

const ITEM = /^([ \t]*)[-*+][ \t]+\[([^\]\n])\](\*?)[ \t]+(.*)$/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*)$/;
const FENCE = /^[ \t]*(`{3,}|~{3,})/;
/** Longer lines are not tasks. */
const LINE_LENGTH = 10_000;

/** The checkboxes of a Markdown text in their order. Comments and fenced blocks hold none. */
export function itemsOf(text: string): Item[] {
  const items: Item[] = [];
  const headings: { level: number; text: string }[] = [];
  let fence: string | undefined;
  /** The items to which lines below them may still belong, the innermost last. */
  const open: Item[] = [];
  let offset = 0;
  for (const [index, raw] of withoutComments(text).split("\n").entries()) {
    const start = offset;
    offset += raw.length + 1;
    const line = raw.replace(/\r$/, "");
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined || mark !== undefined || line.length > LINE_LENGTH) {
      open.at(-1)?.details.push(line);
      if (fence === undefined) fence = mark;
      else if (mark?.startsWith(fence)) fence = undefined;
      continue;
    }
    const heading = HEADING.exec(line);
    const found = heading ? null : ITEM.exec(line);
    if (heading?.[1]) {
      const level = heading[1].length;
      while ((headings.at(-1)?.level ?? 0) >= level) headings.pop();
      headings.push({ level, text: heading[2]?.trim() ?? "" });
      open.length = 0;
    } else if (found) {
      const item = itemOf(found, { line: index + 1, start, headings });
      while (open.length > 0 && item.indent <= (open.at(-1)?.indent ?? 0)) open.pop();
      open.push(item);
      items.push(item);
    } else {
      const isBlank = line.trim() === "";
      while (!isBlank && open.length > 0 && indentOf(line) <= (open.at(-1)?.indent ?? 0)) {
        open.pop();
      }
      open.at(-1)?.details.push(line);
    }
  }
  return items;
}

function itemOf(
  [, indent = "", box = " ", star = "", text = ""]: RegExpExecArray,
  { line, start, headings }: { line: number; start: number; headings: { text: string }[] },
): Item {
  const shown = indent.replaceAll("\t", "    ").length;
  return {
    line,
    indent: shown,
    box,
    at: start + indent.length,
    optional: star !== "",
    text: text.trim(),
    details: [],
    headings: headings.map((heading) => heading.text),
  };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The same text, with blanks in the place of HTML's comments. */
function withoutComments(text: string): string {
  return text.replace(
    /<!--[^]*?(?:-->|$(?![^]))/g,
    (comment) => comment.replace(/[^\n]/g, " "),
  );
}

/** The mark of an item; `others` are the signs of formats that have more than done and not done. */
export function boxOf(
  { path, text }: SourceFile,
  { at }: Item,
  others: Partial<Record<Status, string>> = {},
): Mark {
  const start = text.indexOf("[", at) + 1;
  return { path, start, end: start + 1, words: { pending: " ", completed: "x", ...others } };
}

/** Details without the indentation that they share, and without blank lines around them. */
export function textOf(details: readonly string[]): string {
  const filled = details.filter((line) => line.trim() !== "");
  const shared = filled.map(indentOf).reduce((least, each) => Math.min(least, each), Infinity);
  return details.map((line) => line.trim() === "" ? "" : line.slice(shared)).join("\n").trim();
}

/** Without Markdown's stars and backticks around whole words. */
export function plain(text: string): string {
  return text.replaceAll(/\*\*|__/g, "").trim();
}
