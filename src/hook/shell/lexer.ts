/**
 * Takes a command line apart into the commands that it runs, as far as it takes to see their words.
 * Any text has a reading: what is never closed ends with the text.
 */

/** A command, or a bracket of a subshell. */
export type Item = Command | "(" | ")";

export interface Command {
  words: Word[];
  /** The files that it writes by `>` and its like. */
  writes: Word[];
  /** It reads what the command before it prints. */
  piped: boolean;
}

export type Word = Part[];

export type Part =
  | { text: string; quoted: boolean }
  /** `$name`; `plain` is false where an operator changes its value. */
  | { variable: string; plain: boolean; fallback: Word | undefined; quoted: boolean }
  /** `$(…)`, backquotes, `<(…)` or `>(…)`. */
  | { output: Item[] };

export function readLine(source: string, depth = 0): Item[] {
  return new Lexer(source, depth).items();
}

/** Text that is nested more deeply is passed over. */
const MAX_DEPTH = 40;
const PLAIN = /[^\s;&|()<>'"`$\\]+/y;
const REDIRECT = /(?:\d+|\{\w+\})?(&>>|&>|<<<|<<-|<<|<&|<>|<(?!\()|>>|>\||>&|>(?!\())[ \t]*/y;
const RESERVED = /^(if|then|elif|else|fi|while|until|do|done|case|esac|function|coproc|[{}!])$/;

class Lexer {
  private at = 0;
  private level = 0;
  /** A `((` that nothing closes was read: to look for its end again and again takes too long. */
  private unclosed = false;
  private delimiters: { text: string; tabs: boolean }[] = [];

  constructor(private readonly source: string, private readonly depth: number) {
    if (depth > MAX_DEPTH) this.at = source.length;
  }

  /** Up to the closing bracket, if it is one of a substitution, or to the end of the text. */
  items(bracket = false): Item[] {
    const items: Item[] = [];
    let command: Command = { words: [], writes: [], piped: false };
    let open = 0;
    const end = (piped = false) => {
      const { words, writes } = command;
      if (words.length + writes.length > 0) items.push(command);
      else piped ||= command.piped;
      command = { words: [], writes: [], piped };
    };
    while (this.at < this.source.length) {
      if (this.take(/(?:[ \t\r]|\\\n)+|#[^\n]*/y)) continue;
      if (this.take(/\n/y)) {
        end();
        this.skipHereDocuments();
      } else if (this.take(/;;&|;[;&]?|&&|\|\||&(?!>)/y)) end();
      else if (this.take(/\|&?/y)) end(true);
      else if (this.take(/\(\s*\)/y)) command.words.pop();
      else if (this.take(/\)/y)) {
        end();
        if (open === 0 && bracket) break;
        // A bracket after the pattern of a `case` closes nothing.
        if (open > 0) items.push(")");
        open = Math.max(0, open - 1);
      } else if (this.arithmetic()) end();
      else if (this.take(/\(/y)) {
        end();
        items.push("(");
        open++;
      } else if (command.words.length === 0 && this.take(/\[\[\s[^]*?(\]\]|$)/y)) {
        command.words.push([{ text: "[[", quoted: false }]);
      } else this.word(command);
    }
    end();
    return items;
  }

  private word({ words, writes }: Command): void {
    const [, operator] = this.match(REDIRECT) ?? [];
    const word: Word = [];
    const start = this.at;
    if (this.take(/~(?=[/\s;&|()<>]|$)/y)) word.push(variable("HOME"));
    while (this.part(word));
    // What can begin no word is skipped, so that reading moves on.
    if (this.at === start) this.at++;
    const text = textOf(word);
    if (operator === undefined) {
      if (text.endsWith("=") && this.take(/\(/y)) this.array(word);
      if (words.length > 0 || !RESERVED.test(text)) words.push(word);
    } else if (operator.startsWith("<<") && operator !== "<<<") {
      this.delimiters.push({ text, tabs: operator === "<<-" });
    } else if (operator !== "<" && !(operator.endsWith("&") && /^(\d+-?|-)$/.test(text))) {
      if (operator !== "<<<" && operator !== "<&") writes.push(word);
    }
  }

  /** The elements after `name=(`. */
  private array(word: Word): void {
    while (this.at < this.source.length && !this.take(/\s*\)/y)) {
      if (this.take(/[\s;&|()<>]+/y)) continue;
      word.push({ text: " ", quoted: false });
      while (this.part(word));
    }
  }

  /** Reads a part of a word; false at its end. */
  private part(word: Word): boolean {
    const plain = this.take(PLAIN);
    if (plain !== undefined) word.push({ text: plain, quoted: false });
    else if (this.take(/'/y)) {
      word.push({ text: this.take(/[^']*/y) ?? "", quoted: true });
      this.at++;
    } else if (this.take(/"/y)) this.quoted(word);
    else if (this.take(/\\/y)) {
      word.push({ text: this.take(/[^]/y)?.replace("\n", "") ?? "", quoted: true });
    } else if (this.take(/[<>]\(/y)) this.nested(word);
    else return this.expansion(word, false);
    return true;
  }

  private quoted(word: Word): void {
    word.push({ text: "", quoted: true });
    while (this.at < this.source.length && !this.take(/"/y)) {
      const text = this.take(/[^"`$\\]+/y) ?? this.take(/\\["$`\\\n]/y)?.slice(1);
      if (text !== undefined) word.push({ text, quoted: true });
      else if (!this.expansion(word, true)) {
        word.push({ text: this.source[this.at++] ?? "", quoted: true });
      }
    }
  }

  /** What begins with `$` or a backquote. */
  private expansion(word: Word, quoted: boolean): boolean {
    if (this.take(/`/y)) {
      const body = this.take(/[^`\\]*(?:\\[^][^`\\]*)*/y) ?? "";
      this.at++;
      const inner = body.replaceAll(/\\([`$\\])/g, "$1");
      word.push({ output: readLine(inner, this.depth + this.level + 1) });
      return true;
    }
    if (!this.take(/\$/y)) return false;
    const name = this.take(/[A-Za-z_]\w*|[0-9@*#?$!-]/y);
    if (name !== undefined) word.push(variable(name, quoted));
    else if (this.arithmetic()) word.push({ text: "0", quoted });
    else if (this.take(/\(/y)) this.nested(word);
    else if (this.take(/\{/y)) word.push(this.braced(quoted));
    else if (!quoted && this.take(/'/y)) {
      const body = this.take(/[^'\\]*(?:\\[^][^'\\]*)*/y) ?? "";
      this.at++;
      word.push({ text: body.replaceAll(/\\(['"\\])/g, "$1"), quoted: true });
    } else word.push({ text: "$", quoted });
    return true;
  }

  private braced(quoted: boolean): Part {
    const prefix = this.take(/[!#](?=\w)/y) ?? "";
    const name = this.take(/\w+|[@*#?$!-]/y) ?? "";
    this.take(/\[[@*]\]/y);
    const operator = this.take(/:?[-=]/y);
    const rest: Word = [];
    const plain = prefix === "" && (operator !== undefined || this.source[this.at] === "}");
    const start = this.at;
    while (this.at < this.source.length && !this.take(/\}/y)) {
      const text = this.take(/[^}'"`$\\]+/y);
      if (text !== undefined) rest.push({ text, quoted });
      else if (!this.deeper(() => this.part(rest))) break;
    }
    if (this.at === start) this.at++;
    const fallback = operator === undefined ? undefined : rest;
    return { variable: name, plain, fallback, quoted };
  }

  private nested(word: Word): void {
    this.deeper(() => word.push({ output: this.items(true) }));
  }

  private deeper<T>(read: () => T): T | undefined {
    if (this.depth + ++this.level > MAX_DEPTH) {
      this.at = this.source.length;
      return undefined;
    }
    const value = read();
    this.level--;
    return value;
  }

  /** Skips `((…))`; the brackets of `((a) | (b))` are those of subshells. */
  private arithmetic(): boolean {
    if (this.unclosed || !this.source.startsWith("((", this.at)) return false;
    let depth = 0;
    for (let at = this.at; at < this.source.length; at++) {
      if (this.source[at] === "(") depth++;
      if (this.source[at] !== ")" || --depth !== 1) continue;
      if (this.source[at + 1] !== ")") return false;
      this.at = at + 2;
      return true;
    }
    this.unclosed = true;
    return false;
  }

  /** Their text is input of a program, not part of the line. */
  private skipHereDocuments(): void {
    for (const { text, tabs } of this.delimiters.splice(0)) {
      while (this.at < this.source.length) {
        const line = this.take(/[^\n]*/y) ?? "";
        this.at++;
        if ((tabs ? line.replace(/^\t+/, "") : line) === text) break;
      }
    }
  }

  private take(pattern: RegExp): string | undefined {
    return this.match(pattern)?.[0];
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = Math.min(this.at, this.source.length);
    const found = pattern.exec(this.source);
    if (!found || found[0] === "") return found ?? undefined;
    this.at += found[0].length;
    return found;
  }
}

function variable(name: string, quoted = true): Part {
  return { variable: name, plain: true, fallback: undefined, quoted };
}

/** The text of a word, as far as it is written there. */
export function textOf(word: Word): string {
  return word.map((part) => "text" in part ? part.text : "").join("");
}

/** Whether a word is this text, unquoted. */
export function isText(word: Word | undefined, text: string): boolean {
  return word?.length === 1 && textOf(word) === text;
}
