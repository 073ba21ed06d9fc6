import type { Problem } from "../domain/plan.ts";

/** A position in a text. Both count from 1. */
export interface Position {
  line: number;
  column: number;
}

export const START: Position = { line: 1, column: 1 };

/** The place of an offset in a text. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(0, offset - (starts[low] ?? 0)) + 1 };
  };
}

const QUOTED_LENGTH = 80;

/** Text of the plan for a message, shortened. */
export function quote(text: string): string {
  return `"${cut(text, QUOTED_LENGTH)}"`;
}

/** The beginning of a text on one line. */
export function cut(text: string, length: number): string {
  const line = text.slice(0, 2 * length).replaceAll(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length)}…` : line;
}

/** Names in a sentence: all of a few, the first ones of many. */
export function listed(names: readonly string[], atMost = 8): string {
  const shown = names.slice(0, atMost).map(quote).join(", ");
  return names.length > atMost ? `${shown} and ${names.length - atMost} more` : shown;
}

/** By file, the plan's own first; then by position. */
export function sorted(problems: readonly Problem[], plan: string): Problem[] {
  const rank = (problem: Problem) => problem.file === plan ? "" : problem.file;
  return problems.toSorted((a, b) =>
    compare(rank(a), rank(b)) || a.line - b.line || a.column - b.column
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
