import type { CheckReport, CheckResult } from "../../domain/check_report.ts";
import { coverageWords, outcomeWords } from "./check.ts";

/** The report as JUnit XML: one suite, with a test case for each check. */
export function junitXml({ target, checks, ms }: CheckReport): string {
  const failures = checks.filter(({ state }) => state !== "passed").length;
  const suite = attributes({
    name: `parex check ${target.name}`,
    tests: checks.length,
    failures,
    errors: 0,
    skipped: 0,
    time: seconds(ms),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites>`,
    `  <testsuite ${suite}>`,
    `    <properties><property ${attributes({ name: "commit", value: target.sha })}/></properties>`,
    ...checks.flatMap((check) => testCase(check, target.name)),
    `  </testsuite>`,
    `</testsuites>`,
    "",
  ].join("\n");
}

function testCase(check: CheckResult, target: string): string[] {
  const { name, command, state, ms, excerpt, coverage } = check;
  const open = `    <testcase ${attributes({ classname: target, name, time: seconds(ms) })}`;
  const out = [`$ ${command}`, outcomeWords(check), ...(coverage ? [coverageWords(coverage)] : [])];
  const failure = attributes({ message: outcomeWords(check), type: state });
  return [
    `${open}>`,
    ...(state === "passed"
      ? []
      : [`      <failure ${failure}>${escaped(excerpt.join("\n"))}</failure>`]),
    `      <system-out>${escaped(out.join("\n"))}</system-out>`,
    `    </testcase>`,
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${escaped(String(value))}"`).join(
    " ",
  );
}

/** XML 1.0 has no way to write most control characters. */
function escaped(text: string): string {
  return text
    // deno-lint-ignore no-control-regex -- they are what is taken out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
