/** Lines by which a tool says what failed, and how many lines around one belong to it. */
const FAILURES: readonly { at: RegExp; before?: number; after: number }[] = [
  // TAP, as of node --test
  { at: /^\s*not ok \d+(?!.*# (?:SKIP|TODO))/i, after: 12 },
  // jest; node's spec reporter
  { at: /^\s*● /, after: 14 },
  { at: /^✖ (?!failing tests:)/, before: 1, after: 8 },
  // vitest
  { at: /^\s*(?:❯ )?FAIL\s+\S.* > /, after: 12 },
  // jest: the failures of the file come later
  { at: /^\s*FAIL\s+\S/, after: 0 },
  // pytest, unittest
  { at: /^E {2,}\S/, before: 2, after: 1 },
  { at: /^(?:FAIL|ERROR): \S+ \(/, after: 10 },
  // go test, go vet
  { at: /^\s*--- FAIL: /, after: 5 },
  { at: /^(?:\.\/)?[\w./-]+\.go:\d+:\d+: /, after: 0 },
  { at: /^panic: /, after: 6 },
  // cargo
  { at: /^thread '.*'.* panicked at /, after: 5 },
  { at: /^error(?:\[E\d+\])?: (?!test failed|could not compile|aborting)/, after: 6 },
  // tsc
  { at: /\berror TS\d+: /, after: 0 },
  // eslint: the file is above its errors
  { at: /^\s+\d+:\d+\s+error\s/, before: 1, after: 0 },
  // deno test, and what a program throws
  { at: /^(?:error: )?(?:Uncaught )?\w*(?:Error|Exception)\b.*:/, after: 4 },
  // compilers
  { at: /^\S+:\d+(?::\d+)?: (?:fatal )?error: /, after: 2 },
];

/** Where a tool begins to repeat its failures alone: node's spec reporter, pytest, vitest, cargo. */
const SECTION =
  /^(?:✖ failing tests:|=+ (?:FAILURES|ERRORS) =+|⎯+ ?Failed (?:Tests|Suites)|failures:$)/;

/** Always kept of the end: it contains the summary. */
const LAST = 2;
const GAP = "…";

/**
 * The lines of an output that say what failed, at most `limit`: of many failures the first ones;
 * the last lines where no tool is recognized.
 */
export function excerptOf(lines: readonly string[], limit: number): string[] {
  if (lines.length <= limit) return [...lines];
  const wanted = new Set<number>();
  // A gap before each of two parts takes a line, too.
  const room = limit - LAST - 2;
  const section = lines.findIndex((line) => SECTION.test(line.trimStart()));
  for (const [start, end] of failedParts(lines, Math.max(0, section))) {
    for (let at = start; at <= end && wanted.size < room; at++) wanted.add(at);
    if (wanted.size >= room) break;
  }
  if (wanted.size === 0) return lines.slice(-limit);
  for (let at = lines.length - LAST; at < lines.length; at++) wanted.add(at);
  return withGaps(lines, [...wanted].sort((a, b) => a - b)).slice(-limit);
}

function* failedParts(
  lines: readonly string[],
  from: number,
): Generator<[start: number, end: number]> {
  for (const [at, line] of lines.entries()) {
    if (at < from) continue;
    const failure = FAILURES.find((one) => one.at.test(line));
    if (!failure) continue;
    yield [Math.max(0, at - (failure.before ?? 0)), Math.min(lines.length - 1, at + failure.after)];
  }
}

function withGaps(lines: readonly string[], wanted: readonly number[]): string[] {
  return wanted.flatMap((at, i) => {
    const line = lines[at] ?? "";
    const before = wanted[i - 1];
    return before !== undefined && at > before + 1 ? [GAP, line] : [line];
  });
}
