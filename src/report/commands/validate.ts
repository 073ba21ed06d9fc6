import { relative } from "node:path";
import { createColors } from "picocolors";
import type { Plan, Problem } from "../../domain/plan.ts";
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
}

/** Every problem with its place and what to do about it, by file, and a line that counts them. */
export function planCheckText(check: PlanCheck, path: string, style: PlanCheckStyle): string {
  const paint = createColors(style.color);
  const lines: string[] = [];
  let file: string | undefined;
  for (const problem of check.problems) {
    if (file !== undefined && file !== problem.file) lines.push("");
    file = problem.file;
    const name = oneLine(relative(style.cwd, file));
    const severity = problem.severity === "error"
      ? paint.red(problem.severity)
      : paint.yellow(problem.severity);
    const place = paint.bold(`${name}:${problem.line}:${problem.column}`);
    lines.push(
      `${place}  ${severity}  ${oneLine(problem.message)} ${paint.dim(`(${problem.code})`)}`,
      `  ${oneLine(problem.hint)}`,
    );
  }
  if (lines.length > 0) lines.push("");
  const name = oneLine(relative(style.cwd, path));
  const tasks = check.valid ? `${plural(check.tasks, "task")}, ` : "";
  const outcome = `${name}: ${tasks}${counts(check.problems)}`;
  lines.push(check.valid ? paint.green(outcome) : paint.red(outcome));
  return lines.join("\n") + "\n";
}

function counts(problems: readonly Problem[]): string {
  if (problems.length === 0) return "no problems";
  const of = (severity: Problem["severity"]) =>
    problems.filter((problem) => problem.severity === severity).length;
  const counted: [number, string][] = [[of("error"), "error"], [of("warning"), "warning"]];
  return counted.filter(([count]) => count > 0).map((each) => plural(...each)).join(", ");
}
