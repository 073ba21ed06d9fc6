import { Ledger } from "../../src/run/ledger.ts";
import { until, Waits } from "../../src/run/waits.ts";
import { assert, assertEquals } from "../support/assert.ts";

Deno.test("a ledger counts attempts that are over and what the one at work has cost so far", () => {
  const ledger = new Ledger(undefined, undefined);
  ledger.begin("a");
  ledger.update("a", { cost_usd: 1 });
  assertEquals([ledger.of("a"), ledger.total], [1, 1]);
  assertEquals(ledger.end("a", { cost_usd: 3 }), 3);
  ledger.begin("a");
  ledger.update("a", { cost_usd: 2 });
  assertEquals([ledger.of("a"), ledger.total], [5, 5]);
});

Deno.test("an attempt that was cut off before it told its cost counts with what was known", () => {
  const ledger = new Ledger(undefined, undefined);
  ledger.begin("a");
  ledger.update("a", { cost_usd: 2 });
  assertEquals(ledger.end("a", {}), 2);
});

Deno.test("allowance() shares what is left of the run's budget among those at work", () => {
  const ledger = new Ledger(10, undefined);
  ledger.begin("a");
  ledger.end("a", { cost_usd: 4 });
  ledger.begin("b");
  assertEquals(ledger.allowance("c"), { usd: 3, scope: "run", capUsd: 10 });
});

Deno.test("allowance() is what is left of the task's budget where that is less", () => {
  const ledger = new Ledger(10, 2);
  ledger.begin("a");
  ledger.end("a", { cost_usd: 1.5 });
  assertEquals(ledger.allowance("a"), { usd: 0.5, scope: "task", capUsd: 2 });
  assertEquals(ledger.allowance("b"), { usd: 2, scope: "task", capUsd: 2 });
  assertEquals(new Ledger(undefined, undefined).allowance("a"), undefined);
});

Deno.test("waits grow from about 15 seconds to about 15 minutes, each task for itself", () => {
  const waits = new Waits();
  const first = waits.next("a");
  assert(first >= 11_250 && first <= 18_750, String(first));
  for (let count = 0; count < 10; count++) waits.next("a");
  const last = waits.next("a");
  assert(last >= 675_000 && last <= 1_125_000, String(last));
  assert(waits.next("b") <= 18_750);
});

Deno.test("until() is over when the time has come, or at once with the signal", async () => {
  await until(Date.now() - 1, new AbortController().signal);
  await until(Date.now() + 30, new AbortController().signal);
  const abort = new AbortController();
  const waiting = until(Date.now() + 3_600_000, abort.signal);
  abort.abort();
  await waiting;
  await until(Date.now() + 3_600_000, abort.signal);
});
