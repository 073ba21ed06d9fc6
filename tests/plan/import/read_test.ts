import { join } from "node:path";
import { loadPlan } from "../../../src/plan/load.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { planFolder } from "../folder.ts";
import { SAMPLES } from "./samples.ts";

for (const [title, sample] of Object.entries(SAMPLES)) {
  Deno.test(`a list of ${title}'s is read with its order, its parts and what is done`, async () => {
    await using folder = await planFolder({ ".git/HEAD": "", ...sample.files });
    const loaded = await loadPlan(join(folder.path, sample.path));
    assert(loaded.ok, JSON.stringify(loaded, null, 2));
    const { tasks, foreign } = loaded.value;
    assertEquals(foreign?.title, title);
    const undone = tasks.filter(({ status }) => status !== "completed");
    assertEquals(
      Object.fromEntries(undone.map(({ id, dependencies }) => [id, dependencies.toSorted()])),
      Object.fromEntries(Object.entries(sample.waits).map(([id, ids]) => [id, ids.toSorted()])),
    );
    const done = tasks.filter(({ status }) => status === "completed").map(({ id }) => id);
    assertEquals(done.toSorted(), sample.done.toSorted());
  });
}

/** The specification of a task. */
async function bodyOf(title: string, id: string): Promise<string> {
  const sample = SAMPLES[title];
  assert(sample);
  await using folder = await planFolder({ ".git/HEAD": "", ...sample.files });
  const loaded = await loadPlan(join(folder.path, sample.path));
  assert(loaded.ok);
  return loaded.value.tasks.find((task) => task.id === id)?.body ?? "";
}

Deno.test("a task's prompt names what explains it, and says what it is a part of", async () => {
  const spec = await bodyOf("Spec Kit", "T008");
  assert(spec.startsWith("# Fill a jar in src/fill.ts\n"), spec);
  assert(spec.includes("never beyond its rim") && spec.includes("Phase 3: User Story 1"), spec);
  assert(spec.includes("in `specs/004-pantry`: `spec.md`, `plan.md`"), spec);
  const part = await bodyOf("Task Master", "2.2");
  assert(part.includes("**2: Build the oven**\n\nOf clay."), part);
  assert(part.includes("`../docs/prd.txt`"), part);
});

Deno.test("an ambiguous list gets a remark on how it was read", async () => {
  const told: string[] = [];
  for (const sample of Object.values(SAMPLES)) {
    await using folder = await planFolder({ ".git/HEAD": "", ...sample.files });
    const loaded = await loadPlan(join(folder.path, sample.path));
    assert(loaded.ok);
    told.push(...loaded.value.warnings.map(({ message }) => message));
  }
  for (
    const message of [
      "US1, US2 are done one after the other",
      "executed as well, though marked as optional: 2.3, 6.1",
      "the list gives no order within a section",
      "1.2 is in review and counts as done",
      '2.3 is "drafted", not approved yet, and is executed',
      "3.11 has no story file yet: left out",
      '11 is "cancelled" and counts as done',
      "8 waits for 7, which is deferred: left out",
      "bd-9 is deferred: left out",
    ]
  ) assert(told.some((each) => each.includes(message)), `${message} in:\n${told.join("\n")}`);
});

Deno.test("a list is known by its content where its place says nothing", async () => {
  const of = (title: string, file: string) => SAMPLES[title]?.files[file] ?? "";
  await using folder = await planFolder({
    "a.md": of("Spec Kit", "specs/004-pantry/tasks.md"),
    "b.md": of("Kiro", ".kiro/specs/harbour/tasks.md"),
    "c.md": of("OpenSpec", "openspec/changes/add-search/tasks.md"),
    "d.json": of("Task Master", ".taskmaster/tasks/tasks.json"),
    "e.jsonl": of("beads", ".beads/issues.jsonl"),
    "f.md": "# Notes\n\nNothing to do.\n",
  });
  const titles = await Promise.all(
    ["a.md", "b.md", "c.md", "d.json", "e.jsonl"].map(async (name) => {
      const loaded = await loadPlan(join(folder.path, name));
      return loaded.ok ? loaded.value.foreign?.title : JSON.stringify(loaded.failure);
    }),
  );
  assertEquals(titles, ["Spec Kit", "Kiro", "OpenSpec", "Task Master", "beads"]);
  const other = await loadPlan(join(folder.path, "f.md"));
  assert(!other.ok && other.failure.reason === "plan_invalid");
  assertEquals(other.failure.problems.map(({ code }) => code), ["not-a-list"]);
});

Deno.test("Task Master's tags and its old places are read", async () => {
  const task = (id: number, more = "") =>
    `{"id": ${id}, "title": "T", "description": "Do."${more}}`;
  await using folder = await planFolder({
    "old/tasks/tasks.json": `{"tasks": [${task(1)}, ${task(2, ', "dependencies": [1]')}]}`,
    "new/.taskmaster/tasks/tasks.json": `{"master": {"tasks": [${
      task(1)
    }]}, "feature x": {"tasks": [${task(1)}, ${task(2, ', "dependencies": [1]')}]}}`,
  });
  const ids = async (path: string) => {
    const loaded = await loadPlan(join(folder.path, path));
    assert(loaded.ok, JSON.stringify(loaded));
    return loaded.value.tasks.map(({ id, dependencies }) => [id, dependencies]);
  };
  assertEquals(await ids("old/tasks/tasks.json"), [["1", []], ["2", ["1"]]]);
  assertEquals(await ids("new/.taskmaster"), [
    ["master-1", []],
    ["feature-x-1", []],
    ["feature-x-2", ["feature-x-1"]],
  ]);
});
