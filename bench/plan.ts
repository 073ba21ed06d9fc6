/**
 * What reading and checking a plan costs by its number of tasks.
 *
 *     deno run -A bench/plan.ts
 */
import { join } from "node:path";
import { loadPlan } from "../src/plan/load.ts";

const SIZES = [100, 1_000, 5_000, 10_000];
const ROUNDS = 3;

/** Writes a plan in which every task waits for up to three earlier ones. */
async function writePlan(folder: string, size: number): Promise<void> {
  await Deno.mkdir(join(folder, "tasks"), { recursive: true });
  const entries: string[] = [];
  for (let task = 0; task < size; task++) {
    const dependencies = [1, 7, 31]
      .map((distance) => task - distance)
      .filter((dependency) => dependency >= 0 && task % 10 !== 0)
      .map((dependency) => `task-${dependency}`);
    entries.push(`  - id: "task-${task}"
    name: "Part ${task} of the program"
    file: tasks/task-${task}.md
    priority: ${["blocker", "high", "medium", "low"][task % 4]}
    dependencies: [${dependencies.join(", ")}]`);
    await Deno.writeTextFile(
      join(folder, "tasks", `task-${task}.md`),
      taskFile(task, dependencies),
    );
  }
  const plan = `metadata:\n  name: "Bench"\n  created: "2025-01-01"\ntasks:\n${
    entries.join("\n")
  }\n`;
  await Deno.writeTextFile(join(folder, "plan.yaml"), plan);
}

function taskFile(task: number, dependencies: string[]): string {
  return `---
id: task-${task}
status: pending
dependencies: [${dependencies.join(", ")}]
labels:
  - bench
---

# Part ${task} of the program

## 🎯 Objective

Write part ${task}.

## 📁 Files to Touch

**Create:**
- \`src/part_${task}.ts\` - the part
- \`tests/part_${task}_test.ts\` - its tests

**Modify:**
- \`src/group_${task % 500}.ts\`

## ✅ Acceptance Criteria

- [ ] its tests pass
`;
}

/** The shortest of a few rounds, which disturbances of the machine lengthen least. */
async function measure(folder: string): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    const plan = await loadPlan(folder);
    best = Math.min(best, performance.now() - started);
    if (!plan.ok) throw new Error(`the bench's plan is invalid: ${JSON.stringify(plan.failure)}`);
  }
  return best;
}

const perTask = new Map<number, number>();
console.log("| tasks | ms | ms per task |\n|---:|---:|---:|");
for (const size of SIZES) {
  const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
  try {
    await writePlan(folder, size);
    const ms = await measure(folder);
    perTask.set(size, ms / size);
    console.log(`| ${size} | ${ms.toFixed(0)} | ${(ms / size).toFixed(3)} |`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
const ratio = (perTask.get(10_000) ?? NaN) / (perTask.get(1_000) ?? NaN);
console.log(`\nA task of 10,000 costs ${ratio.toFixed(2)} times one of 1,000.`);
