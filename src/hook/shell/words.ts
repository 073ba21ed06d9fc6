import { readArguments } from "./options.ts";
import { basename, dirname, FRESH, leadsAway, PATTERN, UNKNOWN } from "./paths.ts";
import type { Part, Token, Word } from "./tokens.ts";

/** What a shell knows at a point of a script. */
export interface Scope {
  /** Absolute; undefined: it went where nobody can tell. */
  cwd: string | undefined;
  /** Values that variables may have. */
  variables: Map<string, string[]>;
}

/** As which bash hands a pipe on. */
const PIPE = "/dev/fd/63";
/** More values than this are as good as unknown. */
const MAX_VALUES = 200;
/** Unquoted braces and commas, until they are expanded. */
const OPEN = "\u0003";
const COMMA = "\u0004";
const CLOSE = "\u0005";

/**
 * The texts that a word stands for: usually one, several where braces or variables bring them. What
 * only the run will tell is `UNKNOWN`, a pattern's special characters are `PATTERN`.
 */
export function valuesOf(word: Word, scope: Scope): string[] {
  let values = [""];
  for (const [index, part] of word.entries()) {
    const pieces = part.kind === "text"
      ? [part.quoted ? part.text : unquoted(part.text, index === 0 ? word : undefined, scope)]
      : part.kind === "variable"
      ? variable(part, scope)
      : part.kind === "command"
      ? [part.piped ? PIPE : substitution(part.tokens, scope)]
      : [UNKNOWN];
    values = values.flatMap((value) => pieces.map((piece) => value + piece));
    if (values.length > MAX_VALUES) return [UNKNOWN];
  }
  return values.flatMap(expandBraces);
}

/** One text: a pattern or an unknown part in it stands as its mark. */
export function valueOf(word: Word, scope: Scope): string {
  const [value, ...others] = valuesOf(word, scope);
  return value === undefined || others.length > 0 ? UNKNOWN : value;
}

function unquoted(text: string, whole: Word | undefined, scope: Scope): string {
  const home = whole && /^~[^/]*/.exec(text)?.[0];
  const marked = text.slice(home?.length ?? 0).replaceAll(/[*?[]/g, PATTERN)
    .replaceAll("{", OPEN).replaceAll(",", COMMA).replaceAll("}", CLOSE);
  if (home === undefined) return marked;
  const own = home === "~" && (text.length > 1 || whole?.length === 1);
  return (own ? scope.variables.get("HOME")?.[0] ?? UNKNOWN : UNKNOWN) + marked;
}

type Variable = Extract<Part, { kind: "variable" }>;

function variable({ name, operation, quoted }: Variable, scope: Scope): string[] {
  const known = name === "PWD" ? [scope.cwd ?? UNKNOWN] : scope.variables.get(name);
  const values = operated(known, operation);
  return quoted || name === "PWD" ? values : values.flatMap((value) => value.split(/\s+/));
}

/** What `${name…}` makes of a variable's values, where that is plain. */
function operated(known: string[] | undefined, operation: string): string[] {
  const instead = /^:?-([^$`"'\\]*)$/.exec(operation)?.[1];
  if (instead !== undefined) return (known ?? [""]).map((value) => value || instead);
  const values = known ?? [UNKNOWN];
  if (operation === "") return values;
  if (operation === "##*/") return values.map(basename);
  if (operation === "%/*") return values.map((value) => value.replace(/\/[^/]*$/, ""));
  if (operation === "%.*") return values.map((value) => value.replace(/\.[^./]*$/, ""));
  const end = /^%([\w.-]+)$/.exec(operation)?.[1];
  if (end === undefined) return [UNKNOWN];
  return values.map((value) => value.endsWith(end) ? value.slice(0, -end.length) : value);
}

/** The few commands whose output is known before they run. */
function substitution(tokens: readonly Token[], scope: Scope): string {
  const pipeline: string[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "word") pipeline.at(-1)?.push(valueOf(token.word, scope));
    else if (token.kind === "operator") {
      if (token.text !== "|") return UNKNOWN;
      pipeline.push([]);
    }
  }
  if (listsHere(pipeline)) return PATTERN;
  const [words = [], ...others] = pipeline;
  if (others.length > 0) return UNKNOWN;
  const line = words.join(" ");
  if (line === "pwd" || line === "git rev-parse --show-toplevel") return scope.cwd ?? UNKNOWN;
  const [program, ...args] = words;
  const { operands: [path], options } = readArguments(args);
  if (program === "mktemp") return temporary(path, options, scope);
  if (path === undefined || options.size > 0) return UNKNOWN;
  return program === "basename" ? basename(path) : program === "dirname" ? dirname(path) : UNKNOWN;
}

function temporary(path: string | undefined, options: Map<string, unknown>, scope: Scope): string {
  const names = [...options.keys()];
  if (names.some((name) => !/^(-[dqt]|--directory|--suffix)$/.test(name))) return UNKNOWN;
  if (path !== undefined && !names.includes("-t")) return path;
  return `${scope.variables.get("TMPDIR")?.[0] || "/tmp"}/${FRESH}`;
}

const LISTS = new RegExp(
  "^(?:(?:find|fd|ls|git ls-files)\\b|git (?:diff|show)\\b.* --name-only\\b|" +
    "(?:git )?(?:grep|rg)\\b.* (?:-\\w*l\\w*|--files-with-matches|--name-only)(?: |$))",
);
const FILTERS = /^(?:grep|egrep|head|tail|sort|uniq)$/;

/** Whether what a pipeline prints are names below here: it looks nowhere else. */
export function listsHere([first = [], ...others]: readonly string[][]): boolean {
  return LISTS.test(first.join(" ")) && !first.some(leadsAway) &&
    others.every(([program = ""]) => FILTERS.test(program));
}

function expandBraces(value: string): string[] {
  const expanded: string[] = [];
  const left = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (expanded.length + left.length > MAX_VALUES) return [UNKNOWN];
    const close = next.indexOf(CLOSE);
    const open = next.lastIndexOf(OPEN, close);
    if (open < 0 || close < 0) {
      expanded.push(next.replaceAll(OPEN, "{").replaceAll(COMMA, ",").replaceAll(CLOSE, "}"));
      continue;
    }
    const inner = next.slice(open + 1, close);
    // `{}` and `{1..9}` hold no names of other folders.
    const choices = inner.includes(COMMA) ? inner.split(COMMA) : [`{${inner}}`];
    const [before, after] = [next.slice(0, open), next.slice(close + 1)];
    left.push(...choices.map((choice) => before + choice + after).reverse());
  }
  return expanded;
}
