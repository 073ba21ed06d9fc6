/** JSON with positions, so that a mark can be changed without rewriting the rest. */
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
} from "jsonc-parser";
import { isRecord } from "../../util/json_values.ts";
import type { Status } from "../../domain/task.ts";
import { positionsIn } from "../problems.ts";
import { type Mark, NotAList } from "./format.ts";

/** The root of a JSON text that begins at `offset` of its file. Throws `NotAList`. */
export function parseJson(text: string, path: string, line = 1): Node {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text.replace(/^\uFEFF/, " "), errors, { disallowComments: true });
  } catch (error) {
    // The parser calls itself for each level.
    if (!(error instanceof RangeError)) throw error;
  }
  const [error] = errors;
  if (root && !error) return root;
  const position = positionsIn(text)(error?.offset ?? 0);
  throw new NotAList("it is not valid JSON", path, position.line + line - 1, position.column);
}

/** The objects of a list at a path below a node. */
export function objectsAt(node: Node, ...path: string[]): Node[] {
  const list = path.length === 0 ? node : findNodeAtLocation(node, path);
  return (list?.type === "array" ? list.children ?? [] : []).filter(({ type }) =>
    type === "object"
  );
}

/** The value of a node; no record for anything but an object. */
export function recordOf(node: Node): Record<string, unknown> {
  const value: unknown = getNodeValue(node);
  return isRecord(value) ? value : {};
}

/** The mark that is the value under `status`; without one, where it would be put in. */
export function statusMark(
  node: Node,
  path: string,
  offset: number,
  words: Partial<Record<Status, string>> & { pending: string },
): Mark[] {
  const quoted = Object.entries(words).map(([status, word]) => [status, JSON.stringify(word)]);
  const value = findNodeAtLocation(node, ["status"]);
  if (value) {
    const start = offset + value.offset;
    return [{ path, start, end: start + value.length, words: Object.fromEntries(quoted) }];
  }
  const last = node.children?.at(-1);
  if (!last) return [];
  const end = offset + last.offset + last.length;
  const added = quoted.map(([status, word]) => [status, `, "status": ${word}`]);
  return [{ path, start: end, end, words: { ...Object.fromEntries(added), pending: "" } }];
}

/** The texts of a list; numbers are texts, too. */
export function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : []).flatMap((each) =>
    typeof each === "string" || typeof each === "number" ? [String(each)] : []
  );
}

/** Text or a number under a key, as text; empty if there is none. */
export function textUnder(record: Record<string, unknown>, key: string): string {
  const value = record[key];
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

/** The parts of a text that say something, with headings before those that have one. */
export function sections(...parts: (readonly [heading: string, text: string])[]): string {
  return parts.filter(([, text]) => text !== "")
    .map(([heading, text]) => heading === "" ? text : `## ${heading}\n\n${text}`).join("\n\n");
}
