import { isMap, isScalar, type YAMLMap } from "yaml";
import type { Status } from "../../domain/task.ts";
import { FieldReader } from "../fields.ts";
import { findFrontmatter } from "../frontmatter.ts";
import { keyName, readYaml } from "../yaml.ts";
import type { Mark, SourceFile } from "./format.ts";

/** What the frontmatter of a Markdown file says; undefined: it has none that is a mapping. */
export function frontmatterOf(
  { text, path }: SourceFile,
): { map: YAMLMap; reader: FieldReader; body: string; end: number } | undefined {
  const found = findFrontmatter(text);
  if (typeof found !== "object") return undefined;
  const yaml = readYaml(text.slice(0, found.end), path);
  if (!isMap(yaml.root)) return undefined;
  const reader = new FieldReader(yaml);
  return { map: yaml.root, reader, body: text.slice(found.body), end: found.end };
}

/** The mark that is the value under a key of a mapping; none if it has no such key. */
export function valueMark(
  map: YAMLMap,
  key: string,
  path: string,
  words: Partial<Record<Status, string>> & { pending: string },
): Mark | undefined {
  const pair = map.items.find((each) => keyName(each.key) === key);
  const value = pair?.value;
  if (!isScalar(value) || !value.range) return undefined;
  const [start, end] = value.range;
  const quote = value.type === "QUOTE_DOUBLE" ? '"' : value.type === "QUOTE_SINGLE" ? "'" : "";
  if (start === end || value.type === "BLOCK_FOLDED" || value.type === "BLOCK_LITERAL") {
    return undefined;
  }
  const written = Object.entries(words).map(([status, word]) => [status, quote + word + quote]);
  return { path, start, end, words: Object.fromEntries(written) };
}
