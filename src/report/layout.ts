import stringWidth from "string-width";
import { oneLine } from "./escape.ts";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cuts text to as many columns, with `…` where something is missing. */
export function cut(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > columns - 1) break;
    kept += segment;
  }
  return columns < 1 ? "" : `${kept}…`;
}

/** Cuts or fills text to exactly as many columns. */
export function fit(text: string, columns: number): string {
  const short = cut(text, columns);
  return short + " ".repeat(Math.max(0, columns - stringWidth(short)));
}

/** The same, filled on the left. */
export function fitLeft(text: string, columns: number): string {
  const short = cut(text, columns);
  return " ".repeat(Math.max(0, columns - stringWidth(short))) + short;
}

/** Breaks text between words into lines of at most as many columns; a longer word stays whole. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && stringWidth(longer) > columns) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
  }
  return lines;
}

/** `1 task`, `2 tasks`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

/** The widest of the texts, at most `limit`. */
export function widest(texts: string[], limit: number): number {
  return Math.min(limit, texts.reduce((width, text) => Math.max(width, stringWidth(text)), 0));
}

const NAMED = 5;

/** Names in a sentence: all of a few, the first ones of many. */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).map(oneLine).join(", ");
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
}
