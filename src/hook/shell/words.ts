import type { Env } from "../../exec/env.ts";
import type { Item, Word } from "./lexer.ts";
import { leadsAway, UNKNOWN, UNSET } from "./paths.ts";

/** The text that a word becomes. */
export interface Value {
  /** With `UNKNOWN` for what is known only when the command runs. */
  text: string;
  /** The commands whose output it is. */
  output: string[][];
  /** Whether the shell would split it at blanks. */
  splits: boolean;
}

/** What a shell knows where a command runs. */
export interface Scope {
  /** Undefined: unknown. */
  cwd: string | undefined;
  /** What the command line has set. */
  variables: Map<string, Value>;
  /** What it was started with. */
  env: Env;
  worktree: string;
}

const MAX_VALUE = 4_096;

export function copyOf(scope: Scope): Scope {
  return { ...scope, variables: new Map(scope.variables) };
}

export function known(text: string, output: string[][] = []): Value {
  return { text: text.length > MAX_VALUE ? UNKNOWN : text, output, splits: false };
}

export function variableOf({ variables, env, cwd }: Scope, name: string): Value | undefined {
  if (name === "PWD" && cwd !== undefined) return known(cwd);
  const inherited = Object.hasOwn(env, name) ? env[name] : undefined;
  return variables.get(name) ?? (inherited === undefined ? undefined : known(inherited));
}

export function valueOf(word: Word, scope: Scope): Value {
  const values = word.map((part): Value => {
    if ("text" in part) return known(part.text);
    if ("output" in part) return outputOf(part.output, scope);
    const { variable, plain, fallback, quoted } = part;
    const value = variableOf(scope, variable) ?? (fallback && valueOf(fallback, scope));
    if (value && plain) return { ...value, splits: !quoted };
    const unset = value === undefined && plain && /^[A-Za-z_]/.test(variable);
    return { ...known(unset ? UNSET : UNKNOWN), output: value?.output ?? [] };
  });
  return {
    text: values.map(({ text }) => text).join(""),
    output: values.flatMap(({ output }) => output),
    splits: values.some(({ splits }) => splits),
  };
}

/** The words of a command, as the program gets them. */
export function argvOf(words: readonly Word[], scope: Scope): string[] {
  return split(words.map((word) => valueOf(word, scope)));
}

export function split(values: readonly Value[]): string[] {
  return values.flatMap(({ text, splits }) =>
    splits ? text.split(/\s+/).filter((each) => each !== "") : [text]
  );
}

function outputOf(items: Item[], scope: Scope): Value {
  const commands = items.flatMap((item) => typeof item === "string" ? [] : [item.words]);
  const output = commands.map((words) => argvOf(words, scope)).filter(({ length }) => length > 0);
  const line = output.length === 1 ? output[0]?.join(" ") : undefined;
  if (line === "pwd" && scope.cwd !== undefined) return known(scope.cwd);
  if (line === "git rev-parse --show-toplevel") return known(scope.worktree);
  return known(output[0] ? listedBy(output[0]) : UNKNOWN, output);
}

/** A path as a command prints it. */
export function listedBy([program = "", ...args]: readonly string[]): string {
  const folder = /^(find|fd|ls|mktemp)$/.test(program) ? args.find(leadsAway) : undefined;
  return folder === undefined ? UNKNOWN : `${folder}/${UNKNOWN}`;
}

/** Sets what a word such as `name=value` assigns; false for another word. */
export function assign(word: Word, read: Scope, set: Scope): boolean {
  const [first, ...rest] = word;
  if (first === undefined || !("text" in first) || first.quoted) return false;
  const [, name, text = ""] = /^([A-Za-z_]\w*)\+?=([^]*)$/.exec(first.text) ?? [];
  if (name === undefined) return false;
  const { text: value, output } = valueOf([{ text, quoted: false }, ...rest], read);
  set.variables.set(name, known(value, output));
  return true;
}
