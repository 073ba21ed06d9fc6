/** A fenced block of Markdown, by the indices of its lines. */
export interface Fence {
  from: number;
  /** Of the closing line; of the last line if it is not closed. */
  to: number;
  info: string;
  /** The text between the fences. */
  text: string;
  closed: boolean;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;

/**
 * The fenced blocks of a text. A block of Markdown may hold fences as long as its own, which
 * writers forget to lengthen: one with a language opens, and the next bare one closes it.
 */
export function fencesOf(lines: readonly string[]): Fence[] {
  const fences: Fence[] = [];
  for (let from = 0; from < lines.length; from++) {
    const opening = FENCE.exec(lines[from] ?? "");
    if (!opening) continue;
    const [, marks = "", words = ""] = opening;
    const info = words.trim().toLowerCase();
    const closing = closingLine(lines, from, marks, isProse(info, lines[from + 1]));
    const to = closing ?? lines.length - 1;
    const text = lines.slice(from + 1, closing ?? lines.length).join("\n");
    fences.push({ from, to, info, text, closed: closing !== undefined });
    from = to;
  }
  return fences;
}

/** Whether a fenced block of this language holds Markdown. */
export function isMarkdown(info: string): boolean {
  return /^(?:markdown|md)\b/.test(info);
}

function isProse(info: string, first: string | undefined): boolean {
  return isMarkdown(info) || (info === "" && first?.trimEnd() === "---");
}

function closingLine(
  lines: readonly string[],
  from: number,
  marks: string,
  nests: boolean,
): number | undefined {
  let depth = 1;
  for (let at = from + 1; at < lines.length; at++) {
    const [, inner = "", info = ""] = FENCE.exec(lines[at] ?? "") ?? [];
    if (!inner.startsWith(marks)) continue;
    if (info.trim() === "") depth--;
    else if (nests) depth++;
    if (depth === 0) return at;
  }
  return undefined;
}
