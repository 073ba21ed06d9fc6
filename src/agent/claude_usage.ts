import type { Usage } from "../domain/event.ts";
import { amountAt, countAt, isRecord } from "../util/json_values.ts";
import type { StreamMessage } from "./stream_json.ts";
import type { ReportedUsage } from "./usage.ts";

/** The model of messages that Claude Code itself inserts, such as errors. */
export const NO_MODEL = "<synthetic>";

/** Computes from Claude Code's messages what the attempt has used so far. */
export interface UsageFold {
  /** The usage in this message; undefined: none. */
  add(message: StreamMessage): ReportedUsage | undefined;
}

interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/** From this version on, a result covers the whole conversation, but for its turns. */
const CUMULATIVE_SINCE = [2, 1, 300];

/**
 * Counts tokens from the stream while an attempt runs; the final `result` wins when it comes, for
 * its `modelUsage` also covers what sub-agents and side requests used.
 */
export function foldUsage(): UsageFold {
  // All lines of one turn carry the same message id, and each repeats the turn's usage so far.
  const turns = new Map<string, Tokens>();
  let model: string | undefined;
  let cumulative = false;
  return {
    add(message) {
      if (message.type === "system" && message.subtype === "init") {
        cumulative = isSince(message.claude_code_version, CUMULATIVE_SINCE);
      }
      if (message.type === "result") {
        return ofResult(message, model, cumulative);
      }
      if (message.type !== "assistant" || !isRecord(message.message)) return undefined;
      const { id, usage, model: answered } = message.message;
      if (typeof id !== "string" || !isRecord(usage) || answered === NO_MODEL) return undefined;
      turns.set(id, largest(turns.get(id), tokensOf(usage)));
      if (typeof answered === "string") model = answered;
      return { attempt: ofTurns([...turns.values()], model) };
    },
  };
}

function isSince(version: unknown, since: readonly number[]): boolean {
  if (typeof version !== "string") return false;
  const parts = version.split(".").map(Number);
  const at = since.findIndex((part, index) => parts[index] !== part);
  return at < 0 || (parts[at] ?? 0) > (since[at] ?? 0);
}

function ofTurns(turns: Tokens[], model: string | undefined): Usage {
  return { ...asUsage(turns.reduce(sum)), turns: turns.length, model };
}

function ofResult(
  result: StreamMessage,
  answered: string | undefined,
  cumulative: boolean,
): ReportedUsage {
  const models = isRecord(result.modelUsage) ? Object.entries(result.modelUsage) : [];
  const used = models.flatMap(([model, usage]) =>
    isRecord(usage)
      ? [{ model, tokens: tokensOfModel(usage), cost: countAt(usage, "costUSD") }]
      : []
  );
  // The model that did the work is the one that cost most, not the one of a side request.
  const main = used.toSorted((a, b) => b.cost - a.cost || b.tokens.output - a.tokens.output)[0];
  const model = main?.model ?? answered;
  const cost = amountAt(result, "total_cost_usd");
  const turns = amountAt(result, "num_turns");
  const own = { turns, model };
  const tokens = used.length === 0 ? {} : asUsage(used.map(({ tokens }) => tokens).reduce(sum));
  const counted = { cost_usd: cost, ...tokens };
  if (cumulative) return { attempt: own, conversation: counted };
  const usage = used.length === 0 && isRecord(result.usage) ? asUsage(tokensOf(result.usage)) : {};
  return { attempt: { ...own, ...usage, ...counted } };
}

function asUsage(tokens: Tokens): Usage {
  return {
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    cache_read_tokens: tokens.cacheRead,
    cache_write_tokens: tokens.cacheWrite,
  };
}

function tokensOf(usage: Record<string, unknown>): Tokens {
  return {
    input: countAt(usage, "input_tokens"),
    output: countAt(usage, "output_tokens"),
    cacheRead: countAt(usage, "cache_read_input_tokens"),
    cacheWrite: countAt(usage, "cache_creation_input_tokens"),
  };
}

function tokensOfModel(usage: Record<string, unknown>): Tokens {
  return {
    input: countAt(usage, "inputTokens"),
    output: countAt(usage, "outputTokens"),
    cacheRead: countAt(usage, "cacheReadInputTokens"),
    cacheWrite: countAt(usage, "cacheCreationInputTokens"),
  };
}

function sum(a: Tokens, b: Tokens): Tokens {
  return combine(a, b, (x, y) => x + y);
}

function largest(a: Tokens | undefined, b: Tokens): Tokens {
  return a ? combine(a, b, Math.max) : b;
}

function combine(a: Tokens, b: Tokens, how: (x: number, y: number) => number): Tokens {
  return {
    input: how(a.input, b.input),
    output: how(a.output, b.output),
    cacheRead: how(a.cacheRead, b.cacheRead),
    cacheWrite: how(a.cacheWrite, b.cacheWrite),
  };
}
