import { type CostEstimate, estimateCost, type PastCosts } from "../domain/estimate.ts";
import { spentUsd } from "../domain/prices.ts";
import type { RunRecord } from "../domain/record.ts";
import type { Settings } from "../domain/settings.ts";
import type { Task } from "../domain/task.ts";
import type { Repository } from "../git/repository.ts";
import type { Scope } from "./context/run_context.ts";
import { runsNewestFirst } from "../journal/store.ts";
import { notify } from "./context/notices.ts";

/** How many of the last runs are read. */
const RUNS = 10;

/** What executing these tasks may cost, estimated from this repository's earlier runs and the plan. */
export async function estimateFor(
  { commonDir }: Repository,
  tasks: readonly Task[],
  settings: Pick<Settings, "agent" | "model">,
  not?: string,
): Promise<CostEstimate> {
  const past: PastCosts[] = [];
  let runs = 0;
  // A run that cannot be read is skipped.
  for await (const { record } of runsNewestFirst(commonDir, { lenient: true })) {
    if (record.run === not) continue;
    if (++runs > RUNS) break;
    if (record.agent === settings.agent && record.model === settings.model) {
      past.push(costsOf(record));
    }
  }
  return estimateCost(tasks, settings.model, past);
}

/** Reports the estimated cost at the start of a run, if there is an estimate. */
export async function announceEstimate(scope: Scope, tasks: readonly Task[]): Promise<void> {
  const estimate = await estimateFor(scope.repo, tasks, scope.settings, scope.run);
  if (estimate.basis === "unknown") return;
  notify(scope.emit, { about: "cost_estimate", estimate });
}

function costsOf({ tasks }: RunRecord): PastCosts {
  return [...tasks.values()].filter(({ selected, status }) => selected && status === "completed")
    .map(({ attempts }) => attempts.reduce((sum, { usage }) => sum + spentUsd(usage), 0))
    .filter((usd) => usd > 0);
}
