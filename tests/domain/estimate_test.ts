import { estimateCost } from "../../src/domain/estimate.ts";
import { estimateWords } from "../../src/report/estimate.ts";
import { assertEquals } from "../support/assert.ts";
import { taskOf } from "../support/plans.ts";

const TASKS = ["a", "b"].map((id) => taskOf(id));

Deno.test("estimateCost() takes the middle half of what earlier tasks have cost", () => {
  const estimate = estimateCost(TASKS, "haiku", [[1, 5], [], [2, 3, 4]]);
  assertEquals(estimate, { basis: "history", low_usd: 4, high_usd: 8, runs: 2, tasks: 5 });
  assertEquals(
    estimateWords(estimate),
    "$4.00 to $8.00, based on 5 completed tasks of 2 earlier runs",
  );
});

Deno.test("estimateCost() uses the plan's tokens if no earlier run reported its cost", () => {
  const tasks = [{ ...taskOf("a"), estimatedTokens: 500_000 }, taskOf("b")];
  const estimate = estimateCost(tasks, "claude-haiku-4-5", [[]]);
  assertEquals(estimate, {
    basis: "tokens",
    low_usd: 1,
    high_usd: 5,
    tokens: 1_000_000,
    model: "Haiku 4.5",
  });
  assertEquals(
    estimateWords(estimate),
    "$1.00 to $5.00, for the plan's 1.00M tokens at the list prices of Haiku 4.5, 2026-10",
  );
  const aliased = estimateCost(tasks, "haiku", []);
  assertEquals(aliased.basis === "tokens" && aliased.model, "Haiku 5.5");
});

Deno.test("estimateCost() knows nothing without history, tokens or prices", () => {
  const tasks = [{ ...taskOf("a"), estimatedTokens: 1000 }];
  for (const model of [undefined, "gpt-5.4"]) {
    assertEquals(estimateCost(tasks, model, []), { basis: "unknown" });
  }
  assertEquals(estimateCost(TASKS, "haiku", []), { basis: "unknown" });
});
