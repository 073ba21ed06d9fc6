import { relative } from "node:path";
import { createColors } from "picocolors";
import type { Plan, Problem } from "../../domain/plan.ts";
import { groupProblems } from "../../domain/problem_groups.ts";
import { oneLine } from "../escape.ts";
import { plural } from "../layout.ts";

/** What `parex validate` found out about a plan. */
export interface PlanCheck {
  valid: boolean;
  /** null: the plan is not valid. */
  plan: Pick<Plan, "name" | "path" | "identity"> | null;
  /** Of a valid plan. */
  tasks: number;
  /** Errors and warnings by file and line. */
  problems: Problem[];
}

export interface PlanCheckStyle {
  color: boolean;
  /** Paths are shown relative to this folder. */
  cwd: string;
  /** Each problem by itself, also where many are of one kind. */
  all?: boolean | undefined;
}

/** Places of a group that are named. */
const PLACES = 3;

/** The problems with their places and what to do about them, by file, and a line that counts them. */
export function planCheckText(check: PlanCheck, path: string, style: PlanCheckStyle): string {
  const paint = createColors(style.color);
  const lines: string[] = [];
  let file: string | undefined;
  const placeOf = ({ file, line, column }: Problem) =>
    `${oneLine(relative(style.cwd, file))}:${line}:${column}`;
  const groups = style.all
    ? check.problems.map((problem): [Problem] => [problem])
    : groupProblems(check.problems);
  for (const [problem, ...others] of groups) {
    if (file !== undefined && file !== problem.file) lines.push("");
    file = problem.file;
    const severity = problem.severity === "error"
      ? paint.red(problem.severity)
      : paint.yellow(problem.severity);
    const times = others.length === 0 ? "" : `${others.length + 1} times: `;
    const message = `${times}${oneLine(problem.message)} ${paint.dim(`(${problem.code})`)}`;
    lines.push(`${paint.bold(placeOf(problem))}  ${severity}  ${message}`);
    if (others.length > 0) lines.push(`  also at ${placesOf(others.map(placeOf))}`);
    lines.push(`  ${oneLine(problem.hint)}`);
  }
  if (lines.length > 0) lines.push("");
  const name = oneLine(relative(style.cwd, path));
  const tasks = check.valid ? `${plural(check.tasks, "task")}, ` : "";
  const outcome = `${name}: ${tasks}${counts(check.problems)}`;
  lines.push(check.valid ? paint.green(outcome) : paint.red(outcome));
  return lines.join("\n") + "\n";
}

function placesOf(places: string[]): string {
  const shown = places.slice(0, PLACES - 1).join(", ");
  const more = places.length - (PLACES - 1);
  return more > 0 ? `${shown} and ${more} more: --all lists them` : shown;
}

function counts(problems: readonly Problem[]): string {
  if (problems.length === 0) return "no problems";
  const of = (severity: Problem["severity"]) =>
    problems.filter((problem) => problem.severity === severity).length;
  const counted: [number, string][] = [[of("error"), "error"], [of("warning"), "warning"]];
  return counted.filter(([count]) => count > 0).map((each) => plural(...each)).join(", ");
}
