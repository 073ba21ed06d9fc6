import { Failed } from "../../domain/failed.ts";
import type { TaskFailure } from "../../domain/failure.ts";
import { selectedTasks } from "../../domain/metrics.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Allowance } from "../context/spending.ts";
import type { Scope } from "../context/run_context.ts";
import { settledOrAborted } from "../../util/backoff.ts";
import { notify } from "../context/notices.ts";

type Exhausted = Extract<TaskFailure, { reason: "budget_exhausted" }>;

/** What the next attempt of a task may cost. If everything is reserved, it waits until an attempt ends. */
export async function budgetFor(
  scope: Scope,
  task: TaskId,
  signal: AbortSignal,
): Promise<{ budgetUsd?: number }> {
  const { spending } = scope;
  for (;;) {
    const allowance = allowanceOf(scope, task);
    if (!allowance) return {};
    if (allowance.usd > 0) return { budgetUsd: allowance.usd };
    const waits = allowance.scope === "run" && spending.isAtWork &&
      spending.total < allowance.capUsd && !signal.aborted;
    if (!waits) throw new Failed(failureOf(scope, task, allowance));
    await settledOrAborted(spending.nextEnd, signal);
  }
}

/** Why a task can have no further attempt; undefined if there is money left for one. */
export function exhausted(scope: Scope, task: TaskId): Exhausted | undefined {
  const { settings, spending } = scope;
  const { taskBudgetUsd: taskCap, budgetUsd: runCap } = settings;
  if (taskCap !== undefined && spending.of(task) >= taskCap) {
    return failureOf(scope, task, { scope: "task", capUsd: taskCap });
  }
  if (runCap !== undefined && spending.total >= runCap) {
    return failureOf(scope, task, { scope: "run", capUsd: runCap });
  }
  return undefined;
}

/** Warns once each when 75% and 90% of the run's budget are spent. */
export function warnOfBudget(
  { spending, emit, settings: { budgetUsd = 0 } }: Scope,
): void {
  if (spending.warnings().length === 0) return;
  notify(emit, { about: "budget_share", spentUsd: spending.total, capUsd: budgetUsd });
}

/** Reports the tasks that an ending run did not start because its budget was spent. */
export function reportUnstarted({ spending, emit, record, settings: { budgetUsd } }: Scope): void {
  if (budgetUsd === undefined || spending.total < budgetUsd) return;
  const left = selectedTasks(record).filter(({ status, dependencies }) =>
    status === "pending" &&
    dependencies.every((id) => record.tasks.get(id)?.status === "completed")
  );
  if (left.length === 0) return;
  notify(emit, { about: "budget_spent", capUsd: budgetUsd, left: left.map(({ id }) => id) });
}

function allowanceOf({ record, settings, spending }: Scope, task: TaskId): Allowance | undefined {
  const open = selectedTasks(record).filter(({ status }) =>
    status !== "completed" && status !== "blocked"
  );
  return spending.allowance(task, Math.min(settings.jobs, open.length));
}

function failureOf(
  { spending }: Scope,
  task: TaskId,
  { scope, capUsd }: Pick<Allowance, "scope" | "capUsd">,
): Exhausted {
  const spentUsd = scope === "run" ? spending.total : spending.of(task);
  return { reason: "budget_exhausted", scope, spentUsd, capUsd };
}
