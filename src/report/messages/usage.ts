import type { UsageFailure } from "../../domain/failure.ts";
import type { Problem } from "../../domain/plan.ts";
import { groupProblems } from "../../domain/problem_groups.ts";
import { shellWord } from "../escape.ts";
import { atMost, type Explanation } from "./explanation.ts";

/** What the user asked for cannot be understood. */
export function explainUsage(failure: UsageFailure): Explanation {
  switch (failure.reason) {
    case "usage":
      return {
        message: failure.message,
        details: [],
        next: [failure.hint ?? "parex --help"],
      };
    case "plan_not_found":
      return {
        message: "no plan found",
        details: [
          "looked at:",
          ...failure.looked.map((path) => `  ${path}`),
          ...(failure.archived === undefined
            ? []
            : [`the last plan was archived in ${failure.archived}`]),
        ],
        next: [
          ...(failure.archived === undefined
            ? []
            : ["see the report of the last plan: parex report"]),
          ...planSuggestions(failure.lists),
        ],
      };
    case "plan_invalid":
      return {
        message: failure.foreign === undefined
          ? `the plan has ${counted(failure.problems)}: ${failure.path}`
          : `the list of ${failure.foreign} has ${counted(failure.problems)}: ${failure.path}`,
        details: problemLines(failure.problems),
        next: [
          `fix it, then: parex validate ${shellWord(failure.path)}`,
          ...(failure.valid === undefined ? [] : [
            `or execute the other plan, which is valid: parex execute ${shellWord(failure.valid)}`,
          ]),
        ],
      };
    case "config_invalid":
      return {
        message: `the configuration has ${counted(failure.problems)}`,
        details: problemLines(failure.problems),
        next: ["fix it; for a list of all settings: parex execute --help"],
      };
    case "claude_settings_invalid":
      return {
        message: `Claude Code's settings have ${counted(failure.problems)}: ${failure.path}`,
        details: problemLines(failure.problems),
        next: ["fix them, then: parex init"],
      };
    case "unknown_task":
      return {
        message: `the plan has no task ${quoted(failure.id)}`,
        details: failure.suggestion === undefined ? atMost([...failure.tasks ?? []], 12) : [],
        next: failure.suggestion === undefined
          ? ["list the tasks of the plan: parex status"]
          : [`did you mean ${quoted(failure.suggestion)}?`],
      };
    case "run_not_found":
      return {
        message: failure.id === undefined
          ? "no plan has been run in this repository yet"
          : `there is no run ${quoted(failure.id)}`,
        details: [],
        next: [
          failure.id === undefined ? "run a plan: parex execute" : "list the runs: parex runs",
        ],
      };
  }
}

/** Lists that are named: a repository may have dozens of specifications. */
const LISTED = 5;

function planSuggestions(lists: { title: string; path: string }[] | undefined): string[] {
  const found = lists ?? [];
  const taken = found.slice(0, LISTED).map(({ title, path }) =>
    `execute the tasks of ${title}: parex execute ${shellWord(path)}`
  );
  return [
    "name a plan: parex execute path/to/plan.yaml",
    ...taken,
    ...(found.length > LISTED ? [`and ${found.length - LISTED} more lists: parex import`] : []),
    'let an agent draft one: parex plan "<what is to be done>"',
    "write one by hand: parex new",
    ...(found.length === 0 ? ["take another tool's task list or GitHub issues: parex import"] : []),
    "take one from a conversation with Claude Code: parex extract, or /parex there",
    "try a sample plan: parex demo",
  ];
}

/** The problems with their places, what was found, and what to do about it; many of a kind in one. */
function problemLines(problems: Problem[]): string[] {
  return groupProblems(problems).flatMap(([problem, ...others]) => [
    `${placeOf(problem)}  ${problem.severity}  ${problem.message}`,
    ...(others.length > 0
      ? [
        `  and ${others.length} more of this kind: ${others.slice(0, 2).map(placeOf).join(", ")}${
          others.length > 2 ? ", …" : ""
        }`,
      ]
      : []),
    `  ${problem.hint}`,
  ]);
}

/** A flag or a variable has a name, but no line. */
function placeOf({ file, line, column }: Problem): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

function counted(problems: Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return errors === 1 ? "an error" : `${errors} errors`;
}

function quoted(word: string): string {
  return `"${word}"`;
}
