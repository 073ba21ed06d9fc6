import { basename, PATTERN, resolve, UNKNOWN } from "./paths.ts";
import type { Token, Word } from "./tokens.ts";
import { listsHere, type Scope, valueOf, valuesOf } from "./words.ts";

/** A simple command of a script, with what the shell knows when it comes to it. */
export interface Call {
  /** What its words stand for; a word of several texts brings them all. */
  argv: string[];
  redirects: { operator: string; target: Word }[];
  scope: Scope;
  /** Scripts in `$(…)`, `` `…` `` and `<(…)`. */
  substitutions: { tokens: Token[]; scope: Scope }[];
  /** The text of its here-document or here-string. */
  input: string;
  /** The commands before it in its pipeline. */
  piped: string[][];
}

const KEYWORDS = new Set(
  "if then else elif fi do done while until ! { } esac function coproc".split(" "),
);
const DECLARING = new Set(["export", "declare", "local", "readonly", "typeset"]);

/** The simple commands of a script in their order; changes of folder and variables are followed. */
export function callsIn(tokens: readonly Token[], scope: Scope): Generator<Call> {
  return new Walk(scope).calls(tokens);
}

class Walk {
  private words: Word[] = [];
  private redirects: Call["redirects"] = [];
  private piped: string[][] = [];
  private outer: Scope[] = [];
  /** Where `cd -` and `popd` go back to. */
  private previous: string | undefined;
  /** The next word is a function's name. */
  private afterFunction = false;
  /** Within the pattern of a `case`, or within brackets that begin no subshell. */
  private skipping: "pattern" | "brackets" | undefined;

  constructor(private scope: Scope) {}

  *calls(tokens: readonly Token[]): Generator<Call> {
    for (const token of tokens) {
      if (this.skipping) {
        const text = token.kind === "operator" ? token.text : plain(token);
        if (text === ")" || text === "esac") this.skipping = undefined;
        if (token.kind === "word") yield this.within([token.word]);
      } else if (token.kind === "redirect") {
        // Within `[[ … ]]` these compare.
        if (this.first() !== "[[") this.redirects.push(token);
      } else if (token.kind === "word") {
        yield* this.word(token.word);
      } else {
        yield* this.operator(token.text);
      }
    }
    yield* this.end();
  }

  private *word(word: Word): Generator<Call> {
    const text = plain({ kind: "word", word });
    const names = this.afterFunction && text !== undefined;
    this.afterFunction = false;
    if (names) return;
    if (this.words.length === 0 && text !== undefined && KEYWORDS.has(text)) {
      this.afterFunction = text === "function";
      return;
    }
    if (text === "in" && this.first() === "case") {
      yield this.within(this.words.splice(0));
      this.skipping = "pattern";
      return;
    }
    this.words.push(word);
  }

  private first(): string | undefined {
    return this.words[0] && plain({ kind: "word", word: this.words[0] });
  }

  private *operator(text: string): Generator<Call> {
    if (text === "(" && this.words.length > 0) {
      // `name() {…}` or `list=(…)`: neither is a command.
      const name = this.first()?.replace(/\+?=$/, "");
      if (name !== undefined) this.scope.variables.set(name, [UNKNOWN]);
      this.words = [];
      this.skipping = "brackets";
      return;
    }
    yield* this.end(text);
    if (text === "(") {
      this.outer.push(this.scope);
      this.scope = copy(this.scope);
    } else if (text === ")") {
      this.scope = this.outer.pop() ?? this.scope;
    } else if (/^;[;&]/.test(text)) {
      this.skipping = "pattern";
    }
  }

  private *end(operator = "\n"): Generator<Call> {
    const words = this.words.splice(0);
    const redirects = this.redirects.splice(0);
    const pipes = operator === "|" || operator === "|&";
    if (words.length > 0 || redirects.length > 0) {
      const call = this.call(words, redirects);
      yield call;
      if (call.argv[0] === "read") this.read(call.argv.slice(1));
      // A part of a pipeline has a shell of its own.
      else if (!pipes && this.piped.length === 0) this.follow(call.argv);
      this.piped.push(call.argv);
    }
    if (!pipes) this.piped = [];
  }

  /** What runs within words that are no command themselves. */
  private within(words: readonly Word[]): Call {
    return { ...this.call(words, []), argv: [] };
  }

  private call(words: readonly Word[], redirects: Call["redirects"]): Call {
    const assigned = words.findIndex((word) => assignment(word) === undefined);
    const count = assigned < 0 ? words.length : assigned;
    const own = count === words.length ? this.scope : copy(this.scope);
    for (const word of words.slice(0, count)) assign(word, this.scope, own);
    const rest = words.slice(count);
    const inputs = redirects.filter(({ operator }) => operator.startsWith("<<"));
    const all = [...words, ...redirects.map(({ target }) => target)].flat();
    const argv = rest.flatMap((word) =>
      valuesOf(word, this.scope).filter((value) =>
        value !== "" || word.some((part) => part.kind === "text" && part.quoted)
      )
    );
    if (argv[0] === "for" || argv[0] === "select") {
      this.loop(rest);
      argv.length = 0;
    }
    if (DECLARING.has(argv[0] ?? "")) {
      for (const word of rest) assign(word, this.scope, this.scope);
    }
    return {
      argv,
      redirects,
      scope: own,
      substitutions: all.flatMap((part) =>
        part.kind === "command" ? [{ tokens: part.tokens, scope: own }] : []
      ),
      input: inputs.map(({ target }) => valueOf(target, own)).join("\n"),
      piped: [...this.piped],
    };
  }

  /** `for name in words`. */
  private loop([, name, , ...items]: readonly Word[]): void {
    const variable = name && plain({ kind: "word", word: name });
    if (variable === undefined) return;
    this.scope.variables.set(variable, items.flatMap((word) => valuesOf(word, this.scope)));
  }

  private read(variables: readonly string[]): void {
    const value = listsHere(this.piped) ? PATTERN : UNKNOWN;
    for (const name of variables) this.scope.variables.set(name, [value]);
  }

  private follow(argv: readonly string[]): void {
    const [program = "", ...args] = argv;
    const name = basename(program);
    if (name === "command" || name === "builtin") return this.follow(args);
    const target = args.find((word) => word === "-" || !word.startsWith("-"));
    if (name === "popd" || (name === "cd" && target === "-")) {
      [this.scope.cwd, this.previous] = [this.previous, this.scope.cwd];
    } else if (name === "cd" || name === "pushd") {
      this.previous = this.scope.cwd;
      const to = target ?? this.scope.variables.get("HOME")?.[0] ?? UNKNOWN;
      this.scope.cwd = to.startsWith(UNKNOWN)
        ? undefined
        : this.scope.cwd && resolve(this.scope.cwd, to);
    }
  }
}

function copy(scope: Scope): Scope {
  return { cwd: scope.cwd, variables: new Map(scope.variables) };
}

/** The text of a word without quotes and `$`. */
function plain(token: Token): string | undefined {
  if (token.kind !== "word") return undefined;
  const [part, ...others] = token.word;
  return part?.kind === "text" && !part.quoted && others.length === 0 ? part.text : undefined;
}

function assignment(word: Word): { name: string; value: Word } | undefined {
  const [first, ...rest] = word;
  if (first?.kind !== "text" || first.quoted) return undefined;
  const found = /^([A-Za-z_]\w*)\+?=([^]*)$/.exec(first.text);
  if (!found) return undefined;
  const [, name = "", text = ""] = found;
  return { name, value: text === "" ? rest : [{ ...first, text }, ...rest] };
}

/** Read in one scope, set in the other: a command's own assignments hold for it alone. */
function assign(word: Word, read: Scope, set: Scope): void {
  const found = assignment(word);
  if (found) set.variables.set(found.name, valuesOf(found.value, read));
}
