/** GitHub takes no longer text as the body of an issue or a pull request. */
export const BODY_LIMIT = 65_536;

const END = "<!-- /parex -->";

/** The hidden line by which parex knows its part of a text again, whatever else changes. */
export function markOf(identity: string, key: string): string {
  return `<!-- parex:${encodeURIComponent(identity)}:${encodeURIComponent(key)} -->`;
}

/**
 * The text with parex's part in it: in place of the one that it has, else below what is there.
 * `write` is told how many characters there is room for.
 */
export function withPart(text: string, mark: string, write: (room: number) => string): string {
  const { before, after } = around(text.replaceAll("\r\n", "\n"), mark);
  const room = BODY_LIMIT - [before, mark, END, after].join("\n").length;
  return `${before}${mark}\n${write(room)}\n${END}${after}`;
}

function around(text: string, mark: string): { before: string; after: string } {
  const start = text.indexOf(mark);
  if (start < 0) return { before: text.trim() === "" ? "" : `${text.trimEnd()}\n\n`, after: "" };
  const end = text.lastIndexOf(END);
  return {
    before: text.slice(0, start),
    after: end < start ? "" : text.slice(end + END.length),
  };
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Markdown of at most `room` characters: cut after a whole line, and the cut is named. */
export function cutMarkdown(text: string, room: number, where: string): string {
  if (text.length <= room) return text;
  const note = (missing: number) => `\n\n… ${missing} more characters: ${where}`;
  // A closing fence may be needed, as long as the one that it closes.
  const kept: string[] = [];
  let length = note(text.length).length;
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    const next = fence === undefined ? mark : mark?.startsWith(fence) ? undefined : fence;
    const closing = next === undefined ? 0 : next.length + 1;
    if (length + line.length + 1 + closing > room) break;
    length += line.length + 1;
    fence = next;
    kept.push(line);
  }
  const missing = text.length - kept.join("\n").length;
  if (fence !== undefined) kept.push(fence);
  return kept.join("\n") + note(missing);
}

/** Text as Markdown shows it letter by letter. */
export function code(text: string): string {
  const longest = [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const ticks = "`".repeat(longest + 1);
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${ticks}${pad}${text}${pad}${ticks}`;
}
