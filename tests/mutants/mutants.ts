/**
 * Small changes to a source, each of which a test should notice: a condition turned round, a
 * statement dropped, a constant changed.
 */
import { randomFrom } from "../support/random.ts";

export interface Mutant {
  file: string;
  /** From 1. */
  line: number;
  before: string;
  after: string;
}

/** A way to change a line; undefined where it has nothing to change. */
type Operator = (line: string) => string | undefined;

const replace = (pattern: RegExp, by: string): Operator => (line) =>
  pattern.test(line) ? line.replace(pattern, by) : undefined;

const OPERATORS: readonly Operator[] = [
  replace(/ === /, " !== "),
  replace(/ !== /, " === "),
  replace(/ && /, " || "),
  replace(/ \|\| /, " && "),
  replace(/ <= /, " < "),
  replace(/ >= /, " > "),
  replace(/ < (?=\w)/, " >= "),
  replace(/ > (?=\w)/, " <= "),
  replace(/\bif \(!/, "if ("),
  replace(/\bif \((?=[\w.]+\) (return|throw|continue|break|await))/, "if (!"),
  replace(/\breturn true\b/, "return false"),
  replace(/\breturn false\b/, "return true"),
  replace(/ \+ 1\b/, " - 1"),
  replace(/ - 1\b/, " + 1"),
  replace(/\.some\(/, ".every("),
  replace(/\.every\(/, ".some("),
  replace(/^(const [A-Z_]+ = )\d[\d_]*;/, "$10;"),
  replace(/^ +(await )?[\w.#]+\([^;{]*\);$/, ""),
  replace(/^ +[\w.#]+(\[\w+\])? (\+|-)?= [^;{]*;$/, ""),
  replace(/^ +[\w.#]+(\+\+|--);$/, ""),
];

/** Comments, imports, types and messages: a change there changes nothing that is done. */
const IDLE = /^\s*(\/\/|\/?\*|import\b|export (type|interface)\b|type\b|\}|$)|=> (void|Promise<)/;

/** Every mutant of a source, one operator on one line each. */
export function mutantsOf(file: string, source: string): Mutant[] {
  return source.split("\n").flatMap((before, index) => {
    if (IDLE.test(before)) return [];
    return OPERATORS.flatMap((operator) => {
      const after = operator(before);
      return after === undefined ? [] : [{ file, line: index + 1, before, after }];
    });
  });
}

/** The source with one line changed. */
export function mutated(source: string, { line, after }: Mutant): string {
  return source.split("\n").with(line - 1, after).join("\n");
}

/** `count` of them, the same for the same seed, spread over the files. */
export function choose(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = randomFrom(seed);
  const byFile = [...Map.groupBy(mutants, ({ file }) => file).values()];
  const chosen: Mutant[] = [];
  while (chosen.length < count && byFile.length > 0) {
    const index = Math.floor(random() * byFile.length);
    const ofFile = byFile[index] ?? [];
    const [mutant] = ofFile.splice(Math.floor(random() * ofFile.length), 1);
    if (mutant) chosen.push(mutant);
    if (ofFile.length === 0) byFile.splice(index, 1);
  }
  return chosen;
}
