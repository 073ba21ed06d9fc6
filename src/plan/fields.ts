import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { type AgentName, AGENTS } from "../domain/agents.ts";
import type { Problem } from "../domain/plan.ts";
import { closest } from "../domain/suggest.ts";
import { LIMITS } from "./limits.ts";
import { type Position, quote } from "./problems.ts";
import { keyName, MERGE_KEY, type YamlFile } from "./yaml.ts";

/** A value with its position. */
export interface Placed<T> {
  value: T;
  at: Position;
}

type Fields = Map<string, Pair>;

/** Longer words are not taken for misspellings. */
const SUGGESTED_LENGTH = 64;

/** Reads the fields of a YAML file's mappings, and notes what is wrong with them. */
export class FieldReader {
  readonly yaml: YamlFile;
  readonly #problems: Problem[] = [];
  readonly #fields = new WeakMap<YAMLMap, Fields>();

  constructor(yaml: YamlFile) {
    this.yaml = yaml;
  }

  error(at: Position, code: string, message: string, hint: string): void {
    this.#problems.push({ severity: "error", code, file: this.yaml.file, ...at, message, hint });
  }

  warn(at: Position, code: string, message: string, hint: string): void {
    this.#problems.push({ severity: "warning", code, file: this.yaml.file, ...at, message, hint });
  }

  /** What is wrong with the YAML, and with the fields where the YAML itself is right. */
  allProblems(): Problem[] {
    const { problems } = this.yaml;
    const positionOf = ({ line, column }: Position) => `${line}:${column}`;
    const taken = new Set(problems.map(positionOf));
    return [...problems, ...this.#problems.filter((problem) => !taken.has(positionOf(problem)))];
  }

  /** The value under the first of these names that is there, and its position. */
  find(map: YAMLMap, ...names: string[]): { node: Node | null; at: Position } | undefined {
    const fields = this.#fieldsOf(map);
    for (const name of names) {
      const pair = fields.get(name);
      if (pair) return { node: this.yaml.resolve(pair.value), at: this.#positionOfPair(pair) };
    }
    return undefined;
  }

  /** Text, a number or a truth value as it is written; undefined if it is absent or nothing. */
  text(map: YAMLMap, ...names: string[]): Placed<string> | undefined {
    const found = this.find(map, ...names);
    if (!found || isNothing(found.node)) return undefined;
    const value = textOf(found.node);
    if (value !== undefined) return { value, at: found.at };
    this.wrongType(found, `${quote(names[0] ?? "")}`, "text");
    return undefined;
  }

  /** A list of text; nothing (`key:`) is an empty one. undefined if the key is absent. */
  texts(map: YAMLMap, ...names: string[]): Placed<Placed<string>[]> | undefined {
    const found = this.find(map, ...names);
    if (!found) return undefined;
    const name = quote(names[0] ?? "");
    if (!isNothing(found.node) && !isSeq(found.node)) {
      this.wrongType(found, name, "a list such as [task-1, task-2]");
    }
    const items = isSeq(found.node) ? found.node.items : [];
    if (items.length > LIMITS.tasks) {
      const message = `${name} has ${items.length} entries; the limit is ${LIMITS.tasks}`;
      this.error(found.at, "too-many-entries", message, "split the task");
      return { value: [], at: found.at };
    }
    const value: Placed<string>[] = [];
    for (const item of items) {
      const node = this.yaml.resolve(item);
      const text = textOf(node);
      const at = this.yaml.positionOf(item);
      if (text === undefined) this.wrongType({ node, at }, `an entry of ${name}`, "text");
      else value.push({ value: text, at });
    }
    return { value, at: found.at };
  }

  /** One of a closed set of words; `other` knows their synonyms. */
  word<T extends string>(
    map: YAMLMap,
    name: "priority" | "status" | "agent",
    words: readonly T[],
    other: (word: string) => T | undefined = () => undefined,
  ): Placed<T> | undefined {
    const text = this.text(map, name);
    if (!text) return undefined;
    const value = words.find((word) => word === text.value);
    if (value !== undefined) return { value, at: text.at };
    const read = other(text.value);
    if (read !== undefined) {
      const message = `the ${name} ${quote(text.value)} is read as ${quote(read)}`;
      this.warn(text.at, `${name}-dialect`, message, `a ${name} is one of: ${words.join(", ")}`);
      return { value: read, at: text.at };
    }
    const meant = near(text.value, words);
    this.error(
      text.at,
      `unknown-${name}`,
      `the ${name} ${quote(text.value)} is unknown`,
      (meant ? `did you mean ${quote(meant)}? ` : "") +
        `${name === "agent" ? "an" : "a"} ${name} is one of: ${words.join(", ")}`,
    );
    return undefined;
  }

  /** The agent and model of a task, if the task names them. */
  worker(map: YAMLMap): { agent?: AgentName | undefined; model?: string | undefined } {
    const agent = this.word(map, "agent", AGENTS)?.value;
    const model = this.text(map, "model")?.value;
    return { agent, model };
  }

  /** Notes a key that has a default where it is absent; a misspelt one is an error. */
  defaulted(map: YAMLMap, name: string, where: string, value: string): void {
    if (this.#misspelt(map, name) !== undefined) return this.missing(map, name, where);
    this.warn(
      this.yaml.positionOf(map),
      `missing-${name}`,
      `${where} has no ${quote(name)}: ${value}`,
      `add \`${name}: …\` to say something else`,
    );
  }

  /** Notes a key that must be there, with the misspelt one if there is one. */
  missing(map: YAMLMap, name: string, where: string): void {
    const typed = this.#misspelt(map, name);
    this.error(
      this.yaml.positionOf(map),
      "missing-key",
      `${where} has no ${quote(name)}`,
      typed ? `did you mean ${quote(name)} where it says ${quote(typed)}?` : `add \`${name}: …\``,
    );
  }

  #misspelt(map: YAMLMap, name: string): string | undefined {
    const fields = this.#fieldsOf(map);
    return fields.has(name) ? undefined : near(name, fields.keys());
  }

  wrongType(found: { node: Node | null; at: Position }, what: string, wanted: string): void {
    this.error(
      found.at,
      "wrong-type",
      `${what} is ${kindOf(found.node)}`,
      `it must be ${wanted}`,
    );
  }

  /** A mapping's own fields, then those that it merges from others (`<<: *defaults`). */
  #fieldsOf(map: YAMLMap): Fields {
    const known = this.#fields.get(map);
    if (known) return known;
    const fields: Fields = new Map();
    const maps = new Set<YAMLMap>([map]);
    for (const each of maps) {
      for (const pair of each.items) {
        const name = keyName(pair.key);
        if (name === undefined) continue;
        if (name === MERGE_KEY) this.#mergedBy(pair.value).forEach((merged) => maps.add(merged));
        else if (!fields.has(name)) fields.set(name, pair);
      }
    }
    this.#fields.set(map, fields);
    return fields;
  }

  #mergedBy(value: unknown): YAMLMap[] {
    const node = this.yaml.resolve(value);
    const nodes = isSeq(node) ? node.items.map((item) => this.yaml.resolve(item)) : [node];
    return nodes.filter((each) => isMap(each));
  }

  #positionOfPair(pair: Pair): Position {
    const isWritten = pair.value !== null && !isNothing(this.yaml.resolve(pair.value));
    return this.yaml.positionOf(isWritten ? pair.value : pair.key);
  }
}

/** The word that was meant. */
export function near(word: string, words: Iterable<string>): string | undefined {
  if (word.length > SUGGESTED_LENGTH) return undefined;
  const short: string[] = [];
  for (const each of words) if (each.length <= SUGGESTED_LENGTH) short.push(each);
  return closest(word, short);
}

/** A scalar as it is written: the id `007` is not a number. */
export function textOf(node: Node | null): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === "string" ? node.value : node.source ?? String(node.value);
}

/** `key:`, `key: ~`, `key: null` and text of nothing but spaces. */
export function isNothing(node: Node | null): boolean {
  if (node === null) return true;
  if (!isScalar(node)) return false;
  return node.value === null || (typeof node.value === "string" && node.value.trim() === "");
}

function kindOf(node: Node | null): string {
  if (isSeq(node)) return "a list";
  if (isMap(node)) return "a mapping";
  const text = textOf(node);
  return text === undefined ? "nothing" : `the text ${quote(text)}`;
}
