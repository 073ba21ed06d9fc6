/** Checklists whose items have numbers and items below them: Kiro's and OpenSpec's. */
import type { Status } from "../../domain/task.ts";
import { boxOf, type Item, plain, textOf } from "./checklist.ts";
import type { ForeignGroup, ForeignTask, Mark, SourceFile } from "./format.ts";

export interface Node {
  id: string;
  name: string;
  item: Item;
  children: Node[];
}

const NUMBER = /^\**(\d+(?:\.\d+)*)[.:)]?\**[ \t]+(.*)$/;

/**
 * The items as a tree: `1.1` and `1.2` are below `1`, even if they are not indented. Items without
 * a number in a list that has numbers are details of the one before; in a list without any, they
 * are numbered per section.
 */
export function treeOf(items: readonly Item[]): Node[] {
  const numbered = items.some(({ text }) => NUMBER.test(text));
  const roots: Node[] = [];
  const byId = new Map<string, Node>();
  const path: Node[] = [];
  const counts = new Map<string, number>();
  for (const item of items) {
    const [, number, rest] = NUMBER.exec(item.text) ?? [];
    while ((path.at(-1)?.item.indent ?? -1) >= item.indent) path.pop();
    const above = path.at(-1);
    if (numbered && number === undefined && above) {
      above.item.details.push(`${" ".repeat(item.indent)}- ${item.text}`, ...item.details);
      continue;
    }
    const counted = above?.id ?? sectionOf(item);
    const nth = (counts.get(counted) ?? 0) + 1;
    counts.set(counted, nth);
    const id = number ?? (counted === "" ? `${nth}` : `${counted}.${nth}`);
    const node = { id, name: plain(rest ?? item.text), item, children: [] };
    const parent = above ?? byId.get(id.slice(0, Math.max(0, id.lastIndexOf("."))));
    (parent ? parent.children : roots).push(node);
    byId.set(id, node);
    path.push(node);
  }
  return roots;
}

/**
 * The number of the section, as in `## 2. Implementation`; the section's words where it has none.
 */
export function sectionOf({ headings }: Item): string {
  const heading = headings.slice(1).at(-1) ?? (headings.length === 1 ? headings[0] : undefined) ??
    "";
  return /^(\d+)[.:)]?(?:\s|$)/.exec(heading)?.[1] ?? "";
}

export function isDone({ item }: Node): boolean {
  return /x/i.test(item.box);
}

/** Lines that only refer: to requirements, or to what is waited for. */
const REFERENCE = /^\s*(?:[-*]\s+)?_+(?:requirements?|depends|boundary|validates)\b.*$/i;

/** Whether the item says what is to be done beside what the ones below it say. */
export function saysMore({ item }: Node): boolean {
  return item.details.some((line) => line.trim() !== "" && !REFERENCE.test(line));
}

export function taskOf(
  file: SourceFile,
  node: Node,
  { dependencies, text, mark }: { dependencies: string[]; text: string; mark: Mark },
): ForeignTask {
  const { id, name, item } = node;
  const status: Status = isDone(node) ? "completed" : "pending";
  const own = textOf(item.details);
  const whole = [text, own].filter((part) => part !== "").join("\n\n");
  const { line } = item;
  return { id, name, status, dependencies, text: whole, marks: [mark], path: file.path, line };
}

export function groupOf(
  file: SourceFile,
  node: Node,
  members: string[],
  mark?: Mark,
): ForeignGroup {
  return {
    id: node.id,
    name: node.name,
    text: textOf(node.item.details),
    status: isDone(node) ? "completed" : "pending",
    members,
    marks: [mark ?? boxOf(file, node.item)],
  };
}
