import type { FilesToTouch } from "../domain/task.ts";

type Access = keyof FilesToTouch;

const ACCESS: Record<string, Access> = {
  create: "create",
  new: "create",
  add: "create",
  modify: "modify",
  edit: "modify",
  update: "modify",
  change: "modify",
  delete: "delete",
  remove: "delete",
  read: "read",
  reference: "read",
};

const WORDS = Object.keys(ACCESS).join("|");
/** `**Create:**`, `### Files to modify`, `Read (for context):`, with what follows on the line. */
const LABEL = new RegExp(
  `^(?:files?\\s+(?:to\\s+)?)?(${WORDS})\\b(?:\\s+(?:files?|only))?\\s*(?:\\([^)]*\\))?` +
    `(?:\\s*[:*]+\\s*(.*)|\\s*)$`,
  "i",
);
/** `Create src/a.ts`, `[new] src/a.ts`: an item whose first word says what is done to the file. */
const LED = new RegExp(`^[[*_]*(${WORDS})[\\]*_]*\\s+(.*)$`, "i");
const REMARK = new RegExp(`\\((${WORDS})\\b[^)]*\\)`, "i");
const ITEM = /^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/;
const QUOTED = /[\s,*]*(?:and\s+|&\s*)?`([^`]+)`/y;
const PLAIN = /[\s,*]*([^\s`*,;]+)/y;
const WELL_KNOWN = /^(?:[A-Z][A-Za-z]*file|LICENSE|README|CHANGELOG|CODEOWNERS)$/;
/** Longer lines are prose. */
const LINE_LENGTH = 1000;

export function noFiles(): FilesToTouch {
  return { create: [], modify: [], delete: [], read: [] };
}

/** Files by access, each once. */
export class FileSets {
  readonly #sets: Record<Access, Set<string>> = {
    create: new Set(),
    modify: new Set(),
    delete: new Set(),
    read: new Set(),
  };

  add(path: string, access: Access): void {
    const plain = normalize(path);
    if (plain !== "") this.#sets[access].add(plain);
  }

  toFiles(): FilesToTouch {
    const { create, modify, delete: deleted, read } = this.#sets;
    return { create: [...create], modify: [...modify], delete: [...deleted], read: [...read] };
  }
}

/**
 * The files that a "Files to Touch" section names; what it says no access of counts as modified.
 */
export function filesOfSection(lines: readonly string[]): FilesToTouch {
  const files = new FileSets();
  let group: Access = "modify";
  for (const line of lines) {
    if (line.length > LINE_LENGTH) continue;
    const item = ITEM.exec(line)?.[1];
    const label = LABEL.exec(bare(item ?? line));
    if (label) group = accessOf(label[1] ?? "") ?? group;
    const entry = label ? label[2] : item;
    if (!entry) continue;
    const [, word = "", rest = ""] = LED.exec(entry) ?? [];
    const access = accessOf(REMARK.exec(entry)?.[1] ?? word) ?? group;
    // What such a sentence is about may as well be a function.
    const paths = word === "" ? pathsOf(entry) : pathsOf(rest).filter(looksLikePath);
    for (const path of paths) files.add(path, access);
  }
  return files.toFiles();
}

/** A line without what decorates its beginning, and with single spaces. */
function bare(line: string): string {
  return line.replace(/^[^\p{L}\p{N}`./_@]+/u, "").replaceAll(/\s+/g, " ").trimEnd();
}

/** The access that a word such as `create` or `update` means. */
export function accessOf(word: string): Access | undefined {
  return new Map(Object.entries(ACCESS)).get(word.toLowerCase());
}

/** The paths that an entry begins with; a description may follow them. */
function pathsOf(entry: string): string[] {
  const quoted = run(QUOTED, entry);
  return quoted.length > 0 ? quoted : run(PLAIN, entry, looksLikePath);
}

/** What a sticky pattern finds, one after the other from the beginning, as long as it is wanted. */
function run(pattern: RegExp, text: string, wanted = (_path: string) => true): string[] {
  const found: string[] = [];
  const sticky = new RegExp(pattern);
  for (let match = sticky.exec(text); match?.[1]; match = sticky.exec(text)) {
    if (!wanted(normalize(match[1]))) break;
    found.push(match[1]);
    // Without backticks only a comma separates the next path from a description.
    if (pattern === PLAIN && text[sticky.lastIndex] !== ",") break;
  }
  return found;
}

function looksLikePath(word: string): boolean {
  if (/^n\/a$/i.test(word)) return false;
  return (/[/.]/.test(word) && /\w/.test(word)) || WELL_KNOWN.test(word);
}

/** `./src/a.ts:10-20` names the file `src/a.ts`. */
function normalize(path: string): string {
  return path.trim().replace(/^(?:\.\/)+/, "").replace(/:\d+(?:-\d+)?$/, "").replace(/[:.]$/, "");
}
