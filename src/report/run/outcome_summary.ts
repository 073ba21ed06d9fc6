import { type CheckedPrediction, checkedPredictions } from "../../domain/conflict.ts";
import type { MetConflict, RunRecord } from "../../domain/record.ts";
import type { TaskId } from "../../domain/task.ts";
import { isChecked, type TaskRecord } from "../../domain/task_record.ts";

/** What became of the tasks' work: what passed, what landed, what prevented it. */
export interface OutcomeSummary {
  /** Of each of the project's checks, how it last ended for the tasks on which it was run. */
  check_results: CheckResult[];
  /** Completed without any check. */
  unchecked: TaskId[];
  /** Into the base, in their order. */
  merges: { task: TaskId; branch: string; name: string; sha: string }[];
  pull_requests: { task: TaskId; url: string }[];
  conflicts: {
    /** One for each pair of tasks. */
    predicted: CheckedPrediction[];
    met: (MetConflict & { outcome: "landed" | "blocked" | "open" })[];
  };
}

export interface CheckResult {
  name: string;
  passed: TaskId[];
  failed: TaskId[];
}

/** What became of the work of these tasks. */
export function outcomeSummary(tasks: TaskRecord[], record: RunRecord): OutcomeSummary {
  return {
    check_results: checkResults(tasks),
    unchecked: tasks.filter(({ status, checks }) => status === "completed" && !isChecked(checks))
      .map(({ id }) => id),
    merges: record.merges.map(({ task, sha }) => {
      const { branch = "", name = "" } = record.tasks.get(task) ?? {};
      return { task, branch, name, sha };
    }),
    pull_requests: tasks.flatMap(({ id, landed }) =>
      landed?.how === "pr" && landed.url !== undefined ? [{ task: id, url: landed.url }] : []
    ),
    conflicts: {
      predicted: checkedPredictions(record),
      met: metConflicts(tasks, record).map((met) => ({
        ...met,
        outcome: outcomeOf(record.tasks.get(met.task)),
      })),
    },
  };
}

function checkResults(tasks: TaskRecord[]): CheckResult[] {
  const results = new Map<string, CheckResult>();
  for (const { id, checks } of tasks) {
    const last = new Map(checks.map(({ name, exitCode }) => [name, exitCode]));
    for (const [name, exitCode] of last) {
      const result = results.get(name) ?? { name, passed: [], failed: [] };
      results.set(name, result);
      (exitCode === 0 ? result.passed : result.failed).push(id);
    }
  }
  return [...results.values()];
}

/** Those that merging into the base came upon, and those between a task's dependencies. */
function metConflicts(tasks: TaskRecord[], { conflicts }: RunRecord): MetConflict[] {
  const between = tasks.flatMap(({ id, failure }) =>
    failure?.reason === "merge_conflict" && failure.onto === undefined
      ? [{ task: id, between: failure.between, files: failure.files }]
      : []
  );
  return [...conflicts.met, ...between];
}

function outcomeOf(task: TaskRecord | undefined): "landed" | "blocked" | "open" {
  if (task?.landed) return "landed";
  return task?.status === "blocked" ? "blocked" : "open";
}
