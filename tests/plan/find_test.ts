import { join } from "node:path";
import { findPlan } from "../../src/plan/find.ts";
import { assertEquals } from "../support/assert.ts";
import { planFolder } from "./folder.ts";

Deno.test("findPlan() finds the plan, the active one only where there is no other", async () => {
  await using folder = await planFolder({ ".parallel/plans/active/plan.yaml": "" });
  const plans = join(folder.path, ".parallel/plans");
  assertEquals(await findPlan(folder.path), { ok: true, value: join(plans, "active/plan.yaml") });
  await folder.write({ ".parallel/plans/plan.yaml": "" });
  assertEquals(await findPlan(folder.path), { ok: true, value: join(plans, "plan.yaml") });
});
