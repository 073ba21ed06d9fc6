import { FRESH, PATTERN, UNKNOWN } from "./paths.ts";
import type { Token, Word } from "./shell_tokens.ts";

/** What a shell knows at a point of a script. */
export interface Scope {
  /** Absolute; undefined: it went where nobody can tell. */
  cwd: string | undefined;
  /** Values that variables may have. */
  variables: Map<string, string[]>;
}

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
      ? variable(part.name, part.quoted, scope)
      : part.kind === "command"
      ? [substitution(part.tokens, scope)]
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

function variable(name: string, quoted: boolean, scope: Scope): string[] {
  if (name === "PWD") return [scope.cwd ?? UNKNOWN];
  const values = scope.variables.get(name) ?? [UNKNOWN];
  return quoted ? values : values.flatMap((value) => value.split(/\s+/));
}

/** The few commands whose output is known before they run. */
function substitution(tokens: readonly Token[], scope: Scope): string {
  const words = tokens.map((token) => token.kind === "word" ? valueOf(token.word, scope) : UNKNOWN);
  const line = words.join(" ");
  if (line === "pwd" || line === "git rev-parse --show-toplevel") return scope.cwd ?? UNKNOWN;
  if (words[0] === "mktemp" && words.slice(1).every((word) => /^-[dq]+$/.test(word))) {
    return `${scope.variables.get("TMPDIR")?.[0] || "/tmp"}/${FRESH}`;
  }
  return UNKNOWN;
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
