import { findSharing } from "../domain/overlap.ts";
import type { Problem } from "../domain/plan.ts";
import type { Task, TaskId } from "../domain/task.ts";
import { listed, type Position, quote, START } from "./problems.ts";

type Finding = Omit<Problem, "file">;

const OVERLAP = "files-overlap";

/** Whether a warning names a file that several tasks change, as predicted conflicts do as well. */
export function isOverlap({ code }: Problem): boolean {
  return code === OVERLAP;
}

const LISTED_FILES = 50;

/**
 * Warns of files that tasks change which may run at the same time: no dependency orders them.
 * Tasks on a cycle are passed over.
 */
export function findOverlaps(
  tasks: readonly Task[],
  positionOf: (id: TaskId) => Position,
): Finding[] {
  const { files, partial } = findSharing(tasks);
  const findings = files.slice(0, LISTED_FILES).map(({ file, tasks: [first = "", ...others] }) =>
    overlap(file, [first, ...others], positionOf(first))
  );
  if (files.length > LISTED_FILES) findings.push(moreOverlaps(files.length - LISTED_FILES));
  if (partial) findings.push(unchecked());
  return findings;
}

function overlap(file: string, ids: readonly TaskId[], at: Position): Finding {
  return {
    severity: "warning",
    code: OVERLAP,
    ...at,
    message: `tasks that may run at the same time change ${quote(file)}: ${listed(ids)}`,
    hint: "let one depend on the other, or divide the file's changes: merging them may conflict",
  };
}

function moreOverlaps(count: number): Finding {
  return {
    severity: "warning",
    code: "more-files-overlap",
    ...START,
    message: `${count} more files are changed by tasks that may run at the same time`,
    hint: "merging them may conflict",
  };
}

function unchecked(): Finding {
  return {
    severity: "warning",
    code: "overlaps-unchecked",
    ...START,
    message: "the plan is too large to compare the files of all tasks",
    hint: "look for tasks that change the same files yourself",
  };
}
