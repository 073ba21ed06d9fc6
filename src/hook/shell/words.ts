import type { Env } from "../../exec/env.ts";
import { leadsAway, UNKNOWN, UNSET } from "./paths.ts";
import type { SequentialList, Word, WordPart } from "./parser.ts";

/** The text that a word becomes. */
export interface Value {
  /** With `UNKNOWN` for what is known only when the command runs. */
  text: string;
  /** The first words of the commands whose output it is: `["git", "merge-base"]`. */
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

export function copyOf(scope: Scope): Scope {
  return { ...scope, variables: new Map(scope.variables) };
}

export function variableOf({ variables, env }: Scope, name: string): Value | undefined {
  const inherited = Object.hasOwn(env, name) ? env[name] : undefined;
  return variables.get(name) ?? (inherited === undefined ? undefined : known(inherited));
}

export function known(text: string): Value {
  return { text, output: [], splits: false };
}

export function valueOf(word: Word, scope: Scope): Value {
  const values = word.map((part) => partValue(part, scope));
  return {
    text: values.map(({ text }) => text).join(""),
    output: values.flatMap(({ output }) => output),
    splits: values.some(({ splits }) => splits),
  };
}

/** The words of a command, as the program gets them. */
export function argvOf(words: readonly Word[], scope: Scope): string[] {
  return words.flatMap((word) => {
    const { text, splits } = valueOf(word, scope);
    return splits ? text.split(/\s+/).filter((each) => each !== "") : [text];
  });
}

function partValue(part: WordPart, scope: Scope): Value {
  if (part.kind === "text") return known(part.text);
  if (part.kind === "command") return outputOf(part.list, scope);
  const { name, operator, argument, quoted } = part;
  const value = name === "PWD" && scope.cwd ? known(scope.cwd) : variableOf(scope, name);
  const given = /^:?[-=]$/.test(operator) ? value ?? valueOf(argument, scope) : value;
  // `${list[@]}`; what the other operators leave of a value is not known.
  if (given && /^(?:\[[@*]\]|:?[-=?])?$/.test(operator)) return { ...given, splits: !quoted };
  const unset = value === undefined && operator === "" && /^[A-Za-z_]/.test(name);
  return { text: unset ? UNSET : UNKNOWN, output: given?.output ?? [], splits: false };
}

function outputOf(list: SequentialList, scope: Scope): Value {
  const commands = list.flat().flatMap((command) => command.kind === "simple" ? [command] : []);
  const output = commands.map(({ words }) => argvOf(words, scope)).filter((argv) =>
    argv.length > 0
  );
  const line = output.length === 1 ? output[0]?.join(" ") : undefined;
  if (line === "pwd" && scope.cwd !== undefined) return known(scope.cwd);
  if (line === "git rev-parse --show-toplevel") return known(scope.worktree);
  return { text: output[0] ? listed(output[0]) : UNKNOWN, output, splits: false };
}

/** A path as a command prints it. */
export function listed([program = "", ...args]: readonly string[]): string {
  const folder = /^(find|fd|ls)$/.test(program) ? args.find(leadsAway) : undefined;
  return folder === undefined ? UNKNOWN : `${folder}/${UNKNOWN}`;
}

/** Every list that runs as a part of these words. */
export function substitutionsIn(words: readonly Word[]): SequentialList[] {
  return words.flat().flatMap((part) =>
    part.kind === "command"
      ? [part.list]
      : part.kind === "parameter"
      ? substitutionsIn([part.argument])
      : []
  );
}

/** The name and value of a word such as `name=value`. */
export function assignmentIn(word: Word): { name: string; value: Word } | undefined {
  const [first, ...rest] = word;
  if (first?.kind !== "text" || first.quoted) return undefined;
  const [, name, text = ""] = /^([A-Za-z_]\w*)\+?=([^]*)$/.exec(first.text) ?? [];
  return name === undefined ? undefined : { name, value: [{ ...first, text }, ...rest] };
}
