import type { CostEstimate } from "../domain/estimate.ts";
import { PRICES_DATE } from "../domain/prices.ts";
import { formatCount, formatUsd } from "../domain/units.ts";
import { plural } from "./layout.ts";

/** What a run may cost and why that is thought, as the end of a sentence. */
export function estimateWords(estimate: CostEstimate): string {
  switch (estimate.basis) {
    case "history":
      return `${range(estimate)}, based on ${plural(estimate.tasks, "completed task")} of ` +
        `${plural(estimate.runs, "earlier run")}`;
    case "tokens":
      return `${range(estimate)}, for the plan's ${formatCount(estimate.tokens)} tokens at the ` +
        `list prices of ${estimate.model}, ${PRICES_DATE}`;
    case "unknown":
      return "unknown: the plan has no token estimates; no earlier run reported its cost";
  }
}

function range({ low_usd, high_usd }: { low_usd: number; high_usd: number }): string {
  const [low, high] = [formatUsd(low_usd), formatUsd(high_usd)];
  return low === high ? low : `${low} to ${high}`;
}
