import { join } from "node:path";
import { loadPlan } from "../../../src/plan/load.ts";
import { LIMITS } from "../../../src/plan/limits.ts";
import { writeStatus } from "../../../src/plan/status.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { planFolder } from "../folder.ts";
import { SAMPLES } from "./samples.ts";

for (const [title, { path, files, waits }] of Object.entries(SAMPLES)) {
  Deno.test(`a list of ${title}'s with the line breaks of Windows is read and marked like any`, async () => {
    const windows = Object.entries(files).map(([name, text]) =>
      [name, text.replaceAll("\n", "\r\n")] as const
    );
    await using folder = await planFolder({ ".git/HEAD": "", ...Object.fromEntries(windows) });
    const loaded = await loadPlan(join(folder.path, path));
    assert(loaded.ok, JSON.stringify(loaded));
    const undone = loaded.value.tasks.filter(({ status }) => status !== "completed");
    assertEquals(undone.map(({ id }) => id).toSorted(), Object.keys(waits).toSorted());
    for (const task of undone) assert(writeStatus(task, "completed").ok);
    for (const [name] of windows) {
      const text = await Deno.readTextFile(join(folder.path, name));
      assert(!/[^\r]\n/.test(text), name);
    }
    const again = await loadPlan(join(folder.path, path));
    assert(again.ok && again.value.tasks.every(({ status }) => status === "completed"));
  });
}

Deno.test("BMAD stories state their status in many ways", async () => {
  const statuses: Record<string, [line: string, status: string]> = {
    "1.1.a.md": ["## Status\n\nReady for Review", "completed"],
    "2.1.b.md": ["**Status:** Draft", "pending"],
    "3.1.c.md": ["Status: Done - all tests pass", "completed"],
    "4.1.d.md": ["Status: ✅ Completed", "completed"],
    "5.1.e.md": ["**Status**: In Progress", "in_progress"],
    "6.1.f.md": ["No word on it.", "pending"],
  };
  const files = Object.entries(statuses).map(([name, [line]]) => [
    `docs/stories/${name}`,
    `# Story ${name.slice(0, 3)}: Title\n\n${line}\n\n## Story\n\nDo it.\n`,
  ]);
  await using folder = await planFolder(Object.fromEntries(files));
  const load = async () => {
    const loaded = await loadPlan(join(folder.path, "docs/stories"));
    assert(loaded.ok, JSON.stringify(loaded));
    return loaded.value.tasks;
  };
  const tasks = await load();
  assertEquals(
    tasks.map(({ status }) => status),
    Object.values(statuses).map(([, status]) => status),
  );
  for (const task of tasks) assert(writeStatus(task, "completed").ok);
  assert((await load()).every(({ status }) => status === "completed"));
});

Deno.test("a list that is too large is refused with its size", async () => {
  const line = `- [ ] T001 ${"x".repeat(1000)}\n`;
  const text = line.repeat(Math.ceil(LIMITS.fileBytes * 1.2 / line.length));
  await using folder = await planFolder({ "specs/001-x/tasks.md": text });
  const loaded = await loadPlan(join(folder.path, "specs/001-x"));
  assert(!loaded.ok && loaded.failure.reason === "plan_invalid");
  assertEquals(loaded.failure.problems.map(({ message }) => message), [
    "tasks.md has 6.0 MiB; the limit is 5.0 MiB",
  ]);
});

Deno.test("a list of more tasks than a plan may have is refused with their number", async () => {
  const text = Array.from({ length: LIMITS.tasks + 1 }, (_, n) => `- [ ] T${n + 10_000} Do it\n`)
    .join("");
  await using folder = await planFolder({ "specs/001-x/tasks.md": text });
  const loaded = await loadPlan(join(folder.path, "specs/001-x"));
  assert(!loaded.ok && loaded.failure.reason === "plan_invalid");
  assertEquals(loaded.failure.problems.map(({ code }) => code), ["too-many-tasks"]);
});

Deno.test("two phases of thousands of tasks side by side make no millions of dependencies", async () => {
  const phase = (from: number) =>
    Array.from({ length: 5_000 }, (_, n) => `- [ ] T${from + n} [P] Do it\n`).join("");
  const text = `## Phase 1: A\n\n${phase(10_000)}\n## Phase 2: B\n\n${phase(20_000)}`;
  await using folder = await planFolder({ "specs/001-x/tasks.md": text });
  const loaded = await loadPlan(join(folder.path, "specs/001-x"));
  assert(loaded.ok);
  const { tasks } = loaded.value;
  const count = tasks.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
  assertEquals([tasks.length, count], [10_000, 4_999 + 5_000]);
});

Deno.test("a broken list is reported with its place, without advice about YAML", async () => {
  await using folder = await planFolder({
    ".taskmaster/tasks/tasks.json": '{"master": {"tasks": [\n  {"id": 1,}\n]}}',
    ".beads/issues.jsonl": '{"id": "a", "title": "A"}\n{"id": \n',
  });
  for (const [path, line] of [[".taskmaster", 2], [".beads", 2]] as const) {
    const loaded = await loadPlan(join(folder.path, path));
    assert(!loaded.ok && loaded.failure.reason === "plan_invalid");
    const [problem] = loaded.failure.problems;
    assertEquals([problem?.code, problem?.line], ["not-a-list", line]);
    assert(!/yaml/i.test(`${problem?.message} ${problem?.hint}`));
  }
});

Deno.test("a list that is nested a thousand levels deep is refused, not a crash", async () => {
  const deep = (depth: number) => `{"a": `.repeat(depth) + "1" + "}".repeat(depth);
  for (const depth of [2_000, 8_000, 100_000]) {
    await using folder = await planFolder({
      ".taskmaster/tasks/tasks.json":
        `{"tasks": [{"id": 1, "title": "A", "description": "Do it.", "more": ${deep(depth)}}]}`,
    });
    const loaded = await loadPlan(join(folder.path, ".taskmaster"));
    if (loaded.ok) continue;
    assert(loaded.failure.reason === "plan_invalid");
    assert(["not-a-list", "too-deep"].includes(loaded.failure.problems[0]?.code ?? ""));
  }
});
