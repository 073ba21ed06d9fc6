import { isMap, isPair, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import type { Status, TaskId } from "../domain/task.ts";
import { FieldReader } from "./fields.ts";
import { findFrontmatter } from "./frontmatter.ts";
import { keyName, readYaml, type YamlFile } from "./yaml.ts";

/** Replaces the part of a text from `start` to `end`. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * A task file with another status. Every other byte stays, also quotes and comments. If there is no
 * status line, one is added at the end of the frontmatter; if there is no frontmatter, one is put
 * in front. A text whose frontmatter is not a mapping is returned unchanged.
 */
export function editStatus(text: string, status: Status): string {
  const frontmatter = findFrontmatter(text);
  if (frontmatter === "unclosed") return text;
  const eol = lineEnding(text);
  if (frontmatter === "none") {
    const mark = text.startsWith("\uFEFF") ? 1 : 0;
    return apply(text, {
      start: mark,
      end: mark,
      text: `---${eol}status: ${status}${eol}---${eol}${eol}`,
    });
  }
  const yaml = readYaml(text.slice(0, frontmatter.end), "");
  const end = frontmatter.end;
  if (yaml.root === null) return apply(text, { start: end, end, text: `status: ${status}${eol}` });
  if (!isMap(yaml.root)) return text;
  const edit = replaceStatus(text, yaml.root, status) ??
    addStatus(text, yaml, yaml.root, status, end);
  return apply(text, edit);
}

/**
 * The text of a plan with another status of an inline task. A text that does not contain the task
 * is returned unchanged.
 */
export function editInlineStatus(planText: string, id: TaskId, status: Status): string {
  const yaml = readPlanText(planText);
  const entry = findEntry(yaml, id);
  if (!entry) return planText;
  const edit = replaceStatus(planText, entry, status) ?? addStatus(planText, yaml, entry, status);
  return apply(planText, edit);
}

let last: { text: string; yaml: YamlFile } | undefined;

/**
 * Reads the text of a plan with inline tasks. All inline tasks share one text, and reading it again
 * for each would take quadratic time, so the last one is cached.
 */
export function readPlanText(text: string): YamlFile {
  if (last?.text !== text) last = { text, yaml: readYaml(text, "") };
  return last.yaml;
}

/** The entry of a task in the index. */
export function findEntry(yaml: YamlFile, id: TaskId): YAMLMap | undefined {
  if (!isMap(yaml.root)) return undefined;
  const reader = new FieldReader(yaml);
  const tasks = reader.find(yaml.root, "tasks")?.node;
  const entries = isSeq(tasks) ? tasks.items.map((item) => yaml.resolve(item)) : [];
  return entries.filter((entry) => isMap(entry))
    .find((entry) => reader.text(entry, "id")?.value === id);
}

/** The change of the status in a mapping; undefined if it has none. */
function replaceStatus(text: string, map: YAMLMap, status: Status): Edit | undefined {
  const pair = map.items.find(({ key }) => keyName(key) === "status");
  if (!pair) return undefined;
  const range = rangeOf(pair.value);
  // `{status}` in a flow mapping, a key without even a colon.
  if (!range) return insertBehind(rangeOf(pair.key)?.end ?? 0, `: ${status}`);
  const { start, end } = range;
  if (start === end) return fillIn(text, start, rangeOf(pair.key)?.end ?? start, status);
  return { start, end, text: styled(text.slice(start, end), pair.value, status) };
}

/** `status:` without a value: the value is put right after the colon. */
function fillIn(text: string, start: number, keyEnd: number, status: Status): Edit {
  const colon = text.indexOf(":", keyEnd);
  return insertBehind(colon === -1 ? start : colon + 1, ` ${status}`);
}

/** The new value in the style of the old one. */
function styled(old: string, node: unknown, status: Status): string {
  const type = isScalar(node) ? node.type : undefined;
  if (type === "QUOTE_SINGLE") return `'${status}'`;
  if (type === "QUOTE_DOUBLE") return `"${status}"`;
  // A block scalar's value ends after its line break.
  return status + (/\r?\n$/.exec(old)?.[0] ?? "");
}

/** Adds a status to a mapping: in block style on its own line before `end`, else after the id. */
function addStatus(
  text: string,
  yaml: YamlFile,
  map: YAMLMap,
  status: Status,
  end?: number,
): Edit | undefined {
  const first = map.items[0];
  const range = rangeOf(map);
  if (!range) return undefined;
  if (!first) return insertBehind(range.start + 1, `status: ${status}`);
  const anchor = map.items.find(({ key }) => keyName(key) === "id") ?? first;
  if (map.flow) return insertBehind(endOf(anchor), `, status: ${status}`);
  const eol = lineEnding(text);
  const indent = " ".repeat(Math.max(0, yaml.positionOf(first.key).column - 1));
  if (end !== undefined) return insertBehind(end, `${indent}status: ${status}${eol}`);
  const lineEnd = text.indexOf("\n", endOf(anchor));
  if (lineEnd === -1) return insertBehind(text.length, `${eol}${indent}status: ${status}`);
  return insertBehind(lineEnd + 1, `${indent}status: ${status}${eol}`);
}

function endOf(pair: Pair): number {
  return (rangeOf(pair.value) ?? rangeOf(pair.key))?.end ?? 0;
}

function insertBehind(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

function apply(text: string, edit: Edit | undefined): string {
  return edit ? text.slice(0, edit.start) + edit.text + text.slice(edit.end) : text;
}

function rangeOf(node: unknown): { start: number; end: number } | undefined {
  if (!node || typeof node !== "object" || !("range" in node) || isPair(node)) return undefined;
  return Array.isArray(node.range) ? { start: node.range[0], end: node.range[1] } : undefined;
}

/** The line ending that the text uses first. */
function lineEnding(text: string): "\r\n" | "\n" {
  const end = text.indexOf("\n");
  return end > 0 && text[end - 1] === "\r" ? "\r\n" : "\n";
}
