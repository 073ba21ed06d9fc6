import fc from "fast-check";
import { STATUSES } from "../../src/domain/task.ts";
import { loadPlan } from "../../src/plan/load.ts";
import { readIndex } from "../../src/plan/plan_index.ts";
import { editInlineStatus, editStatus } from "../../src/plan/status_edit.ts";
import { readTaskFile } from "../../src/plan/task_file.ts";
import { assert } from "../support/assert.ts";
import { mutated } from "./mutated.ts";
import { inlinePlan, type PlanFolder, planFolder, taskFile } from "./folder.ts";

const FRAGMENTS = [
  ..."[]{}:,#&*!|>'\"%@`-? \n\r\t\\~<",
  "\u0000",
  "\uFEFF",
  "\u2028",
  "<<: ",
  "*a",
  "&a ",
  "---\n",
  "...\n",
  "  ",
  "null",
  "id",
  "tasks:",
  "__proto__",
  "constructor",
  "!!binary ",
  "%YAML 1.1\n",
  "\uD800",
];

const PLAN = `${inlinePlan({ a: [], b: ["a"] })}  - id: c
    name: &n "C"
    file: c.md
    priority: high
    dependencies:
      - a
    <<: {x: *n}
`;
const TASK = taskFile("id: c\npriority: high\nstatus: pending # c\ndependencies: [a]\nlabels: [x]");

Deno.test("the reader never throws for a valid plan with anything changed in it", () => {
  fc.assert(
    fc.property(
      mutated(PLAN, FRAGMENTS),
      mutated(TASK, FRAGMENTS),
      fc.constantFrom(...STATUSES),
      (plan, task, status) => {
        for (const { line, column } of readIndex(plan, "/plan.yaml").problems) {
          assert(line >= 1 && column >= 1);
        }
        for (const { line, column } of readTaskFile(task, "/c.md").problems) {
          assert(line >= 1 && column >= 1);
        }
        editStatus(task, status);
        editInlineStatus(plan, "a", status);
      },
    ),
    { numRuns: 200 },
  );
});

/** Loads a plan of these bytes; a throw fails the property. */
async function load(folder: PlanFolder, plan: Uint8Array, task: Uint8Array): Promise<void> {
  await folder.write({ "plan.yaml": plan, "c.md": task });
  const loaded = await loadPlan(folder.path);
  if (loaded.ok) return;
  assert(loaded.failure.reason === "plan_invalid");
  assert(loaded.failure.problems.some(({ severity }) => severity === "error"));
}

Deno.test("loadPlan() never throws for any bytes, in the plan or in a task file", async () => {
  const encoder = new TextEncoder();
  await using folder = await planFolder();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), (bytes) => load(folder, bytes, bytes)),
    { numRuns: 100 },
  );
  await fc.assert(
    fc.asyncProperty(
      mutated(PLAN, FRAGMENTS),
      fc.uint8Array(),
      (plan, bytes) => load(folder, encoder.encode(plan), bytes),
    ),
    { numRuns: 100 },
  );
});
