import { join } from "node:path";
import { LIMITS } from "../../src/plan/limits.ts";
import { loadPlan } from "../../src/plan/load.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { ENTRY, inlinePlan, planFolder, planWith, problemsOf, taskFile, valid } from "./folder.ts";

/** Files that would fill the memory or the time of a reader without limits. */
const EXCESSES: Record<string, [plan: string | Uint8Array, code: string]> = {
  "more bytes than allowed": ["#".repeat(LIMITS.fileBytes + 1), "too-large"],
  "millions of open brackets": ["[".repeat(LIMITS.fileBytes), "too-deep"],
  "millions of open braces": ["tasks: " + "{".repeat(1_000_000), "too-deep"],
  "more tokens than allowed": ["#\n".repeat(600_000), "too-large"],
  "lists in lists without brackets": ["- ".repeat(20_000) + "a", "yaml-syntax"],
  "more aliases than allowed": ["a: &a 1\nb: [" + "*a,".repeat(1_001) + "]", "too-many-aliases"],
  "more entries than allowed": [
    planWith(ENTRY.replace("[]", `[${"b,".repeat(10_001)}]`)),
    "too-many-entries",
  ],
  "more tasks than allowed": [planWith("- {id: a}\n".repeat(10_001)), "too-many-tasks"],
  "text that is not UTF-8": [new Uint8Array([0x61, 0xff, 0x62]), "not-utf8"],
  "UTF-16": [new Uint8Array([0xff, 0xfe, 0x61, 0]), "not-utf8"],
};

for (const [name, [plan, code]] of Object.entries(EXCESSES)) {
  Deno.test(`loadPlan() refuses ${name}`, async () => {
    const problems = await problemsOf({ "plan.yaml": plan });
    assert(problems.some((problem) => problem.code === code), JSON.stringify(problems, null, 2));
    assert(problems.length < 50);
  });
}

Deno.test("loadPlan() refuses a task file that is too large or not text", async () => {
  const plan = planWith(ENTRY + ENTRY.replaceAll(/\ba\b/g, "b"));
  const problems = await problemsOf({
    "plan.yaml": plan,
    "a.md": "x".repeat(LIMITS.fileBytes + 1),
    "b.md": new Uint8Array([0xc0]),
  });
  assertEquals(problems.map(({ code }) => code), ["too-large", "not-utf8"]);
});

Deno.test("loadPlan() takes anchors that repeat themselves, and lists that hold themselves", async () => {
  const lists = Array.from(
    { length: 9 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]\n`,
  );
  const bomb = `l0: &l0 [a, a, a]\n${lists.join("")}self: &self [*self]\nmap: &map {<<: *map}\n`;
  await using folder = await planFolder({
    "plan.yaml": bomb + planWith(ENTRY),
    "a.md": taskFile("id: a"),
  });
  assert((await loadPlan(folder.path)).ok);
});

Deno.test("loadPlan() lists the first problems of a broken file and counts the others", async () => {
  const problems = await problemsOf({ "plan.yaml": `"a" "b"${' "c"'.repeat(1_000)}` });
  const syntax = problems.filter(({ code }) => code === "yaml-syntax");
  assertEquals(syntax.length, LIMITS.yamlProblems);
  assert(problems.some(({ code }) => code === "more-problems"));
});

Deno.test("loadPlan() does not wait for a pipe", async () => {
  await using folder = await planFolder();
  const path = join(folder.path, "plan.yaml");
  assert((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
  const loaded = await loadPlan(path);
  assert(!loaded.ok && loaded.failure.reason === "plan_invalid");
  assertEquals(loaded.failure.problems.map(({ code }) => code), ["not-a-file"]);
});

/** Texts on which a pattern with too much freedom would run for hours, or out of its stack. */
const TASK_FILES: Record<string, string> = {
  "blank lines": "\n".repeat(LIMITS.fileBytes - 10) + "Do it.\n",
  "lines of a frontmatter": "---\n".repeat(1_000_000) + "Do it.\n",
  "hundreds of thousands of files": "## Files\n" +
    Array.from({ length: 300_000 }, (_, i) => `- \`f${i}\`\n`).join(""),
  "groups followed by spaces": "## Files\n" + `- create${" ".repeat(900)}x\n`.repeat(5_000),
};

for (const [name, text] of Object.entries(TASK_FILES)) {
  Deno.test(`loadPlan() reads a task file of ${name}`, async () => {
    const { tasks } = await valid({ "plan.yaml": planWith(ENTRY), "a.md": text });
    assertEquals(tasks.length, 1);
  });
}

Deno.test("loadPlan() takes 10,000 tasks, each of which waits for the one before", async () => {
  const edges = Array.from({ length: LIMITS.tasks }, (_, i) => [`t${i}`, i ? [`t${i - 1}`] : []]);
  const { tasks, warnings } = await valid({ "plan.yaml": inlinePlan(Object.fromEntries(edges)) });
  assertEquals([tasks.length, warnings], [LIMITS.tasks, []]);
});
