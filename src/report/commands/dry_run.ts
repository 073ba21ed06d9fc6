import { createColors } from "picocolors";
import type { Schedule, ScheduledTask } from "../../domain/dry_run.ts";
import { estimateWords } from "../estimate.ts";
import { oneLine } from "../escape.ts";
import { fit, plural, widest, wrap } from "../layout.ts";
import { predictedWords } from "../run/phrases.ts";

const ID_LIMIT = 20;
const PRIORITY_WIDTH = 8;
const INDENT = 2;

/** What `--dry-run` prints for people. Its last line is ended. */
export function scheduleText(
  schedule: Schedule,
  { color, columns }: { color: boolean; columns: number },
): string {
  const paint = createColors(color);
  const { tasks, skipped, unlanded, checks } = schedule;
  const steps = Math.max(0, ...new Set(tasks.map(({ step }) => step)));
  const lines = [
    paint.bold(
      `${oneLine(schedule.plan.name)}: ${plural(tasks.length, "task")} in ${plural(steps, "step")}`,
    ),
    `from ${oneLine(schedule.base)}, ${plural(schedule.jobs, "agent")} at a time: ` +
    `${schedule.agent}${withModel(schedule)}`,
    ...wrap(landWords(schedule), columns),
    ...wrap(`estimated cost: ${estimateWords(schedule.cost)}`, columns),
    ...(skipped.length > 0
      ? wrap(`already completed: ${skipped.map(oneLine).join(", ")}`, columns)
      : []),
    ...(unlanded.length > 0
      ? wrap(`already completed, only to land: ${unlanded.map(oneLine).join(", ")}`, columns)
      : []),
  ];
  const idWidth = widest(tasks.map(({ id }) => id), ID_LIMIT);
  let step = 0;
  for (const task of tasks) {
    if (task.step !== step) {
      step = task.step;
      lines.push("", paint.bold(`Step ${step}`));
    }
    lines.push(...taskLines(task, idWidth, columns));
  }
  lines.push("", paint.bold("Checks"));
  if (checks.length === 0) lines.push("  none found: tasks are completed without checks");
  for (const { name, command, from } of checks) {
    lines.push(`  ${fit(name, 10)}${oneLine(command)}  (${from})`);
  }
  if (schedule.conflicts.length > 0) {
    lines.push("", paint.bold("Likely conflicts"));
    for (const conflict of schedule.conflicts) {
      lines.push(...wrap(predictedWords(conflict), columns - INDENT).map((line) => `  ${line}`));
    }
  }
  if (schedule.warnings.length > 0) {
    lines.push("", paint.bold("Warnings"));
    for (const warning of schedule.warnings) {
      lines.push(...wrap(oneLine(warning), columns - INDENT).map((line) => `  ${line}`));
    }
  }
  lines.push("", "Dry run: nothing was done. Leave out --dry-run to execute this.");
  return lines.map((line) => line.trimEnd() + "\n").join("");
}

function landWords({ land, base }: Schedule): string {
  switch (land) {
    case "pr":
      return `lands as pull requests into ${oneLine(base)}`;
    case "merge":
      return `lands by merging into ${oneLine(base)}, one task after the other`;
    case "none":
      return `does not land: the work stays on its branches (parex merge, parex prs)`;
  }
}

function withModel({ agent, model }: Schedule): string {
  return model === undefined || agent === "command" ? "" : ` with ${oneLine(model)}`;
}

function taskLines(task: ScheduledTask, idWidth: number, columns: number): string[] {
  const head = `  ${fit(task.id, idWidth)}  ${fit(task.priority, PRIORITY_WIDTH)}`;
  const room = columns - head.length - 2;
  const indent = " ".repeat(INDENT + idWidth + 2);
  const after = task.after.length > 0 ? `, after ${task.after.join(", ")}` : "";
  return [
    `${head}  ${fit(oneLine(task.name), Math.max(room, 10))}`,
    ...wrap(`${task.branch} in ${task.worktree}${after}`, columns - indent.length)
      .map((line) => `${indent}${line}`),
  ];
}
