import type { Usage } from "../domain/event.ts";
import { isRecord } from "../util/json_values.ts";
import type { StreamMessage } from "./stream_json.ts";
import { amountAt, countAt } from "../util/json_values.ts";

/** The model of messages that Claude Code itself puts in, such as an error's words. */
export const NO_MODEL = "<synthetic>";

/** Folds Claude Code's messages into what the attempt has used so far. */
export interface UsageFold {
  add(message: StreamMessage): void;
  usage(): Usage;
}

interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/**
 * Counts tokens from the stream while an attempt runs; the final `result` wins when it comes, for
 * its `modelUsage` also covers what sub-agents and side requests used.
 */
export function foldUsage(): UsageFold {
  // All lines of one turn carry the same message id, and each repeats the turn's usage so far.
  const turns = new Map<string, Tokens>();
  let model: string | undefined;
  let final: Usage | undefined;
  return {
    add(message) {
      if (message.type === "result") {
        final = { ...(model === undefined ? {} : { model }), ...ofResult(message) };
      }
      if (message.type !== "assistant" || !isRecord(message.message)) return;
      const { id, usage, model: answered } = message.message;
      if (typeof id !== "string" || !isRecord(usage) || answered === NO_MODEL) return;
      turns.set(id, largest(turns.get(id), tokensOf(usage)));
      if (typeof answered === "string") model = answered;
    },
    usage: () => final ?? ofTurns([...turns.values()], model),
  };
}

function ofTurns(turns: Tokens[], model: string | undefined): Usage {
  if (turns.length === 0) return {};
  return {
    ...asUsage(turns.reduce(sum)),
    turns: turns.length,
    ...(model === undefined ? {} : { model }),
  };
}

function ofResult(result: StreamMessage): Usage {
  const models = isRecord(result.modelUsage) ? Object.entries(result.modelUsage) : [];
  const used = models.flatMap(([model, usage]) =>
    isRecord(usage)
      ? [{ model, tokens: tokensOfModel(usage), cost: countAt(usage, "costUSD") }]
      : []
  );
  // The model that did the work is the one that cost most, not the one of a side request.
  const main = used.toSorted((a, b) => b.cost - a.cost || b.tokens.output - a.tokens.output)[0];
  const tokens = used.length > 0
    ? used.map((one) => one.tokens).reduce(sum)
    : isRecord(result.usage)
    ? tokensOf(result.usage)
    : undefined;
  const cost = amountAt(result, "total_cost_usd");
  const turns = amountAt(result, "num_turns");
  return {
    ...(cost === undefined ? {} : { cost_usd: cost }),
    ...(tokens ? asUsage(tokens) : {}),
    ...(turns === undefined ? {} : { turns }),
    ...(main ? { model: main.model } : {}),
  };
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
