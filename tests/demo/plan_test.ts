import { join } from "node:path";
import { makeRepository } from "../../src/demo/repository.ts";
import { TASKS } from "../../src/demo/tasks.ts";
import { resultOf } from "../../src/domain/failed.ts";
import { loadPlan } from "../../src/plan/load.ts";
import { assert, assertEquals } from "../support/assert.ts";

Deno.test("makeRepository() writes a plan that has no problems", async () => {
  const folder = await Deno.makeTempDir({ prefix: "parex demo " });
  try {
    await resultOf(() => makeRepository(folder, "demo-agent"));
    const plan = await loadPlan(join(folder, ".parallel", "plans", "plan.yaml"));
    assert(plan.ok, JSON.stringify(plan));
    assertEquals(plan.value.warnings, []);
    assertEquals(plan.value.tasks.map(({ id }) => id), TASKS.map(({ id }) => id));
    assert(plan.value.tasks.every(({ files }) => files.create.length === 2));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
