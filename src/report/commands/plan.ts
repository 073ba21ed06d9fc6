import { createColors } from "picocolors";
import type { ScheduledTask } from "../../domain/dry_run.ts";
import type { Task } from "../../domain/task.ts";
import type { CostEstimate } from "../../domain/estimate.ts";
import { formatUsd } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { estimateWords } from "../estimate.ts";
import { fit, plural, widest, wrap } from "../layout.ts";

/** A drafted plan, before it is written. */
export interface PlanDraft {
  name: string;
  /** The longest chain, and the tasks of the largest step. */
  steps: number;
  width: number;
  tasks: number;
  schedule: ScheduledTask[];
  cost: CostEstimate;
  /** What would be written, as a person names it. */
  files: string[];
  path: string;
  /** What the critic would still change. */
  advice: string[];
  rounds: number;
  costUsd?: number | undefined;
}

/** What `parex plan --json` prints. */
export interface PlannedReport {
  name: string;
  /** `plan.yaml`, relative to the current folder; null: nothing was written. */
  path: string | null;
  /** The drafted ones. */
  tasks: Pick<Task, "id" | "name" | "priority" | "dependencies" | "files">[];
  steps: number;
  width: number;
  advice: string[];
  /** Drafts that were made. */
  rounds: number;
  /** Absent: the planner reported none. */
  cost_usd?: number | undefined;
}

const ID_LIMIT = 24;
const PRIORITY_WIDTH = 8;
const FILES_LISTED = 12;

/** The schedule, the estimate and the files of a draft. */
export function planDraftText(
  draft: PlanDraft,
  { color, columns }: { color: boolean; columns: number },
): string {
  const paint = createColors(color);
  const { schedule, files } = draft;
  const spent = draft.costUsd === undefined ? "" : `, which cost ${formatUsd(draft.costUsd)}`;
  const width = widest(schedule.map(({ id }) => id), ID_LIMIT);
  const lines = [
    paint.bold(
      `${oneLine(draft.name)}: ${plural(draft.tasks, "task")} in ${plural(draft.steps, "step")}`,
    ),
    `up to ${plural(draft.width, "task")} at the same time; ${
      plural(draft.rounds, "draft")
    }${spent}`,
    ...wrap(`estimated cost of the run: ${estimateWords(draft.cost)}`, columns),
  ];
  let step = 0;
  for (const task of schedule) {
    if (task.step !== step) lines.push("", paint.bold(`Step ${step = task.step}`));
    const head = `  ${fit(task.id, width)}  ${fit(task.priority, PRIORITY_WIDTH)}  `;
    lines.push(head + fit(oneLine(task.name), Math.max(10, columns - head.length)).trimEnd());
    if (task.after.length > 0) {
      const after = wrap(`after ${task.after.join(", ")}`, columns - width - 4);
      lines.push(...after.map((line) => " ".repeat(width + 4) + line));
    }
  }
  if (draft.advice.length > 0) {
    lines.push("", paint.bold("Left as it is"));
    for (const advice of draft.advice) {
      lines.push(...wrap(oneLine(advice), columns - 2).map((line) => `  ${line}`));
    }
  }
  lines.push(
    "",
    paint.bold("Files"),
    ...files.slice(0, FILES_LISTED).map((file) => `  ${oneLine(file)}`),
  );
  if (files.length > FILES_LISTED) lines.push(`  and ${files.length - FILES_LISTED} more`);
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n\n`;
}
