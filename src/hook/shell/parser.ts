/**
 * A command line in the words of the standard's grammar (POSIX.1-2024, XCU 2.10), as far as it
 * takes to see which programs it starts. Any text has a reading: what is never closed ends with the
 * text.
 */
export type SequentialList = Pipeline[];

/** Commands joined by `|`. How one pipeline follows another (`;`, `&&`, `||`, `&`) is not kept. */
export type Pipeline = Command[];

export type Command = SimpleCommand | Subshell;

/**
 * Words and redirections. Of compound commands each part is one: `for x in a b`, what `do` and
 * `done` enclose, the redirections after `done`.
 */
export interface SimpleCommand {
  kind: "simple";
  words: Word[];
  redirects: Redirect[];
}

export interface Subshell {
  kind: "subshell";
  list: SequentialList;
}

export interface Redirect {
  operator: string;
  /** The file; the text for `<<` and `<<<`. */
  target: Word;
}

export type Word = WordPart[];

export type WordPart =
  | { kind: "text"; text: string; quoted: boolean }
  /** `$name`, `${name}`, or `${name:-argument}` with any other operator. */
  | { kind: "parameter"; name: string; operator: string; argument: Word; quoted: boolean }
  /** `$(…)`, a pair of backquotes, `<(…)` or `>(…)`. */
  | { kind: "command"; list: SequentialList };

/** Deeper text is passed over. */
const MAX_DEPTH = 40;

/** A text as it was read. */
export interface Reading {
  list: SequentialList;
  /** False where something was passed over. */
  complete: boolean;
  /** How often the parser read a position: proportional to the text's length. */
  looks: number;
}

export function parse(source: string): Reading {
  const parser = new Parser(source);
  return { list: parser.list(false), complete: !parser.tooDeep, looks: parser.looks };
}

const PLAIN = /[^ \t\r\n;&|()<>'"`$\\#~]+/y;
const REDIRECT = /&>>|&>|<<<|<<-|<<|<&|<>|<(?!\()|>>|>\||>&|>(?!\()/y;
/** Between two commands: `&` of `&>` and `|` of a pipeline are others. */
const SEPARATOR = /;;&|;[;&]?|&&|\|\|?|&(?!>)/y;
const RESERVED =
  /(?:if|then|elif|else|fi|while|until|do|done|esac|function|coproc|[{}!])(?=[\s;&|()<>]|$)/y;
const NAME = /[A-Za-z_]\w*|[0-9]|[@*#?$!-]/y;

class Parser {
  tooDeep = false;
  looks = 0;
  private at = 0;
  private depth = 0;
  /** How many `case` of the innermost list are open: a bracket after a pattern closes nothing. */
  private cases = 0;
  private hereDocuments: { delimiter: string; tabs: boolean; raw: boolean; target: Word }[] = [];

  constructor(private readonly source: string, depth = 0) {
    this.depth = depth;
  }

  /** Reads up to a closing bracket, or to the end of the text where none is expected. */
  list(bracket: boolean): SequentialList {
    const list: SequentialList = [];
    if (!this.enter()) return list;
    const { cases } = this;
    this.cases = 0;
    for (this.separators(); this.at < this.source.length; this.separators()) {
      if (this.take(/\)/y)) {
        if (bracket && this.cases === 0) break;
      } else list.push(this.pipeline());
    }
    this.cases = cases;
    this.depth--;
    return list;
  }

  private enter(): boolean {
    if (++this.depth <= MAX_DEPTH) return true;
    this.tooDeep = true;
    this.at = this.source.length;
    return false;
  }

  private separators(): void {
    do this.blank(true); while (this.take(SEPARATOR) || this.reserved());
  }

  private reserved(): boolean {
    const word = this.take(RESERVED);
    if (word === "esac") this.cases--;
    if (word === "function") this.take(/\s*[^\s(){}]+(?:\s*\(\s*\))?/y);
    return word !== undefined;
  }

  private pipeline(): Pipeline {
    const pipeline = [this.command()];
    while (this.take(/\|(?!\|)&?/y)) {
      this.blank(true);
      while (this.reserved()) this.blank(true);
      pipeline.push(this.command());
    }
    return pipeline;
  }

  private command(): Command {
    if (this.arithmetic()) return { kind: "simple", words: [], redirects: [] };
    if (this.take(/\(/y)) return { kind: "subshell", list: this.list(true) };
    const command: SimpleCommand = { kind: "simple", words: [], redirects: [] };
    if (this.take(/\[\[(?=\s)/y)) return this.condition(command);
    for (this.blank(); this.peek(/[ \t\r\n;|)]|&(?!>)|$/y) === undefined; this.blank()) {
      const operator = this.take(REDIRECT);
      if (operator !== undefined) command.redirects.push(this.redirect(operator));
      else if (this.take(/\(\s*\)/y)) {
        // The name of a function, whose body is taken for run.
        command.words.pop();
        break;
      } else if (this.take(/\(/y)) this.array(command.words.at(-1) ?? []);
      // `2>` and `{fd}>` name a file descriptor.
      else if (!this.take(/(?:\d+|\{\w+\})(?=[<>](?!\())/y)) command.words.push(this.word());
    }
    if (isText(command.words[0], "case")) this.cases++;
    return command;
  }

  /** `[[ … ]]`, in which operators compare. */
  private condition(command: SimpleCommand): SimpleCommand {
    command.words.push([{ kind: "text", text: "[[", quoted: false }]);
    for (;;) {
      this.take(/[\s;&|()<>]+/y);
      if (this.at >= this.source.length || this.take(/\]\]/y)) return command;
      command.words.push(this.word());
    }
  }

  /** The elements after `name=(`. */
  private array(word: Word): void {
    while (this.at < this.source.length && !this.take(/\s*\)/y)) {
      if (!this.take(/[\s;&|()<>]+/y)) word.push(space, ...this.word());
    }
  }

  private redirect(operator: string): Redirect {
    this.blank();
    const target = this.word();
    if (operator !== "<<" && operator !== "<<-") return { operator, target };
    const delimiter = target.map((part) => part.kind === "text" ? part.text : "").join("");
    const raw = target.some((part) => part.kind === "text" && part.quoted);
    const body: Word = [];
    this.hereDocuments.push({ delimiter, tabs: operator === "<<-", raw, target: body });
    return { operator: "<<", target: body };
  }

  /** The bodies of the here-documents that the line before has announced. */
  private bodies(): void {
    for (const { delimiter, tabs, raw, target } of this.hereDocuments.splice(0)) {
      const start = this.at;
      let end = start;
      while (this.at < this.source.length) {
        end = this.at;
        const line = this.take(/[^\n]*/y) ?? "";
        this.at++;
        if ((tabs ? line.replace(/^\t+/, "") : line) === delimiter) break;
        end = this.at;
      }
      const body = this.source.slice(start, end);
      if (raw) target.push({ kind: "text", text: body, quoted: true });
      else target.push(...this.nested(body, (parser) => parser.quoted()));
    }
  }

  private word(): Word {
    const word: Word = [];
    const start = this.at;
    if (this.take(/~(?=[/\s;&|()<>]|$)/y)) word.push(parameter("HOME", true));
    while (this.part(word));
    // What can begin no word is passed over, so that reading moves on.
    if (this.at === start) this.at++;
    return word;
  }

  /** Reads a part of a word; false at its end. */
  private part(word: Word): boolean {
    const plain = this.take(PLAIN) ?? this.take(/[#~]/y);
    const char = this.source[this.at];
    if (plain !== undefined) word.push({ kind: "text", text: plain, quoted: false });
    else if (this.take(/'/y)) {
      word.push({ kind: "text", text: this.take(/[^']*/y) ?? "", quoted: true });
      this.at++;
    } else if (this.take(/"/y)) {
      word.push({ kind: "text", text: "", quoted: true }, ...this.quoted('"'));
    } else if (this.take(/\\/y)) {
      const escaped = this.take(/[^]/y) ?? "";
      word.push({ kind: "text", text: escaped === "\n" ? "" : escaped, quoted: true });
    } else if (char === "$" || char === "`") word.push(this.expansion(false));
    else if (this.take(/[<>]\(/y)) word.push({ kind: "command", list: this.list(true) });
    else return false;
    return true;
  }

  /** Text in which `$` and backquotes keep their meaning, up to a quote or the end. */
  private quoted(end?: '"'): Word {
    const word: Word = [];
    while (this.at < this.source.length) {
      const plain = this.take(/[^"`$\\]+/y) ?? this.take(/\\["$`\\\n]/y)?.slice(1);
      const char = this.source[this.at];
      if (plain !== undefined) word.push({ kind: "text", text: plain, quoted: true });
      else if (char === "$" || char === "`") word.push(this.expansion(true));
      else {
        this.at++;
        if (char === end) break;
        word.push({ kind: "text", text: char ?? "", quoted: true });
      }
    }
    return word;
  }

  private expansion(quoted: boolean): WordPart {
    if (this.take(/`/y)) {
      const body = this.take(/[^`\\]*(?:\\[^][^`\\]*)*/y) ?? "";
      this.at++;
      const inner = body.replaceAll(/\\([`$\\])/g, "$1");
      return { kind: "command", list: this.nested(inner, (parser) => parser.list(false)) };
    }
    this.at++;
    if (this.arithmetic()) return { kind: "text", text: "0", quoted };
    if (this.take(/\(/y)) return { kind: "command", list: this.list(true) };
    if (this.take(/\{/y)) return this.braced(quoted);
    const name = this.take(NAME);
    if (name !== undefined) return parameter(name, quoted);
    if (quoted || !this.take(/'/y)) return { kind: "text", text: "$", quoted };
    const body = this.take(/[^'\\]*(?:\\[^][^'\\]*)*/y) ?? "";
    this.at++;
    return { kind: "text", text: body.replaceAll(/\\(['"\\])/g, "$1"), quoted: true };
  }

  private braced(quoted: boolean): WordPart {
    const prefix = this.take(/[!#](?=\w)/y) ?? "";
    const name = this.take(/\w+|[@*#?$!-]/y) ?? "";
    const operator = prefix + (this.take(/\[[^\]}]*\]/y) ?? "") +
      (this.take(/:?[-=+?]|[%#]+/y) ?? "");
    const argument: Word = [];
    if (this.enter()) {
      while (this.at < this.source.length && !this.take(/\}/y)) {
        const other = this.take(/[^}'"`$\\]+/y);
        if (other !== undefined) argument.push({ kind: "text", text: other, quoted });
        else this.part(argument);
      }
      this.depth--;
    }
    return { kind: "parameter", name, operator, argument, quoted };
  }

  /** A text that is taken out of the source, read with what is left of the depth. */
  private nested<T>(source: string, read: (parser: Parser) => T): T {
    const parser = new Parser(source, this.depth + 1);
    const value = read(parser);
    this.tooDeep ||= parser.tooDeep;
    this.looks += parser.looks;
    return value;
  }

  /** Skips `((…))`; the brackets of `((a) | (b))` are those of subshells. */
  private arithmetic(): boolean {
    if (!this.source.startsWith("((", this.at)) return false;
    let depth = 0;
    for (let at = this.at; at < this.source.length; at++) {
      this.looks++;
      if (this.source[at] === "(") depth++;
      if (this.source[at] !== ")" || --depth !== 1) continue;
      if (this.source[at + 1] !== ")") return false;
      this.at = at + 2;
      return true;
    }
    return false;
  }

  /** Skips blanks and comments; newlines, too, and what they begin, if `lines` is set. */
  private blank(lines = false): void {
    for (;;) {
      if (this.take(/(?:[ \t\r]|\\\n)+/y) || this.take(/#[^\n]*/y)) continue;
      if (!lines || !this.take(/\n/y)) return;
      this.bodies();
    }
  }

  private take(pattern: RegExp): string | undefined {
    const found = this.peek(pattern);
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private peek(pattern: RegExp): string | undefined {
    this.looks++;
    pattern.lastIndex = Math.min(this.at, this.source.length);
    return pattern.exec(this.source)?.[0];
  }
}

const space: WordPart = { kind: "text", text: " ", quoted: false };

function parameter(name: string, quoted: boolean): WordPart {
  return { kind: "parameter", name, operator: "", argument: [], quoted };
}

/** Whether a word is this text, unquoted. */
export function isText(word: Word | undefined, text: string): boolean {
  const [part, ...more] = word ?? [];
  return part?.kind === "text" && !part.quoted && part.text === text && more.length === 0;
}
