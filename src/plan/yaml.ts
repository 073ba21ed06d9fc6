import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, type Node } from "yaml";
import type { Problem } from "../domain/plan.ts";
import { LIMITS } from "./limits.ts";
import { type Position, positionsIn, quote } from "./problems.ts";
import { composeYaml, type YamlIssue } from "./yaml_compose.ts";

/** A YAML file with the position of everything in it. */
export interface YamlFile {
  /** Absolute path. */
  file: string;
  /** null: the file is empty, or could not be parsed. */
  root: Node | null;
  problems: Problem[];
  positionOf(node: unknown): Position;
  /** The node itself, or the one that an alias refers to; null for nothing. */
  resolve(node: unknown): Node | null;
}

/** Reads a YAML text. Never throws: what is wrong with it are its problems. */
export function readYaml(text: string, file: string): YamlFile {
  const { document, issues } = composeYaml(text);
  const root: Node | null = document?.contents ?? null;
  const aliases = new Map<Alias, Node>();
  const found = issues.concat(walk(root, aliases));
  const positionAt = positionsIn(text);
  return {
    file,
    root,
    problems: firstOf(found).map(({ offset, ...issue }) => ({
      ...issue,
      file,
      ...positionAt(offset),
    })),
    positionOf: (node) => positionAt(offsetOf(node)),
    resolve: (node) => isAlias(node) ? aliases.get(node) ?? null : asNode(node),
  };
}

/** A key as it is written: `1` and `"1"` are the same one. */
export function keyName(key: unknown): string | undefined {
  return isScalar(key) ? key.source ?? String(key.value) : undefined;
}

/** Resolves all aliases in one pass, and finds duplicate keys in the same pass. */
function walk(root: Node | null, aliases: Map<Alias, Node>): YamlIssue[] {
  const issues: YamlIssue[] = [];
  const anchors = new Map<string, Node>();
  let count = 0;
  // An explicit stack: nested blocks may be deeper than the call stack.
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (isPair(node)) stack.push(node.value, node.key);
    else if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target) aliases.set(node, target);
      else issues.push(unknownAlias(node));
      if (++count > LIMITS.yamlAliases) return [...issues, tooManyAliases(node)];
    } else if (isMap(node) || isSeq(node) || isScalar(node)) {
      if (node.anchor) anchors.set(node.anchor, node);
      if (isMap(node)) addDuplicateKeys(node.items, issues);
      if (!isScalar(node)) { for (const item of node.items.toReversed()) stack.push(item); }
    }
  }
  return issues;
}

function addDuplicateKeys(pairs: readonly { key: unknown }[], issues: YamlIssue[]): void {
  const seen = new Set<string>();
  for (const { key } of pairs) {
    const name = keyName(key);
    if (name === undefined || name === MERGE_KEY) continue;
    if (seen.has(name)) {
      const message = `the key ${quote(name)} is here twice`;
      issues.push(error(key, "duplicate-key", message, "remove one of the two"));
    }
    seen.add(name);
  }
}

/** YAML's key for "with the entries of these, too". */
export const MERGE_KEY = "<<";

function unknownAlias(alias: Alias): YamlIssue {
  const message = `the alias ${quote(`*${alias.source}`)} has no anchor`;
  const hint = "put its anchor before the value that it repeats, or quote text that begins with *";
  return error(alias, "unknown-alias", message, hint);
}

function tooManyAliases(alias: Alias): YamlIssue {
  const message = `more than ${LIMITS.yamlAliases} aliases in one file`;
  return error(alias, "too-many-aliases", message, "write the values out");
}

function error(node: unknown, code: string, message: string, hint: string): YamlIssue {
  return { severity: "error", code, offset: offsetOf(node), message, hint };
}

/** The first ones, and how many more there are: one open bracket spoils all that follows it. */
function firstOf(issues: YamlIssue[]): YamlIssue[] {
  const ordered = issues.toSorted((a, b) => a.offset - b.offset);
  const left = ordered.length - LIMITS.yamlProblems;
  const last = ordered[LIMITS.yamlProblems];
  if (left <= 0 || !last) return ordered;
  return [...ordered.slice(0, LIMITS.yamlProblems), {
    ...last,
    severity: "error",
    code: "more-problems",
    message: `from here on, ${left} more problems of the YAML`,
    hint: "fix the first ones: they often cause the others",
  }];
}

function asNode(value: unknown): Node | null {
  return isMap(value) || isSeq(value) || isScalar(value) ? value : null;
}

function offsetOf(node: unknown): number {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] ?? 0 : 0;
}
