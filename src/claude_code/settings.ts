/**
 * Claude Code's settings: JSON with comments, that people write by hand and share. What parex wants
 * there is put in and taken out by edits of the text, so that everything else stays as it was.
 */
import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { Failed } from "../domain/failed.ts";
import {
  commandOf,
  commandsOf,
  containersOf,
  EVENTS,
  placeOf,
  type SettingsEntry,
  valueOf,
} from "./settings_entries.ts";
import { isRecord } from "../util/json_values.ts";

type Path = (string | number)[];

/** What was put into settings: enough to take it out again. */
export interface Added {
  wishes: SettingsEntry[];
  /** The objects and lists that were made for it. */
  containers: string[][];
}

/** The settings with all wishes in them, and what that took. Throws `claude_settings_invalid`. */
export function insertEntries(
  path: string,
  text: string,
  wishes: readonly SettingsEntry[],
): { text: string; added: Added } {
  const added: Added = { wishes: [], containers: [] };
  let next = text;
  for (const wish of wishes) {
    const root = readSettings(path, next);
    if (isGranted(root, wish)) continue;
    for (const container of containersOf(wish)) {
      if (root && findNodeAtLocation(root, container)) continue;
      if (!added.containers.some((one) => samePath(one, container))) {
        added.containers.push(container);
      }
    }
    next = edit(next, placeOf(wish), valueOf(wish));
    const { root: written, error } = parse(next);
    // JSON may contain a key twice; only one of them counts, and it need not be the edited one.
    if (error || !isGranted(written, wish)) throw ambiguous(path);
    added.wishes.push(wish);
  }
  return { text: next, added };
}

/**
 * The settings without what was put in, as far as it is still there. Throws
 * `claude_settings_invalid`.
 */
export function removeEntries(path: string, text: string, added: Added): string {
  let next = text;
  for (const wish of added.wishes) {
    const root = readSettings(path, next);
    const place = root && foundPlace(root, wish);
    if (place) next = edit(next, place, undefined);
  }
  // The inner ones first: the outer ones hold them.
  for (const container of added.containers.toSorted((a, b) => b.length - a.length)) {
    const root = readSettings(path, next);
    const node = root && findNodeAtLocation(root, container);
    if (node && isEmpty(node)) next = edit(next, container, undefined);
  }
  if (parse(next).error) throw ambiguous(path);
  return next;
}

/** Whether settings say nothing. */
export function isEmptySettings(text: string): boolean {
  return /^\s*(\{\s*\}\s*)?$/.test(text);
}

/** Throws the position of a JSON syntax error, or of a value that settings cannot have. */
function readSettings(path: string, text: string): Node | undefined {
  const { root, error } = parse(text);
  if (error) throw invalid(path, text, error.offset, error.message);
  return root;
}

interface Parsed {
  root?: Node | undefined;
  error?: { offset: number; message: string };
}

function parse(text: string): Parsed {
  const errors: ParseError[] = [];
  const options = { allowTrailingComma: true, allowEmptyContent: true };
  const root = parseTree(withoutBom(text), errors, options);
  const [error] = errors;
  if (error) {
    const what = printParseErrorCode(error.error).replaceAll(/([a-z])([A-Z])/g, "$1 $2");
    const message = `it is not valid JSON: ${what.toLowerCase()}`;
    return { error: { offset: error.offset, message } };
  }
  if (!root) return {};
  for (const [place, type] of SHAPE) {
    const node = place.length === 0 ? root : findNodeAtLocation(root, [...place]);
    if (!node || node.type === type) continue;
    const name = place.join(".") || "the file";
    return { error: { offset: node.offset, message: `${name} is no ${type}` } };
  }
  return { root };
}

const SHAPE: readonly [string[], Node["type"]][] = [
  [[], "object"],
  [["permissions"], "object"],
  [["permissions", "allow"], "array"],
  [["hooks"], "object"],
  ...EVENTS.map((event): [string[], Node["type"]] => [["hooks", event], "array"]),
];

function isGranted(root: Node | undefined, wish: SettingsEntry): boolean {
  // Of a key that is there twice the last one counts, as for every reader of JSON.
  const settings: unknown = root && getNodeValue(root);
  const value = containersOf(wish).at(-1)?.reduce(valueAt, settings);
  if (wish.kind === "mode") return valueAt(value, "defaultMode") !== undefined;
  if (!Array.isArray(value)) return false;
  return wish.kind === "rule"
    ? value.includes(wish.rule)
    : value.some((group) => commandsOf(group).includes(commandOf(wish.group)));
}

/** Where a wish was put; undefined: it was removed or changed since. */
function foundPlace(root: Node, wish: SettingsEntry): Path | undefined {
  const place = containersOf(wish).at(-1) ?? [];
  const node = findNodeAtLocation(root, place);
  const value: unknown = node && getNodeValue(node);
  if (wish.kind === "mode") {
    return isRecord(value) && value.defaultMode === wish.mode
      ? [...place, "defaultMode"]
      : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  if (wish.kind === "rule") {
    const at = value.lastIndexOf(wish.rule);
    return at < 0 ? undefined : [...place, at];
  }
  const command = commandOf(wish.group);
  const at = value.findLastIndex((group) => commandsOf(group).includes(command));
  if (at < 0) return undefined;
  const commands = commandsOf(value[at]);
  // The user may have added another hook to the same entry.
  return commands.length === 1
    ? [...place, at]
    : [...place, at, "hooks", commands.indexOf(command)];
}

function edit(text: string, path: Path, value: unknown): string {
  const bom = text.slice(0, text.length - withoutBom(text).length);
  const body = withoutBom(text);
  const indent = /^[ \t]+(?=["{[])/m.exec(body)?.[0] ?? "  ";
  const edits = modify(body, path, value, {
    isArrayInsertion: value !== undefined,
    formattingOptions: {
      insertSpaces: !indent.startsWith("\t"),
      tabSize: indent.length,
      eol: body.includes("\r\n") ? "\r\n" : "\n",
    },
  });
  const edited = applyEdits(body, edits);
  // An empty file has no line ending yet.
  return bom + (body.trim() === "" ? `${edited.trimEnd()}\n` : edited);
}

function isEmpty(node: Node): boolean {
  return (node.children ?? []).length === 0;
}

function valueAt(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.join("\0") === b.join("\0");
}

function withoutBom(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function ambiguous(path: string): Failed {
  return invalid(path, "", 0, "it cannot be changed safely: a key may be written twice");
}

function invalid(file: string, text: string, offset: number, message: string): Failed {
  const before = withoutBom(text).slice(0, offset).split("\n");
  return new Failed({
    reason: "claude_settings_invalid",
    path: file,
    problems: [{
      severity: "error",
      code: "claude-settings",
      file,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      message,
      hint: "nothing was changed",
    }],
  });
}
