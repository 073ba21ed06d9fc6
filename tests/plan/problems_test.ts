import { join } from "node:path";
import { groupProblems } from "../../src/domain/problem_groups.ts";
import { loadPlan } from "../../src/plan/load.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { ENTRY, inlinePlan, places, planFolder, planWith, problemsOf, taskFile } from "./folder.ts";

/** A plan's text, its task files, and where its problems are. */
const PROBLEMS: Record<string, [plan: string, files: Record<string, string>, found: string[]]> = {
  "an empty plan": ["", {}, ["plan.yaml:1:1 not-a-plan"]],
  "a plan of comments": ["# nothing\n", {}, ["plan.yaml:1:1 not-a-plan"]],
  "a list for a plan": ["- a\n", {}, ["plan.yaml:1:1 not-a-plan"]],
  "no metadata and no tasks": ["x: 1\n", {}, [
    "plan.yaml:1:1 missing-key",
    "plan.yaml:1:1 missing-name",
  ]],
  "metadata without a name": [planWith(ENTRY, "metadata: {created: x}"), {
    "a.md": taskFile("id: a"),
  }, ["plan.yaml:1:11 missing-name"]],
  "no task at all": ["metadata: {name: A}\ntasks: []\n", {}, ["plan.yaml:2:8 no-tasks"]],
  "tasks that are a mapping": ["metadata: {name: A}\ntasks:\n  a: b\n", {}, [
    "plan.yaml:3:3 wrong-type",
  ]],
  "a task that is text": [planWith("- a\n"), {}, ["plan.yaml:3:3 wrong-type"]],
  "a task with nothing in it": [
    planWith("- {x: 1}\n"),
    {},
    ["key", "name", "priority", "dependencies", "key"].map((what) =>
      `plan.yaml:3:3 missing-${what}`
    ),
  ],
  "an id that is a list": [planWith(ENTRY.replace("id: a", "id: [a]")), {
    "a.md": taskFile("id: a"),
  }, ["plan.yaml:3:8 wrong-type"]],
  "an unknown priority": [planWith(ENTRY.replace("high", "hihg")), { "a.md": taskFile("id: a") }, [
    "plan.yaml:3:42 unknown-priority",
  ]],
  "an unknown status": [planWith(ENTRY), { "a.md": taskFile("id: a\nstatus: dnoe") }, [
    "a.md:3:9 unknown-status",
  ]],
  "a status of another dialect": [planWith(ENTRY), { "a.md": taskFile("id: a\nstatus: done") }, [
    "a.md:3:9 status-dialect",
  ]],
  "a problem behind values of several lines": [
    planWith(
      '- id: a\n  name: |\n    A\n    b\n\n  file: >-\n    a.md\n  priority: "hi\n    gh"\n  dependencies: [x]\n',
    ),
    { "a.md": taskFile("id: a") },
    ["plan.yaml:10:13 unknown-priority", "plan.yaml:12:18 unknown-dependency"],
  ],
  "an unknown agent": [planWith(ENTRY), { "a.md": taskFile("id: a\nagent: cluade") }, [
    "a.md:3:8 unknown-agent",
  ]],
  "an unknown agent of an inline task": [inlinePlan({ a: [] }, "    agent: gtp\n"), {}, [
    "plan.yaml:11:12 unknown-agent",
  ]],
  "a duplicate id": [inlinePlan({ a: [] }) + inlinePlan({ a: [] }).split("tasks:\n")[1], {}, [
    "plan.yaml:11:9 duplicate-id",
  ]],
  "ids that git cannot take": [
    inlinePlan({ "a..b": [], "a.lock": [], "-a": [], '"a b"': [], "a/b": [], "a.": [] }),
    {},
    [4, 11, 18, 25, 32, 39].map((line) => `plan.yaml:${line}:9 invalid-id`),
  ],
  "an id that is longer than names of files can be": [
    inlinePlan({ ["a".repeat(200)]: [], ["b".repeat(201)]: [] }),
    {},
    ["plan.yaml:11:9 invalid-id"],
  ],
  "ids that differ in case": [inlinePlan({ a: [], A: [] }), {}, [
    "plan.yaml:11:9 id-differs-in-case",
  ]],
  "an unknown dependency": [inlinePlan({ "task-1": [], b: ["tsak-1"] }), {}, [
    "plan.yaml:14:20 unknown-dependency",
  ]],
  "a dependency named twice": [inlinePlan({ a: [], b: ["a", "a"] }), {}, [
    "plan.yaml:14:23 repeated-dependency",
  ]],
  "dependencies that are text": [
    planWith(ENTRY.replace("[]", "a")),
    { "a.md": taskFile("id: a") },
    [
      "plan.yaml:3:62 wrong-type",
    ],
  ],
  "a task that waits for itself": [inlinePlan({ a: ["a"] }), {}, [
    "plan.yaml:4:9 dependency-cycle",
  ]],
  "a missing task file": [planWith(ENTRY), {}, ["plan.yaml:3:26 task-file-missing"]],
  "a task file that is a folder": [planWith(ENTRY), { "a.md/x": "" }, [
    "plan.yaml:3:26 not-a-file",
  ]],
  "a task file outside": [planWith(ENTRY.replace("a.md", "../a.md")), {}, [
    "plan.yaml:3:26 task-file-outside",
  ]],
  "an absolute task file": [planWith(ENTRY.replace("a.md", "/etc/passwd")), {}, [
    "plan.yaml:3:26 task-file-outside",
  ]],
  "a task file of another task": [planWith(ENTRY), { "a.md": taskFile("id: b") }, [
    "a.md:2:5 task-id-mismatch",
  ]],
  "a task file for two tasks": [
    planWith(ENTRY + ENTRY.replace("id: a", "id: b")),
    { "a.md": taskFile("labels: []") },
    ["plan.yaml:4:26 shared-task-file"],
  ],
  "a frontmatter that does not end": [planWith(ENTRY), { "a.md": "---\nid: a\n# Title\n" }, [
    "a.md:1:1 missing-section",
    "a.md:1:1 unclosed-frontmatter",
  ]],
  "a task file without frontmatter": [planWith(ENTRY), {
    "a.md": taskFile("x: 1").replace("---\nx: 1\n---\n", ""),
  }, ["a.md:1:1 missing-frontmatter"]],
  "a task file without sections": [planWith(ENTRY), { "a.md": "---\nid: a\n---\nDo it.\n" }, [
    "a.md:1:1 missing-section",
  ]],
  "an empty task file": [planWith(ENTRY), { "a.md": "---\nid: a\n---\n" }, [
    "a.md:1:1 empty-task",
  ]],
  "a task file that is still to be written": [planWith(ENTRY), {
    "a.md": "---\nid: a\n---\n# task-0: Untitled\n\n(To be filled in)\n",
  }, ["a.md:1:1 empty-task"]],
  "a task file of headings and blanks": [planWith(ENTRY), {
    "a.md": "---\nid: a\n---\n# Add login\n\n## Objective\n\n[What to do]\n\n" +
      "## Files to Touch\n\n**Create:**\n- TBD\n\n## Acceptance Criteria\n\n- [ ] ...\n<!-- x -->\n",
  }, ["a.md:1:1 empty-task"]],
  "an inline task that says nothing": [
    inlinePlan({ a: [] }).replace(/description: .*\n/, "description: TBD\n")
      .replace(/ {4}(?:files|acceptance):.*\n/g, ""),
    {},
    ["plan.yaml:4:5 empty-task", "plan.yaml:4:5 missing-section"],
  ],
  "a task file that differs from the index": [planWith(ENTRY), {
    "a.md": taskFile("id: a\npriority: low\ndependencies: [b]"),
  }, ["a.md:3:11 priority-differs", "a.md:4:15 dependencies-differ"]],
  "a status in the index": [planWith(ENTRY.replace("id: a", "id: a, status: completed")), {
    "a.md": taskFile("id: a"),
  }, ["plan.yaml:3:19 status-in-index"]],
  "a key twice": [planWith(ENTRY.replace("id: a", "id: a, name: B")), {
    "a.md": taskFile("id: a\nid: a"),
  }, ["plan.yaml:3:20 duplicate-key", "a.md:3:1 duplicate-key"]],
  "a colon in a plain value": ["metadata:\n  name: Fix: it\ntasks: [x]\n", {}, [
    "plan.yaml:2:9 yaml-syntax",
    "plan.yaml:3:9 wrong-type",
  ]],
  "a tab": ["metadata:\n\tname: A\n", {}, [
    "plan.yaml:1:1 missing-key",
    "plan.yaml:2:1 yaml-syntax",
  ]],
  "two documents": [`${planWith(ENTRY)}---\nx: 1\n`, { "a.md": taskFile("id: a") }, [
    "plan.yaml:5:1 multiple-documents",
  ]],
  "an alias without an anchor": [planWith(ENTRY.replace("[]", "*x")), {
    "a.md": taskFile("id: a"),
  }, ["plan.yaml:3:62 unknown-alias"]],
};

for (const [name, [plan, files, found]] of Object.entries(PROBLEMS)) {
  Deno.test(`loadPlan() finds ${name}`, async () => {
    const problems = await problemsOf({ "plan.yaml": plan, ...files });
    assertEquals(places(problems).sort(), found.toSorted());
    for (const { message, hint } of problems) assert(message !== "" && hint !== "");
  });
}

Deno.test("loadPlan() finds the problems of all files at once, in their order", async () => {
  const problems = await problemsOf({
    "plan.yaml": planWith(
      ENTRY.replace("high", "urgent") + ENTRY.replaceAll(/\ba\b/g, "b").replace("[]", "[c]"),
    ),
    "b.md": taskFile("id: x\nstatus: dnoe"),
  });
  assertEquals(
    places(problems),
    [
      "plan.yaml:3:26 task-file-missing",
      "plan.yaml:3:42 unknown-priority",
      "plan.yaml:4:63 unknown-dependency",
      "b.md:2:5 task-id-mismatch",
      "b.md:3:9 unknown-status",
    ],
  );
});

Deno.test("loadPlan() names the whole cycle, and each of several", async () => {
  const problems = await problemsOf({
    "plan.yaml": inlinePlan({ a: ["b"], b: ["c"], c: ["a"], d: ["e"], e: ["d"], f: ["a"] }),
  });
  assertEquals(problems.map(({ code, message }) => [code, message]), [
    ["dependency-cycle", "3 tasks wait for each other: a → b → c → a"],
    ["dependency-cycle", "2 tasks wait for each other: d → e → d"],
  ]);
});

Deno.test("loadPlan() says which word was meant", async () => {
  const problems = await problemsOf({
    "plan.yaml": inlinePlan({ "task-1": [], b: ["tsak-1"] })
      .replace("priority: medium", "priority: meduim")
      .replace("    dependencies: [tsak", "    dependancies: [tsak")
      .replace("description", "status: complted\n    description"),
  });
  const hints = problems.map(({ code, hint }) => `${code}: ${hint.split("?")[0]}`);
  assertEquals(hints, [
    'unknown-priority: did you mean "medium"',
    'unknown-status: did you mean "completed"',
    'missing-key: did you mean "dependencies" where it says "dependancies"',
  ]);
});

Deno.test("loadPlan() takes a key without a value for no misspelling of itself", async () => {
  const plan = inlinePlan({ a: [] }).replace("priority: medium", "priority:");
  const problems = await problemsOf({ "plan.yaml": plan });
  assertEquals(problems.map(({ code, hint }) => `${code}: ${hint}`), [
    "missing-priority: add `priority: …` to say something else",
  ]);
});

Deno.test("loadPlan() takes what has a safe default, and says so", async () => {
  await using folder = await planFolder({
    "my-plan/plan.yaml": "tasks:\n- id: a\n  file: a.md\n- id: b\n  description: Do b.\n",
    "my-plan/a.md": taskFile("status: Done").replace(/^# .*/m, "# The first one"),
  });
  const loaded = await loadPlan(join(folder.path, "my-plan"));
  assert(loaded.ok, JSON.stringify(loaded));
  const { name, tasks, warnings } = loaded.value;
  assertEquals(name, "my-plan");
  assertEquals(
    tasks.map(({ name, priority, dependencies, status }) => [name, priority, dependencies, status]),
    [["The first one", "medium", [], "completed"], ["b", "medium", [], "pending"]],
  );
  const kinds = groupProblems(warnings).map(([first, ...more]) => [first.code, more.length + 1]);
  assertEquals(kinds, [
    ["missing-name", 3],
    ["missing-priority", 2],
    ["missing-dependencies", 2],
    ["missing-section", 1],
    ["status-dialect", 1],
  ]);
});

Deno.test("loadPlan() says where a task file is if it is not where the plan says", async () => {
  await using folder = await planFolder({
    ".parallel/plans/plan.yaml": planWith(ENTRY + ENTRY.replaceAll(/\ba\b/g, "b")),
    ".parallel/plans/tasks/a.md": taskFile("id: a"),
    ".parallel/tasks/b.md": taskFile("id: b"),
  });
  const loaded = await loadPlan(join(folder.path, ".parallel/plans"));
  assert(!loaded.ok && loaded.failure.reason === "plan_invalid");
  assertEquals(loaded.failure.problems.map(({ hint }) => hint), [
    'there is one at "tasks/a.md": correct the path',
    `there is one at ${folder.path}/.parallel/tasks/b.md: move it into the plan's folder`,
  ]);
});

Deno.test("loadPlan() names another plan that is valid where the usual one is not", async () => {
  await using folder = await planFolder({
    ".parallel/plans/plan.yaml": planWith(ENTRY),
    ".parallel/plans/active/plan.yaml": inlinePlan({ a: [] }),
  });
  const loaded = await loadPlan(join(folder.path, ".parallel/plans/plan.yaml"));
  assert(!loaded.ok && loaded.failure.reason === "plan_invalid");
  assertEquals(loaded.failure.valid, join(folder.path, ".parallel/plans/active/plan.yaml"));
});
