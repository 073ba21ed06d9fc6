/** A stretch of a word as the shell reads it. */
export type Part =
  | { kind: "text"; text: string; quoted: boolean }
  /** `operation`: what `${name…}` does with the value; none: "". */
  | { kind: "variable"; name: string; operation: string; quoted: boolean }
  /** `piped`: `<(…)` or `>(…)`, which stands for a pipe to the command. */
  | { kind: "command"; tokens: Token[]; piped?: true }
  /** Something whose value nobody knows before it is run: `$((…))`, `$1`. */
  | { kind: "opaque" };

export type Word = Part[];

export type Token =
  | { kind: "word"; word: Word }
  /** `;` `&&` `||` `|` `|&` `&` `(` `)` `;;`, or a newline. */
  | { kind: "operator"; text: string }
  /** `target` is a here-document's text where the operator is `<<` or `<<-`. */
  | { kind: "redirect"; operator: string; target: Word };

const OPERATORS = [";;&", ";;", ";&", "&&", "||", "|&", ";", "&", "|", "(", ")", "\n"];
const REDIRECTS = ["&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">>", ">&", ">|", "<", ">"];
/** `((…))`, with brackets in it up to two deep. */
const ARITHMETIC = /\(\([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\)\)/y;
const BREAKS = new Set(" \t\r\n;&|()<>");

/** Scripts within scripts; who writes one by hand needs three or four. */
const MAX_DEPTH = 50;

/**
 * Reads a script into tokens; undefined where a quote or a bracket is never closed, or scripts lie
 * within each other beyond measure.
 */
export function tokenize(source: string, depth = 0): Token[] | undefined {
  const lexer = new Lexer(source, depth);
  const tokens = lexer.tokens(false);
  return lexer.broken ? undefined : tokens;
}

class Lexer {
  broken = false;
  private at = 0;
  private heredocs: { token: { target: Word }; end: string; dashed: boolean; literal: boolean }[] =
    [];

  constructor(private readonly source: string, private depth: number) {}

  /** Up to the end, or, within `$(…)`, up to and with the bracket that closes it. */
  tokens(nested: boolean): Token[] {
    const tokens: Token[] = [];
    for (let brackets = 0; this.at < this.source.length;) {
      if (this.skipBlank()) continue;
      if (this.skipArithmetic()) {
        tokens.push({ kind: "word", word: [{ kind: "opaque" }] });
        continue;
      }
      const redirect = this.redirect();
      if (redirect) {
        tokens.push(redirect);
        continue;
      }
      const operator = OPERATORS.find((text) => this.sees(text));
      if (operator === undefined) {
        tokens.push({ kind: "word", word: this.word() });
        continue;
      }
      this.at += operator.length;
      if (operator === "\n") this.readHeredocs();
      if (operator === "(") brackets++;
      if (operator === ")" && brackets-- === 0 && nested) return tokens;
      tokens.push({ kind: "operator", text: operator });
    }
    if (nested) this.broken = true;
    return tokens;
  }

  private sees(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  private skipBlank(): boolean {
    const blank = /(?:[ \t\r]|\\\r?\n)+|#[^\n]*/y;
    blank.lastIndex = this.at;
    const found = blank.exec(this.source);
    if (found) this.at = blank.lastIndex;
    return found !== null;
  }

  /** What is a shift in it, `1 << 2`, begins no here-document. */
  private skipArithmetic(): boolean {
    ARITHMETIC.lastIndex = this.at;
    const found = ARITHMETIC.test(this.source);
    if (found) this.at = ARITHMETIC.lastIndex;
    return found;
  }

  private redirect(): Token | undefined {
    const descriptor = /(?:\d+|\{\w+\})(?=[<>])/y;
    descriptor.lastIndex = this.at;
    const start = this.at + (descriptor.exec(this.source)?.[0].length ?? 0);
    const operator = REDIRECTS.find((text) => this.source.startsWith(text, start));
    if (operator === undefined) return undefined;
    if (operator.length === 1 && this.source[start + 1] === "(") return undefined; // `<(…)`
    this.at = start + operator.length;
    while (this.skipBlank());
    const target = this.word();
    const token = { kind: "redirect" as const, operator, target };
    if (operator === "<<" || operator === "<<-") {
      const end = target.map((part) => part.kind === "text" ? part.text : "").join("");
      const literal = target.some((part) => part.kind === "text" && part.quoted);
      this.heredocs.push({ token, end, dashed: operator === "<<-", literal });
    }
    return token;
  }

  private readHeredocs(): void {
    for (const { token, end, dashed, literal } of this.heredocs.splice(0)) {
      const lines: string[] = [];
      while (this.at < this.source.length) {
        const stop = this.source.indexOf("\n", this.at);
        const line = this.source.slice(this.at, stop < 0 ? undefined : stop);
        this.at = stop < 0 ? this.source.length : stop + 1;
        const bare = dashed ? line.replace(/^\t+/, "") : line;
        if (bare === end) break;
        lines.push(bare);
      }
      const text = lines.join("\n");
      token.target = literal ? [{ kind: "text", text, quoted: true }] : this.inner(text);
    }
  }

  /** Text in which only `$`, backquotes and backslashes mean something. */
  private inner(text: string): Word {
    const lexer = new Lexer(text, this.depth);
    const word = lexer.untilQuote(false);
    if (lexer.broken) this.broken = true;
    return word;
  }

  private word(): Word {
    const word: Word = [];
    while (this.at < this.source.length) {
      const char = this.source[this.at] ?? "";
      const substitution = (char === "<" || char === ">") && this.source[this.at + 1] === "(";
      if (substitution) {
        this.at += 2;
        add(word, { kind: "command", tokens: this.within(), piped: true });
      } else if (BREAKS.has(char)) {
        break;
      } else {
        add(word, ...this.piece(char));
      }
    }
    return word;
  }

  private piece(char: string): Word {
    this.at++;
    switch (char) {
      case "\\": {
        const next = this.source[this.at++] ?? "";
        return next === "\n" ? [] : [{ kind: "text", text: next, quoted: true }];
      }
      case "'":
        return [{ kind: "text", text: this.upTo("'"), quoted: true }];
      case '"':
        // Quotes around nothing are a word all the same.
        return [{ kind: "text", text: "", quoted: true }, ...this.untilQuote(true)];
      case "$":
        return [this.dollar(false)];
      case "`":
        return [this.backquoted()];
      default:
        return [{ kind: "text", text: char, quoted: false }];
    }
  }

  private untilQuote(closing: boolean): Word {
    const word: Word = [];
    while (this.at < this.source.length) {
      const plain = /[^"$`\\]+/y;
      plain.lastIndex = this.at;
      const text = plain.exec(this.source)?.[0];
      if (text !== undefined) {
        this.at += text.length;
        add(word, { kind: "text", text, quoted: true });
        continue;
      }
      const char = this.source[this.at++] ?? "";
      if (char === '"' && closing) return word;
      if (char === "$") add(word, this.dollar(true));
      else if (char === "`") add(word, this.backquoted());
      else if (char === "\\" && /[$`"\\\n]/.test(this.source[this.at] ?? "")) {
        const next = this.source[this.at++] ?? "";
        if (next !== "\n") add(word, { kind: "text", text: next, quoted: true });
      } else add(word, { kind: "text", text: char, quoted: true });
    }
    if (closing) this.broken = true;
    return word;
  }

  private dollar(quoted: boolean): Part {
    const next = this.source[this.at] ?? "";
    if (next === "(") {
      if (this.skipArithmetic()) return { kind: "opaque" };
      this.at++;
      return { kind: "command", tokens: this.within() };
    }
    if (next === "{") {
      this.at++;
      const inside = this.upTo("}");
      if (/\$\(|`/.test(inside)) return this.script(inside);
      const [, name, operation = ""] = /^([A-Za-z_]\w*)([^]*)$/.exec(inside) ?? [];
      return name === undefined
        ? { kind: "opaque" }
        : { kind: "variable", name, operation, quoted };
    }
    if (next === "'" && !quoted) {
      this.at++;
      return { kind: "text", text: unescaped(this.upTo("'", true)), quoted: true };
    }
    const name = /[A-Za-z_]\w*/y;
    name.lastIndex = this.at;
    const found = name.exec(this.source)?.[0];
    if (found !== undefined) {
      this.at += found.length;
      return { kind: "variable", name: found, operation: "", quoted };
    }
    if (/[0-9?$!#@*-]/.test(next)) {
      this.at++;
      return { kind: "opaque" };
    }
    return { kind: "text", text: "$", quoted };
  }

  private backquoted(): Part {
    return this.script(this.upTo("`", true).replaceAll(/\\([$`\\])/g, "$1"));
  }

  /** The script in `$(…)` or `<(…)`. */
  private within(): Token[] {
    if (this.depth === MAX_DEPTH) {
      this.broken = true;
      this.at = this.source.length;
      return [];
    }
    this.depth++;
    const tokens = this.tokens(true);
    this.depth--;
    return tokens;
  }

  private script(text: string): Part {
    const tokens = this.depth === MAX_DEPTH ? undefined : tokenize(text, this.depth + 1);
    if (tokens === undefined) this.broken = true;
    return { kind: "command", tokens: tokens ?? [] };
  }

  private upTo(end: string, escapes = false): string {
    const start = this.at;
    while (this.at < this.source.length) {
      const char = this.source[this.at++];
      if (char === end) return this.source.slice(start, this.at - 1);
      if (char === "\\" && escapes) this.at++;
    }
    this.broken = true;
    return this.source.slice(start);
  }
}

/** The text of `$'…'`. */
function unescaped(text: string): string {
  return text.replaceAll("\\n", "\n").replaceAll(/\\(['"\\])/g, "$1");
}

/** Adds parts to a word; neighbouring texts of one kind become one. */
function add(word: Word, ...parts: Part[]): void {
  for (const part of parts) {
    const last = word.at(-1);
    if (part.kind === "text" && last?.kind === "text" && last.quoted === part.quoted) {
      last.text += part.text;
    } else word.push(part);
  }
}
