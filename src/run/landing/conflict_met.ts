import type { FileConflict } from "../../domain/file_conflict.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Merged } from "../../git/merge.ts";
import { tasksInConflict } from "../../git/conflicting_tasks.ts";
import type { Scope } from "../context/run_context.ts";

/** A task that does not merge with the base as it is. */
export interface LandingConflict {
  files: string[];
  /** What each side did; the base is ours. */
  conflicts: FileConflict[];
  /** git's own lines. */
  said: string[];
  /** The tasks whose changes conflict, or the base if no task made the change. */
  between: string[];
}

/** Finds out what the conflict of a task with a commit of the base is, and with whom. */
export async function describeConflict(
  { repo, base }: Pick<Scope, "repo" | "base">,
  task: TaskId,
  tip: string,
  { conflicts, messages }: Merged & { kind: "conflict" },
): Promise<LandingConflict> {
  const sides = { ours: tip, theirs: `refs/heads/${repo.branchOf(task)}` };
  const others = (await tasksInConflict(repo, sides, conflicts)).filter((other) => other !== task);
  return {
    files: [...new Set(conflicts.map(({ path }) => path))],
    conflicts,
    said: messages,
    between: [...(others.length > 0 ? others : [base]), task],
  };
}
