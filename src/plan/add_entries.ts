import { isMap, isSeq } from "yaml";
import { stringify } from "yaml";
import { FieldReader } from "./fields.ts";
import { readYaml } from "./yaml.ts";

/**
 * The text of a plan with more entries at the end of its tasks; every other byte stays. Undefined:
 * its tasks are not a block list, with one entry below the other.
 */
export function addEntries(
  text: string,
  entries: readonly Record<string, unknown>[],
): string | undefined {
  const yaml = readYaml(text, "");
  const tasks = isMap(yaml.root) ? new FieldReader(yaml).find(yaml.root, "tasks")?.node : undefined;
  if (!isSeq(tasks) || tasks.flow) return undefined;
  const [first, last] = [yaml.resolve(tasks.items[0]), yaml.resolve(tasks.items.at(-1))];
  const [start, end] = [first?.range?.[0], last?.range?.[1]];
  if (start === undefined || end === undefined) return undefined;
  const dash = text.lastIndexOf("-", start);
  const column = dash - (text.lastIndexOf("\n", dash) + 1);
  if (dash < 0 || text.slice(dash - column, dash).trim() !== "") return undefined;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const indent = " ".repeat(column);
  const added = stringify(entries, { lineWidth: 0 }).trimEnd().split("\n")
    .map((line) => `${indent}${line}${eol}`).join("");
  // The value of the last entry may end behind its line break already.
  const lineEnd = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1;
  if (lineEnd === 0) return `${text}${eol}${added}`;
  return text.slice(0, lineEnd) + added + text.slice(lineEnd);
}
