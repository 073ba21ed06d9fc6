import fc from "fast-check";
import type { WorkInput } from "../../../machines/ports.ts";
import { Spending } from "../../../src/run/context/spending.ts";
import { meaningOf } from "../../../src/run/task/attempt_outcome.ts";
import type { Scope } from "../../../src/run/context/run_context.ts";
import { Backoff, until } from "../../../src/util/backoff.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const NUMBERS = { min: 0, max: 1, noNaN: true };

Deno.test("a spending counts finished attempts and the cost of the current one", () => {
  const spending = new Spending(undefined, undefined);
  spending.begin("a");
  spending.update("a", { cost_usd: 1 });
  assertEquals([spending.of("a"), spending.total], [1, 1]);
  assertEquals(spending.end("a", { cost_usd: 3 }), 3);
  spending.begin("a");
  spending.update("a", { cost_usd: 2 });
  assertEquals([spending.of("a"), spending.total], [5, 5]);
});

Deno.test("an attempt that was interrupted before it reported its cost counts with the known cost", () => {
  const spending = new Spending(undefined, undefined);
  spending.begin("a");
  spending.update("a", { cost_usd: 2 });
  assertEquals(spending.end("a", {}), 2);
});

Deno.test("an attempt that reported its tokens but not its cost counts at list price", () => {
  const spending = new Spending(undefined, undefined);
  spending.begin("a");
  const usage = { model: "claude-haiku-4-5", input_tokens: 1_000_000, output_tokens: 100_000 };
  spending.update("a", usage);
  assertEquals([spending.total, spending.end("a", usage)], [1.5, 1.5]);
});

Deno.test("allowance() divides the rest of the run's budget among its slots", () => {
  const spending = new Spending(10, undefined);
  assertEquals(spending.allowance("a", 4), { usd: 2.5, scope: "run", capUsd: 10 });
  spending.begin("a", 2.5);
  spending.update("a", { cost_usd: 1 });
  assertEquals(spending.allowance("b", 4)?.usd, 2.5);
  spending.begin("b", 2.5);
  spending.end("a", { cost_usd: 1 });
  assertEquals(spending.allowance("c", 3)?.usd, 3.25);
  assertEquals(spending.allowance("c", 2)?.usd, 6.5);
});

Deno.test("a budget that is spent in equal parts leaves nothing over", () => {
  const spending = new Spending(1, 1);
  for (let count = 0; count < 10; count++) {
    spending.begin("a");
    spending.end("a", { cost_usd: 0.1 });
  }
  assertEquals([spending.total, spending.allowance("a", 1)?.usd], [1, 0]);
  assertEquals(spending.allowance("b", 1)?.usd, 0);
});

Deno.test("all shares together never exceed the run's budget", () => {
  const step = fc.record({ task: fc.nat(5), places: fc.nat(6), cost: fc.double(NUMBERS) });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const spending = new Spending(10, undefined);
    const shares = new Map<string, number>();
    for (const { task: index, places, cost } of steps) {
      const task = `t${index}`;
      const share = shares.get(task);
      if (share !== undefined) {
        spending.end(task, { cost_usd: cost * share });
        shares.delete(task);
      } else {
        const { usd } = spending.allowance(task, places) ?? { usd: 0 };
        if (usd <= 0) continue;
        spending.begin(task, usd);
        shares.set(task, usd);
      }
      const given = [...shares.values()].reduce((sum, share) => sum + share, 0);
      assert(spending.total + given <= 10 + 1e-9, `${spending.total} and ${given}`);
    }
  }));
});

Deno.test("allowance() is the rest of the task's budget if that is less", () => {
  const spending = new Spending(10, 2);
  spending.begin("a");
  spending.end("a", { cost_usd: 1.5 });
  assertEquals(spending.allowance("a", 1), { usd: 0.5, scope: "task", capUsd: 2 });
  assertEquals(spending.allowance("b", 1), { usd: 2, scope: "task", capUsd: 2 });
  assertEquals(new Spending(undefined, undefined).allowance("a", 1), undefined);
});

Deno.test("warnings() reports once each that 75 and 90 percent of the budget are spent", () => {
  const spending = new Spending(10, undefined);
  spending.begin("a");
  const at = (usd: number) => {
    spending.update("a", { cost_usd: usd });
    return spending.warnings();
  };
  assertEquals([at(7), at(7.5), at(8), at(9.5), at(10)], [[], [0.75], [], [0.9], []]);
  const resumed = new Spending(10, undefined);
  resumed.carryOver("a", 8);
  assertEquals(resumed.warnings(), []);
});

Deno.test("waits grow from about 15 seconds to about 15 minutes, each task for itself", () => {
  const waits = new Backoff();
  const first = waits.next("a");
  assert(first >= 11_250 && first <= 18_750, String(first));
  for (let count = 0; count < 10; count++) waits.next("a");
  const last = waits.next("a");
  assert(last >= 675_000 && last <= 1_125_000, String(last));
  assert(waits.next("b") <= 18_750);
});

Deno.test("waits for overloads grow until an attempt makes progress, and then start again", () => {
  const scope = { waits: new Backoff() } as unknown as Scope;
  const input: WorkInput = {
    task: "a",
    attempt: 1,
    occasion: { kind: "first" },
    conversation: undefined,
    ended: undefined,
  };
  const waitAfter = (output_tokens?: number) => {
    const usage = output_tokens === undefined ? {} : { output_tokens };
    const met = { outcome: "limited", limit: "overload", exitCode: 1, ms: 0, usage } as const;
    const begun = Date.now();
    const parked = meaningOf(scope, input, { ...met, agent: "claude" }, "");
    assert(parked.kind === "limited");
    return parked.until - begun;
  };
  for (let count = 0; count < 10; count++) waitAfter(count % 2 === 0 ? 0 : undefined);
  assert(waitAfter() > 600_000);
  assert(waitAfter(2_000) < 60_000);
  assert(waitAfter() < 60_000);
  for (let count = 0; count < 10; count++) waitAfter();
  assert(waitAfter() > 600_000);
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
