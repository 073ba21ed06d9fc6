/**
 * What reading and checking a plan costs by its number of tasks.
 *
 *     deno run -A bench/plan.ts
 */
import { dirname, join } from "node:path";
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

/** The lists of other tools, with as many tasks. */
const LISTS: Record<string, (size: number) => Record<string, string>> = {
  "Spec Kit": (size) => ({
    "specs/001-bench/tasks.md": all(size, (n) => {
      const phase = n % 100 === 0 ? `\n## Phase ${n / 100 + 1}: Part\n\n` : "";
      const parallel = n % 3 === 0 ? "" : "[P] ";
      return `${phase}- [ ] T${
        String(n).padStart(5, "0")
      } ${parallel}Write part ${n} in src/part_${n}.ts\n`;
    }),
  }),
  "Spec Kit, two phases": (size) => ({
    "specs/001-bench/tasks.md": all(size, (n) => {
      const phase = n % (size / 2) === 0 ? `\n## Phase ${n * 2 / size + 1}: Part\n\n` : "";
      return `${phase}- [ ] T${String(n).padStart(5, "0")} [P] Write part ${n}\n`;
    }),
  }),
  Kiro: (size) => ({
    ".kiro/specs/bench/tasks.md": all(size, (n) => {
      const parent = n % 10 === 0 ? `- [ ] ${n / 10 + 1}. Group\n` : "";
      return `${parent}  - [ ] ${Math.floor(n / 10) + 1}.${
        n % 10 + 1
      } Write part ${n}\n    - _Requirements: 1.1_\n`;
    }),
  }),
  OpenSpec: (size) => ({
    "openspec/changes/bench/tasks.md": all(size, (n) => {
      const section = n % 50 === 0 ? `\n## ${n / 50 + 1}. Section\n\n` : "";
      return `${section}- [ ] ${Math.floor(n / 50) + 1}.${n % 50 + 1} Write part ${n}\n`;
    }),
  }),
  "Task Master": (size) => ({
    ".taskmaster/tasks/tasks.json": JSON.stringify(
      {
        master: {
          tasks: Array.from({ length: size / 5 }, (_, n) => ({
            id: n + 1,
            title: `Part ${n}`,
            description: "Write it.",
            status: "pending",
            dependencies: n === 0 ? [] : [n],
            subtasks: Array.from({ length: 5 }, (_, at) => ({
              id: at + 1,
              title: `Piece ${at}`,
              description: "Write it.",
              status: "pending",
              dependencies: at === 0 ? [] : [at],
            })),
          })),
        },
      },
      null,
      2,
    ),
  }),
  "Backlog.md": (size) =>
    Object.fromEntries(Array.from({ length: size }, (_, n) => [
      `backlog/tasks/task-${n} - Part.md`,
      `---\nid: task-${n}\ntitle: Part ${n}\nstatus: To Do\ndependencies: [${
        n ? `task-${n - 1}` : ""
      }]\n---\n\nWrite it.\n`,
    ])),
  beads: (size) => ({
    ".beads/issues.jsonl": all(size, (n) =>
      `${
        JSON.stringify({
          id: `bd-${n}`,
          title: `Part ${n}`,
          description: "Write it.",
          status: "open",
          priority: 2,
          issue_type: "task",
          dependencies: n
            ? [{ issue_id: `bd-${n}`, depends_on_id: `bd-${n - 1}`, type: "blocks" }]
            : [],
        })
      }\n`),
  }),
  BMAD: (size) =>
    Object.fromEntries(Array.from({ length: size }, (_, n) => [
      `docs/stories/${Math.floor(n / 20) + 1}-${n % 20 + 1}-part.md`,
      `# Story ${Math.floor(n / 20) + 1}.${
        n % 20 + 1
      }: Part\n\nStatus: ready-for-dev\n\n## Story\n\nWrite it.\n`,
    ])),
};

function all(size: number, line: (n: number) => string): string {
  return Array.from({ length: size }, (_, n) => line(n)).join("");
}

async function writeList(folder: string, files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  }
  const [first = ""] = Object.keys(files);
  return join(folder, /^(?:backlog|docs)/.test(first) ? dirname(first) : first);
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

/** The milliseconds that reading takes, made and removed around it. */
async function timeOf(write: (folder: string) => Promise<string>): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
  try {
    return await measure(await write(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const [SMALL, LARGE] = [1_000, 10_000];
console.log("| list | " + SIZES.map((size) => `${size} tasks, ms`).join(" | ") + " | growth |");
console.log("|---|" + SIZES.map(() => "---:").join("|") + "|---:|");
const ways: [string, (size: number) => (folder: string) => Promise<string>][] = [
  ["plan.yaml", (size) => async (folder) => (await writePlan(folder, size), folder)],
  ...Object.entries(LISTS).map(([name, files]): typeof ways[number] => [
    name,
    (size) => (folder) => writeList(folder, files(size)),
  ]),
];
for (const [name, write] of ways) {
  const times = new Map<number, number>();
  for (const size of SIZES) times.set(size, await timeOf(write(size)));
  const growth = (times.get(LARGE) ?? NaN) / LARGE / ((times.get(SMALL) ?? NaN) / SMALL);
  const row = [...times.values()].map((ms) => ms.toFixed(0));
  console.log(`| ${name} | ${row.join(" | ")} | ${growth.toFixed(2)} |`);
}
console.log("\nGrowth: what a task of 10,000 costs by what one of 1,000 costs.");
