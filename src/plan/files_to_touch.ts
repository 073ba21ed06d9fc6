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

/** The files that a "Files to Touch" section names; what it says no access of counts as modified. */
export function filesOfSection(lines: readonly string[]): FilesToTouch {
  const files = noFiles();
  let access: Access = "modify";
  for (const line of lines) {
    if (line.length > LINE_LENGTH) continue;
    const item = ITEM.exec(line)?.[1];
    const label = LABEL.exec((item ?? line).replace(/^[^\p{L}\p{N}`./_@]+/u, "").trimEnd());
    if (label) access = accessOf(label[1] ?? "") ?? access;
    const entry = label ? label[2] : item;
    if (entry) addPaths(files, entry, accessOf(REMARK.exec(entry)?.[1] ?? "") ?? access);
  }
  return files;
}

export function accessOf(word: string): Access | undefined {
  return new Map(Object.entries(ACCESS)).get(word.toLowerCase());
}

/** Adds the paths that an entry begins with; a description may follow them. */
export function addPaths(files: FilesToTouch, entry: string, access: Access): void {
  const quoted = run(QUOTED, entry);
  const paths = quoted.length > 0 ? quoted : run(PLAIN, entry, looksLikePath);
  for (const path of paths) {
    const plain = normalize(path);
    if (plain !== "" && !files[access].includes(plain)) files[access].push(plain);
  }
}

/** What a sticky pattern finds, one after the other from the beginning, as long as it is wanted. */
function run(pattern: RegExp, text: string, wanted = (_path: string) => true): string[] {
  const found: string[] = [];
  const sticky = new RegExp(pattern);
  for (let match = sticky.exec(text); match?.[1]; match = sticky.exec(text)) {
    if (!wanted(normalize(match[1]))) break;
    found.push(match[1]);
    // Without backticks only a comma tells the next path from a description.
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
