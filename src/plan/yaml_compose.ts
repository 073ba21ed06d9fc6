import { Composer, type Document, isScalar, Lexer, Parser } from "yaml";
import { LIMITS } from "./limits.ts";
import { cut } from "./problems.ts";

/** Something wrong with the YAML itself, at an offset of the text. */
export interface YamlIssue {
  severity: "error" | "warning";
  code: string;
  offset: number;
  message: string;
  hint: string;
}

const MESSAGE_LENGTH = 160;

const HINTS: Record<string, string> = {
  BLOCK_AS_IMPLICIT_KEY: 'quote a value that holds `: `, as in `name: "Fix: the parser"`',
  BAD_INDENT: "align the keys of one entry, and indent with spaces",
  TAB_AS_INDENT: "indent with spaces, not tabs",
  MISSING_CHAR: "close the quote or bracket, and put a colon after a key",
  MULTILINE_IMPLICIT_KEY: "look for a missing colon or quote in the line above",
  BAD_SCALAR_START: "quote a value that begins with a special character such as @ ` %",
  BAD_DQ_ESCAPE: "in double quotes write \\\\ for a backslash, or use single quotes",
  RESOURCE_EXHAUSTION: "nest the values less deeply",
};
const DEFAULT_HINT = "correct the YAML here; quote text that holds signs such as : # [ ] { }";

/**
 * Reads text as one YAML document. Empty documents around it count for nothing; a second one that
 * holds something is an error.
 */
export function composeYaml(
  text: string,
): { document?: Document.Parsed | undefined; issues: YamlIssue[] } {
  const tokens = new BoundedTokens(text);
  // Its own search for duplicate keys compares each with each, which is quadratic.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false });
  let document: Document.Parsed | undefined;
  let issues: YamlIssue[] = [];
  try {
    for (const each of composer.compose(tokens.all(), true, text.length)) {
      const isEmpty = each.contents === null ||
        (isScalar(each.contents) && each.contents.value === null);
      if (document && !isEmpty) {
        issues.push(secondDocument(each.contents?.range[0] ?? 0));
        break;
      }
      if (!isEmpty) document = each;
      issues = issues.concat(issuesOf(each));
    }
  } catch (error) {
    // The parser calls itself for each level, and blocks may have levels without any bracket.
    if (error instanceof RangeError) return { issues: [tooDeep(tokens.offset)] };
    throw error;
  }
  if (tokens.exceeded) return { issues: [tokens.exceeded] };
  return { document, issues };
}

function issuesOf(document: Document.Parsed): YamlIssue[] {
  return [...document.errors, ...document.warnings].map((found) => ({
    severity: found.name === "YAMLParseError" ? "error" : "warning",
    code: "yaml-syntax",
    offset: found.pos[0],
    message: cut(found.message, MESSAGE_LENGTH),
    hint: HINTS[found.code] ?? DEFAULT_HINT,
  }));
}

function secondDocument(offset: number): YamlIssue {
  return {
    severity: "error",
    code: "multiple-documents",
    offset,
    message: "a second YAML document begins here",
    hint: "put everything into one document: remove the --- line before it",
  };
}

/** The tokens of a text, up to the limits: a few megabytes of brackets would fill the memory. */
class BoundedTokens {
  exceeded: YamlIssue | undefined;
  /** How far it has come. */
  offset = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  *all() {
    const parser = new Parser();
    let count = 0;
    let depth = 0;
    for (const lexeme of new Lexer().lex(this.#text)) {
      count++;
      if (lexeme === "[" || lexeme === "{") depth++;
      else if (lexeme === "]" || lexeme === "}") depth = Math.max(0, depth - 1);
      this.offset = parser.offset;
      this.exceeded = exceededBy(count, depth, this.offset);
      if (this.exceeded) return;
      yield* parser.next(lexeme);
    }
    yield* parser.end();
  }
}

function tooDeep(offset: number): YamlIssue {
  return {
    severity: "error",
    code: "too-deep",
    offset,
    message: `more than ${LIMITS.yamlDepth} nested brackets or blocks`,
    hint: "nest the values less deeply",
  };
}

function exceededBy(count: number, depth: number, offset: number): YamlIssue | undefined {
  if (depth > LIMITS.yamlDepth) return tooDeep(offset);
  if (count > LIMITS.yamlTokens) {
    return {
      severity: "error",
      code: "too-large",
      offset,
      message: `more than ${LIMITS.yamlTokens} YAML tokens in one file`,
      hint: "split the plan",
    };
  }
  return undefined;
}
