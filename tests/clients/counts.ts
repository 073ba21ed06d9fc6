import { addUsage } from "../../src/domain/metrics.ts";
import { recordOf } from "../../src/domain/record.ts";
import { assertEquals } from "../support/assert.ts";
import type { ClientId, Stage } from "./client.ts";

/** US dollars for a million tokens: input, output, read from the cache, written to it. */
const PRICES: { readonly [K in ClientId]?: readonly [number, number, number, number] } = {
  claude: [0.1, 0.5, 0.01, 0.125],
  "claude-oldest": [1, 5, 0.1, 1.25],
  opencode: [1, 10, 0.1, 0],
  pi: [1, 10, 0.1, 0],
};

/** What the attempts told together is what the server counted, and what that costs. */
export async function countsAsServed(on: Stage, client: ClientId): Promise<void> {
  const attempts = recordOf(await on.rig.journal()).tasks.get("a")?.attempts ?? [];
  const total = attempts.map(({ usage }) => usage).reduce(addUsage, {});
  const { input, output, cacheRead, cacheWrite } = on.server.served;
  assertEquals(
    [total.input_tokens, total.output_tokens, total.cache_read_tokens],
    [input, output, cacheRead],
  );
  assertEquals(total.cache_write_tokens ?? 0, cacheWrite);
  const prices = PRICES[client];
  const cost = [input, output, cacheRead, cacheWrite]
    .reduce((sum, tokens, at) => sum + tokens * (prices?.[at] ?? 0), 0);
  assertEquals(Math.round((total.cost_usd ?? 0) * 1e9), Math.round(cost * 1e3));
}
