import { join } from "node:path";
import { findPlan, presentPath } from "../../src/plan/find.ts";
import { assertEquals } from "../support/assert.ts";
import { planFolder } from "./folder.ts";

Deno.test("findPlan() finds the plan, the active one only where there is no other", async () => {
  await using folder = await planFolder({ ".parallel/plans/active/plan.yaml": "" });
  const plans = join(folder.path, ".parallel/plans");
  assertEquals(await findPlan(folder.path), { ok: true, value: join(plans, "active/plan.yaml") });
  await folder.write({ ".parallel/plans/plan.yaml": "" });
  assertEquals(await findPlan(folder.path), { ok: true, value: join(plans, "plan.yaml") });
});

Deno.test("findPlan() prefers the plan of the current package to the repository's own", async () => {
  await using folder = await planFolder({
    ".parallel/plans/plan.yaml": "",
    "packages/web/.parallel/plans/plan.yaml": "",
    "packages/web/src/deep/a.ts": "",
    "packages/api/a.ts": "",
  });
  const from = async (path: string) => await findPlan(folder.path, join(folder.path, path));
  const web = join(folder.path, "packages/web/.parallel/plans/plan.yaml");
  assertEquals(await from("packages/web/src/deep"), { ok: true, value: web });
  const own = join(folder.path, ".parallel/plans/plan.yaml");
  assertEquals(await from("packages/api"), { ok: true, value: own });
});

Deno.test("presentPath() finds a run's plan again when the checkout was renamed", async () => {
  await using folder = await planFolder({ "docs/.parallel/plans/plan.yaml": "" });
  const now = join(folder.path, "docs/.parallel/plans/plan.yaml");
  assertEquals(await presentPath(folder.path, now), now);
  const then = "/home/me/old-name/docs/.parallel/plans/plan.yaml";
  assertEquals(await presentPath(folder.path, then), now);
  assertEquals(await presentPath(folder.path, "/home/me/gone.yaml"), "/home/me/gone.yaml");
});
