import { costOf, type Model, MODELS } from "./prices.ts";
import type { Task } from "./task.ts";

/** The estimated cost of a run, with its basis. */
export type CostEstimate =
  /** From the cost of completed tasks in earlier runs with this agent and model. */
  | { basis: "history"; low_usd: number; high_usd: number; runs: number; tasks: number }
  /** From the tokens that the plan expects: all of them read, or all of them written. */
  | { basis: "tokens"; low_usd: number; high_usd: number; tokens: number; model: string }
  | { basis: "unknown" };

/** The cost of each completed task of an earlier run. */
export type PastCosts = readonly number[];

/**
 * From the middle half of earlier tasks' costs, times the number of tasks; else from the plan's
 * tokens.
 */
export function estimateCost(
  tasks: readonly Task[],
  model: string | undefined,
  past: readonly PastCosts[],
): CostEstimate {
  const costs = past.flat().toSorted((a, b) => a - b);
  if (tasks.length > 0 && costs.length > 0) {
    return {
      basis: "history",
      low_usd: tasks.length * quantile(costs, 0.25),
      high_usd: tasks.length * quantile(costs, 0.75),
      runs: past.filter((run) => run.length > 0).length,
      tasks: costs.length,
    };
  }
  const known = tasks.flatMap(({ estimatedTokens }) => estimatedTokens ?? []);
  const priced = model === undefined ? undefined : modelNamed(model);
  if (known.length === 0 || !priced) return { basis: "unknown" };
  const sum = known.reduce((total, tokens) => total + tokens, 0);
  const tokens = Math.round(sum / known.length * tasks.length);
  return {
    basis: "tokens",
    low_usd: costOf(priced, { input_tokens: tokens }),
    high_usd: costOf(priced, { output_tokens: tokens }),
    tokens,
    model: priced.name,
  };
}

/** The model of an id, or the newest that an alias such as `haiku` means. */
function modelNamed(name: string): Model | undefined {
  const word = name.toLowerCase();
  return MODELS.find(({ id }) => id === word || id.split("-").includes(word));
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}
