import type { Usage } from "./event.ts";

/** When the list prices below were read from the models' documentation. */
export const PRICES_DATE = "2026-10";

/** Dollars per million tokens. */
interface Rates {
  /** For prompts of at most this many tokens; absent: for all others. */
  upTo?: number;
  input: number;
  output: number;
  cacheRead: number;
}

export interface Model {
  id: string;
  name: string;
  /** Ascending by `upTo`. */
  rates: readonly [Rates, ...Rates[]];
}

export const MODELS: readonly Model[] = [
  {
    id: "claude-haiku-5-5",
    name: "Haiku 5.5",
    rates: [
      { upTo: 100_000, input: 0.10, output: 0.50, cacheRead: 0.01 },
      { input: 0.50, output: 2.50, cacheRead: 0.05 },
    ],
  },
  {
    id: "claude-haiku-4-5",
    name: "Haiku 4.5",
    rates: [{ input: 1, output: 5, cacheRead: 0.10 }],
  },
  {
    id: "claude-sonnet-5-5",
    name: "Sonnet 5.5",
    rates: [{ input: 2, output: 10, cacheRead: 0.20 }],
  },
  {
    id: "claude-opus-5-5",
    name: "Opus 5.5",
    rates: [{ input: 4, output: 20, cacheRead: 0.20 }],
  },
];

/** What it costs to write a token to the cache, in input tokens. */
const CACHE_WRITE = 1.25;
const MILLION = 1_000_000;

/** The model of an id such as `claude-haiku-4-5-20251001`; undefined if its prices are not known. */
export function modelOf(id: string): Model | undefined {
  const undated = id.replace(/-\d{8}$/, "");
  return MODELS.find((model) => model.id === undated);
}

/**
 * What these tokens cost at list price, in dollars. An estimate: where prices depend on the size of
 * a prompt, its mean over the turns decides, and the first rates hold if the turns are not known.
 */
export function costOf(model: Model, usage: Usage): number {
  const { input_tokens = 0, output_tokens = 0, cache_read_tokens = 0, cache_write_tokens = 0 } =
    usage;
  const prompts = input_tokens + cache_read_tokens + cache_write_tokens;
  const prompt = usage.turns === undefined ? 0 : prompts / Math.max(1, usage.turns);
  const rates = model.rates.find(({ upTo }) => upTo === undefined || prompt <= upTo) ??
    model.rates[0];
  return ((input_tokens + cache_write_tokens * CACHE_WRITE) * rates.input +
    output_tokens * rates.output + cache_read_tokens * rates.cacheRead) / MILLION;
}

/** What was spent: as reported, else estimated from list prices; 0 where nothing is known. */
export function spentUsd(usage: Usage): number {
  return usage.cost_usd ?? estimateUsd(usage) ?? 0;
}

/** The list price of what was reported without its cost; undefined: tokens or model are not known. */
export function estimateUsd(usage: Usage): number | undefined {
  const model = modelOf(usage.model ?? "");
  const told = usage.input_tokens !== undefined || usage.output_tokens !== undefined;
  return usage.cost_usd === undefined && told && model ? costOf(model, usage) : undefined;
}
