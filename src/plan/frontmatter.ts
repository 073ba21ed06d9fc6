/** Where the YAML between the `---` lines at the top of a task file ends, and the rest begins. */
export interface Frontmatter {
  /** Offset of the closing line. What stands before it, the opening line included, is the YAML. */
  end: number;
  /** Offset behind the closing line. */
  body: number;
}

const OPENING = /^\uFEFF?(?:[ \t]*\r?\n)*---[ \t]*\r?\n/;
const CLOSING = /^(?:---|\.\.\.)[ \t]*(?:\r?\n|$(?![^]))/gm;

/** Finds the frontmatter of a task file. */
export function findFrontmatter(text: string): Frontmatter | "none" | "unclosed" {
  const opening = OPENING.exec(text);
  if (!opening) return "none";
  const closing = new RegExp(CLOSING);
  closing.lastIndex = opening[0].length;
  const found = closing.exec(text);
  return found ? { end: found.index, body: found.index + found[0].length } : "unclosed";
}
