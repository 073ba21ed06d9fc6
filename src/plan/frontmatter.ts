/** Where the YAML between the `---` lines at the top of a task file ends, and the rest begins. */
export interface Frontmatter {
  /** Offset of the closing line. The text before it, including the opening line, is the YAML. */
  end: number;
  /** Offset behind the closing line. */
  body: number;
}

const OPENING = /---[ \t]*\r?\n/y;
const CLOSING = /^(?:---|\.\.\.)[ \t]*(?:\r?\n|$(?![^]))/gm;

/** Finds the frontmatter of a task file. */
export function findFrontmatter(text: string): Frontmatter | "none" | "unclosed" {
  // Blank lines and a byte order mark may come before it.
  const start = Math.max(0, text.search(/\S/));
  const opening = new RegExp(OPENING);
  opening.lastIndex = start;
  const isAtLineStart = start === 0 || /[\n\uFEFF]/.test(text.charAt(start - 1));
  if (!isAtLineStart || !opening.test(text)) return "none";
  const closing = new RegExp(CLOSING);
  closing.lastIndex = opening.lastIndex;
  const found = closing.exec(text);
  return found ? { end: found.index, body: found.index + found[0].length } : "unclosed";
}
