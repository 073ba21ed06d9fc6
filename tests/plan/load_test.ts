import { join } from "node:path";
import { loadPlan } from "../../src/plan/load.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { ENTRY, inlinePlan, planFolder, planWith, taskFile, valid } from "./folder.ts";

const PLAN = `# A plan as planners write it
metadata:
  name: "Sample plan"
  created: "20250101-120000"
overview: |
  tasks: are not here
tasks:
  - id: "task-0"
    name: "Lay the ground"
    file: "tasks/task-0.md"
    priority: "blocker"
    dependencies: []
    estimated_tokens: 1200
  - id: "task-1"
    name: "Build on it"
    file: "tasks/task-1.md"
    priority: "high"
    dependencies:
      - "task-0"
success_criteria: [works]
`;

const TASK_0 = `---
id: task-0
priority: blocker
status: completed   # done
dependencies: []
labels:
  - parallel-execution
  - "blocker"
---

# Lay the ground

## 🎯 Objective

Begin.

## 📁 Files to Touch

**Create:**
- \`src/new.ts\` - with \`main()\`

**Modify:**
- \`src/old.ts\`

## ✅ Acceptance Criteria

- [ ] it is there
`;

Deno.test("loadPlan() reads a plan with its task files", async () => {
  await using folder = await planFolder({
    "plan.yaml": PLAN,
    "tasks/task-0.md": TASK_0,
    "tasks/task-1.md": taskFile("id: task-1"),
  });
  const loaded = await loadPlan(join(folder.path, "plan.yaml"));
  assert(loaded.ok);
  const { name, path, tasks, warnings } = loaded.value;
  assertEquals([name, path, warnings], ["Sample plan", join(folder.path, "plan.yaml"), []]);
  assertEquals(tasks[0], {
    id: "task-0",
    name: "Lay the ground",
    priority: "blocker",
    effectivePriority: "blocker",
    dependencies: [],
    status: "completed",
    source: { kind: "file", path: join(folder.path, "tasks/task-0.md") },
    title: "Lay the ground",
    body: TASK_0.slice(TASK_0.indexOf("\n# Lay")),
    labels: ["parallel-execution", "blocker"],
    files: { create: ["src/new.ts"], modify: ["src/old.ts"], delete: [], read: [] },
    estimatedTokens: 1200,
    order: 0,
  });
  assertEquals(tasks[1]?.dependencies, ["task-0"]);
  assertEquals(tasks[1]?.status, "pending");
  assertEquals(await loadPlan(folder.path), loaded);
});

/** The same two tasks in other ways of writing. */
const DIALECTS: Record<string, string> = {
  "a leading document marker": `---\n${PLAN}`,
  "a closing document marker": `${PLAN}---\n`,
  "a byte order mark": `\uFEFF${PLAN}`,
  "CRLF": PLAN.replaceAll("\n", "\r\n"),
  "no line break at the end": PLAN.trimEnd(),
  "plain scalars": PLAN.replaceAll('"', ""),
  "other names of the keys": PLAN.replaceAll('name: "L', 'title: "L')
    .replaceAll("dependencies:", "depends_on:"),
  "another order of the keys": PLAN.replace(
    /( {2}- )(id: "task-1")\n {4}(name: .*)\n {4}(file: .*)\n/,
    "$1$4\n    $3\n    $2\n",
  ),
  "items at column 0": PLAN.replaceAll(/^ {4}(?=[a-z])/gm, "  ").replaceAll(/^ {2}- id/gm, "- id"),
  "paths relative to the repository": PLAN.replaceAll("tasks/task", "./tasks/task"),
  "merged defaults": PLAN.replace('  - id: "task-0"', '  - &t\n    id: "task-0"')
    .replace('    priority: "high"\n', "    <<: {priority: high, id: other}\n"),
};

for (const [name, plan] of Object.entries(DIALECTS)) {
  Deno.test(`loadPlan() takes a plan with ${name}`, async () => {
    const { tasks } = await valid({
      "plan.yaml": plan,
      "tasks/task-0.md": TASK_0,
      "tasks/task-1.md": taskFile("id: task-1"),
    });
    const seen = tasks.map(({ id, name, priority, dependencies }) => ({
      id,
      name,
      priority,
      dependencies,
    }));
    assertEquals(seen, [
      { id: "task-0", name: "Lay the ground", priority: "blocker", dependencies: [] },
      { id: "task-1", name: "Build on it", priority: "high", dependencies: ["task-0"] },
    ]);
  });
}

Deno.test("loadPlan() takes ids that are numbers as they are written", async () => {
  const entry = (id: string, dependencies: string) =>
    `- {id: ${id}, name: N, file: ${id}.md, priority: low, dependencies: ${dependencies}}\n`;
  const { tasks } = await valid({
    "plan.yaml": planWith(entry("1", "[]") + entry("007", "[1]") + entry("1.0", '["007"]')),
    "1.md": taskFile("id: 1"),
    "007.md": taskFile('id: "007"'),
    "1.0.md": taskFile("id: 1.0"),
  });
  assertEquals(tasks.map(({ id }) => id), ["1", "007", "1.0"]);
  assertEquals(tasks.map(({ dependencies }) => dependencies), [[], ["1"], ["007"]]);
});

Deno.test("loadPlan() takes task files named relative to the repository", async () => {
  await using folder = await planFolder({
    ".parallel/plans/plan.yaml": planWith(ENTRY.replace("a.md", ".parallel/plans/tasks/a.md")),
    ".parallel/plans/tasks/a.md": taskFile("id: a"),
  });
  const loaded = await loadPlan(join(folder.path, ".parallel/plans"));
  assert(loaded.ok);
  assertEquals(
    loaded.value.tasks[0]?.source.path,
    join(folder.path, ".parallel/plans/tasks/a.md"),
  );
});

Deno.test("loadPlan() writes the specification of an inline task", async () => {
  const { tasks, path, warnings } = await valid({
    "plan.yaml": planWith(`- id: a
  name: Add a door
  priority: high
  dependencies:
  status: blocked
  labels: [ui]
  description: |
    A door
    of wood.
  files:
    create: [src/door.ts]
    modify: ["src/my house.ts"]
  acceptance:
    - it opens
    - it shuts
`),
  });
  assertEquals(warnings, []);
  assertEquals(tasks[0]?.source, { kind: "inline", path });
  assertEquals([tasks[0]?.status, tasks[0]?.labels], ["blocked", ["ui"]]);
  assertEquals(
    tasks[0]?.body,
    `# Add a door

## Objective

A door
of wood.

## Files to Touch

**Create:**
- \`src/door.ts\`

**Modify:**
- \`src/my house.ts\`

## Acceptance Criteria

- [ ] it opens
- [ ] it shuts
`,
  );
});

Deno.test("loadPlan() takes files of inline tasks as a list, and criteria as text", async () => {
  const { tasks } = await valid({
    "plan.yaml": planWith(`- id: a
  name: A
  priority: high
  dependencies: []
  files: [./a.ts, {path: b.ts, action: delete}]
  acceptance_criteria: |
    - one
    two
`),
  });
  assertEquals(tasks[0]?.files, { create: [], modify: ["a.ts"], delete: ["b.ts"], read: [] });
  assert(tasks[0]?.body.endsWith("- [ ] one\n- [ ] two\n"));
});

Deno.test("loadPlan() identifies plans by name and creation time, not by path", async () => {
  const identity = async (metadata: string) =>
    (await valid({ "plan.yaml": planWith(ENTRY, metadata), "a.md": taskFile("id: a") })).identity;
  const first = await identity("metadata: {name: Sample Plan!, created: 2025-01-01}");
  assertEquals(await identity("metadata: {created: 2025-01-01, name: Sample Plan!}"), first);
  assert(first.startsWith("sample-plan-"));
  assert(await identity("metadata: {name: Sample Plan!, created: 2025-01-02}") !== first);
  assert(await identity("metadata: {name: Sample plan!, created: 2025-01-01}") !== first);
  assert(/^[a-z0-9-]+$/.test(await identity('metadata: {name: "日本\\n語"}')));
});

Deno.test("loadPlan() lets tasks inherit the priority of what waits for them", async () => {
  const plan = inlinePlan({ a: [], b: ["a"] }).replace(/(id: b[^]*?priority: )medium/, "$1blocker");
  const { tasks, warnings } = await valid({ "plan.yaml": plan });
  assertEquals(tasks.map(({ priority }) => priority), ["medium", "blocker"]);
  assertEquals(tasks.map(({ effectivePriority }) => effectivePriority), ["blocker", "blocker"]);
  assertEquals(warnings.map(({ code, line }) => [code, line]), [["blocker-waits", 11]]);
});

Deno.test("loadPlan() refuses a task file that a link leads out of the plan's folder", async () => {
  await using elsewhere = await planFolder({ "a.md": taskFile("id: a"), "t/b.md": "" });
  await using folder = await planFolder({ "plan.yaml": planWith(ENTRY), "in/a.md": "" });
  await Deno.symlink(join(elsewhere.path, "a.md"), join(folder.path, "a.md"));
  const loaded = await loadPlan(folder.path);
  assert(!loaded.ok && loaded.failure.reason === "plan_invalid");
  assertEquals(loaded.failure.problems.map(({ code }) => code), ["task-file-outside"]);
  // A link within the folder is nothing special.
  await Deno.remove(join(folder.path, "a.md"));
  await folder.write({ "in/a.md": taskFile("id: a") });
  await Deno.symlink("in/a.md", join(folder.path, "a.md"));
  assert((await loadPlan(folder.path)).ok);
});

Deno.test("loadPlan() says where it looked when there is no plan", async () => {
  await using folder = await planFolder({ "file": "" });
  for (const path of [folder.path, join(folder.path, "x.yaml"), join(folder.path, "file/x")]) {
    const loaded = await loadPlan(path);
    const plan = path === folder.path ? join(path, "plan.yaml") : path;
    assertEquals(loaded, { ok: false, failure: { reason: "plan_not_found", looked: [plan] } });
  }
});

Deno.test("loadPlan() reads a task's agent and model from its task file, else from the index", async () => {
  const entry = ENTRY.replace("id: a,", "id: a, agent: gemini, model: pro,");
  const text = (frontmatter: string) => ({
    "plan.yaml": planWith(entry),
    "a.md": taskFile(frontmatter),
  });
  const { tasks: [index] } = await valid(text("id: a"));
  assertEquals([index?.agent, index?.model], ["gemini", "pro"]);
  const { tasks: [own] } = await valid(text("id: a\nagent: codex\nmodel: gpt-5.4"));
  assertEquals([own?.agent, own?.model], ["codex", "gpt-5.4"]);
});
