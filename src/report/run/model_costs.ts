import { reportsTokens, sumUsd } from "../../domain/metrics.ts";
import type { AttemptRecord } from "../../domain/task_record.ts";
import { costOf, estimateUsd, modelOf, MODELS } from "../../domain/prices.ts";

export interface ModelCost {
  model: string;
  name: string;
  cost_usd: number;
}

/** What the reported tokens would have cost on the models that did not use them, at list price. */
export function onOtherModels(attempts: AttemptRecord[]): ModelCost[] {
  const usages = attempts.map((attempt) => attempt.usage).filter(reportsTokens);
  if (usages.length === 0) return [];
  const used = new Set(usages.flatMap((usage) => modelOf(usage.model ?? "")?.id ?? []));
  return MODELS.filter((model) => !used.has(model.id)).map((model) => ({
    model: model.id,
    name: model.name,
    cost_usd: sumUsd(usages.map((usage) => costOf(model, usage))),
  }));
}

/** List price of the attempts that reported tokens and a known model but no cost. */
export function estimatedUsd(attempts: AttemptRecord[]): number | undefined {
  const costs = attempts.flatMap(({ usage }) => estimateUsd(usage) ?? []);
  return costs.length === 0 ? undefined : sumUsd(costs);
}
