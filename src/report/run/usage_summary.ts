import type { AgentOutcomeName } from "../../domain/event.ts";
import { attemptMs, sumUsd, type UsageTotals, usageTotals } from "../../domain/metrics.ts";
import { spentUsd } from "../../domain/prices.ts";
import type { AttemptRecord, TaskRecord } from "../../domain/task_record.ts";
import { estimatedUsd } from "./model_costs.ts";

/** What attempts used together. */
export interface UsageSummary {
  attempts: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  /** Of the tokens in prompts; null without any. */
  cache_read_share: number | null;
  /** Attempts that did not report their tokens. */
  tokens_unreported: number;
  /** As agents reported it; null: not reported. */
  cost_usd: number | null;
  /** Attempts that did not report what they cost. */
  cost_unreported: number;
  /** From list prices, for attempts that reported tokens but no cost. */
  estimated_usd: number | null;
}

/** One call of an agent. */
export interface CallSummary {
  attempt: number;
  agent: string;
  /** null: it has not ended, or nobody recorded its end. */
  outcome: AgentOutcomeName | null;
  ms: number;
  /** As the agent reported it. */
  model: string | null;
  usage: UsageSummary;
}

/** What one call of an agent came to, or has come to by now. */
export function callSummary(call: AttemptRecord, task: TaskRecord, now: number): CallSummary {
  const { attempt, agent, outcome = null, usage } = call;
  const ms = attemptMs(call, task, now);
  return { attempt, agent, outcome, ms, model: usage.model ?? null, usage: usageSummary([call]) };
}

/** What attempts used together. */
export function usageSummary(attempts: AttemptRecord[]): UsageSummary {
  const totals = usageTotals(attempts);
  return {
    attempts: totals.attempts,
    input_tokens: totals.input,
    output_tokens: totals.output,
    cache_read_tokens: totals.cacheRead,
    cache_write_tokens: totals.cacheWrite,
    cache_read_share: cacheShare(totals),
    tokens_unreported: totals.tokensUnreported,
    cost_usd: totals.costUsd ?? null,
    cost_unreported: totals.costUnreported,
    estimated_usd: estimatedUsd(attempts) ?? null,
  };
}

/** What was spent, estimates included, for each task that landed. */
export function costPerLanded(tasks: TaskRecord[], attempts: AttemptRecord[]): number | null {
  const landed = tasks.filter((task) => task.landed).length;
  const spent = sumUsd(attempts.map(({ usage }) => spentUsd(usage)));
  return landed === 0 || spent === 0 ? null : spent / landed;
}

function cacheShare({ input, cacheRead, cacheWrite }: UsageTotals): number | null {
  const prompts = input + cacheRead + cacheWrite;
  return prompts === 0 ? null : Math.round(cacheRead / prompts * 1000) / 1000;
}
