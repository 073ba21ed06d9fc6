import { createColors } from "picocolors";
import type { CheckReport, CheckResult, CheckTarget, Coverage } from "../../domain/check_report.ts";
import { excerptOf } from "../../domain/excerpt.ts";
import { formatDuration } from "../../domain/units.ts";
import { oneLine, printable } from "../escape.ts";
import { cut, fit, plural, widest, wrap } from "../layout.ts";
import { type Paint, reusedWords, SHORT_SHA } from "../run/phrases.ts";

const EXCERPT_LINES = 20;

/** What `parex check` prints. Its last line is ended. */
export function checkText(
  report: CheckReport,
  { color, columns }: { color: boolean; columns: number },
): string {
  const paint = createColors(color);
  const { target, checks, notes } = report;
  const width = widest(checks.map(({ name }) => name), 20);
  return [
    paint.bold(cut(targetWords(target), columns)),
    ...checks.flatMap((check) => checkLines(check, { width, columns, paint })),
    ...notes.flatMap((note) => wrap(`note: ${oneLine(note)}`, columns)),
    "",
    verdictWords(report, paint),
  ].map((line) => line.trimEnd() + "\n").join("");
}

/** `task-1 at 3f2a9c1d5e: Count the words`. */
export function targetWords({ name, sha, subject }: CheckTarget): string {
  return `${oneLine(name)} at ${sha.slice(0, SHORT_SHA)}: ${oneLine(subject)}`;
}

function checkLines(
  check: CheckResult,
  { width, columns, paint }: { width: number; columns: number; paint: Paint },
): string[] {
  const { name, command, excerpt, log, coverage, state } = check;
  const passed = state === "passed";
  const mark = passed ? paint.green("✔") : paint.red("✘");
  const how = outcomeWords(check);
  const indent = " ".repeat(width + 4);
  const detail = (text: string) => wrap(text, columns - indent.length).map((line) => indent + line);
  return [
    `${mark} ${fit(name, width)}  ${passed ? how : paint.red(how)}`,
    ...detail(oneLine(command)).map((line) => paint.dim(line)),
    ...(coverage ? detail(coverageWords(coverage)) : []),
    ...excerptOf(trimmed(excerpt), EXCERPT_LINES).map((line) => `${indent}  ${printable(line)}`),
    ...(passed || log === undefined ? [] : [`${indent}full output: ${oneLine(log)}`]),
  ];
}

function trimmed(lines: readonly string[]): string[] {
  return lines.join("\n").trim() === ""
    ? []
    : lines.join("\n").replace(/^(?:\s*\n)+/, "").split("\n");
}

/** `passed in 2.1s`, `failed (exit code 1) after 4.0s`. */
export function outcomeWords({ state, exit_code, ms, reused, from }: CheckResult): string {
  switch (state) {
    case "passed":
      return reused ? reusedWords(reused) : `passed in ${formatDuration(ms)}`;
    case "failed":
      return `failed (exit code ${exit_code ?? "unknown"}) after ${formatDuration(ms)}`;
    case "timed_out":
      return `timed out after ${formatDuration(ms)}`;
    case "killed":
      return `was killed after ${formatDuration(ms)}`;
    case "removed":
      return `removed: the base has this check, from ${oneLine(from)}`;
  }
}

/** `coverage 83.4% of lines (412 of 494), from coverage/lcov.info`. */
export function coverageWords(coverage: Coverage): string {
  const { percent, highest, packages, covered, total, of, from } = coverage;
  const figure = highest === undefined
    ? `${percent}% of ${of}`
    : `${percent}% to ${highest}% of ${of} in ${plural(packages ?? 0, "package")}`;
  const counts = covered === undefined || total === undefined ? "" : ` (${covered} of ${total})`;
  return `coverage ${figure}${counts}, from ${from === "output" ? "its output" : oneLine(from)}`;
}

function verdictWords({ state, checks, ms }: CheckReport, paint: Paint): string {
  if (state === "unchecked") {
    return "unchecked: no checks found; name them in .parallel/config.yaml, such as `test: npm test`";
  }
  if (checks.every(({ reused }) => reused)) {
    return `${paint.green("passed")} before on the same tree; --fresh runs the checks again`;
  }
  const failed = checks.filter((check) => check.state !== "passed");
  const after = `in ${formatDuration(ms)}`;
  if (failed.length === 0) {
    return `${paint.green("passed")}: ${plural(checks.length, "check")} ${after}`;
  }
  const names = failed.map(({ name }) => name).join(", ");
  return `${paint.red("failed")}: ${names} ${after}`;
}
