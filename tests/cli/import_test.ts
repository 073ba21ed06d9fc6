import { join } from "node:path";
import { loadPlan } from "../../src/plan/load.ts";
import { NEEDS_GH, onGitHub } from "../github/rig.ts";
import { SAMPLES } from "../plan/import/samples.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { parex } from "../support/parex.ts";
import { tempRepo } from "../support/repo.ts";

for (const [title, { path, files, waits, done }] of Object.entries(SAMPLES)) {
  Deno.test(`import writes the same plan of a list of ${title}'s once and again`, async () => {
    await using repo = await tempRepo({ files });
    const first = await parex(["import", "--json"], { cwd: repo.root });
    assertEquals(first.code, 0, first.stderr);
    const { format, tasks, unchanged } = JSON.parse(first.stdout);
    assertEquals([format, tasks, unchanged], [
      title,
      Object.keys(waits).length + done.length,
      false,
    ]);
    const plan = await loadPlan(join(repo.root, ".parallel/plans"));
    assert(plan.ok, JSON.stringify(plan));
    const undone = plan.value.tasks.filter(({ status }) => status !== "completed");
    assertEquals(undone.map(({ id }) => id).toSorted(), Object.keys(waits).toSorted());
    for (const { id, dependencies } of undone) {
      assertEquals(dependencies.toSorted(), waits[id]?.toSorted(), id);
    }
    const before = await repo.read(".parallel/plans/plan.yaml");
    const second = await parex(["import", path, "--json"], { cwd: repo.root });
    assertEquals([second.code, JSON.parse(second.stdout).unchanged], [0, true]);
    assertEquals(await repo.read(".parallel/plans/plan.yaml"), before);
  });
}

Deno.test("import names the lists of a repository that has several, and the formats where it has none", async () => {
  await using repo = await tempRepo({ files: { ...SAMPLES.Kiro?.files, ...SAMPLES.beads?.files } });
  const several = await parex(["import"], { cwd: repo.root });
  assertEquals(several.code, 2);
  assert(
    several.stderr.includes(".kiro/specs/harbour/tasks.md  (Kiro)\n.beads/issues.jsonl  (beads)\n"),
  );
  assert(
    several.stderr.includes("next: name one of them: parex import .kiro/specs/harbour/tasks.md"),
  );
  const other = await parex(["import", "README.md"], { cwd: repo.root });
  assertEquals(other.code, 2);
  assert(
    other.stderr.includes("Spec Kit, Kiro, OpenSpec, BMAD, Task Master, Backlog.md and beads"),
  );
});

Deno.test("a missing plan names all ways to one, and the lists of the repository", async () => {
  await using repo = await tempRepo({ files: SAMPLES.Kiro?.files ?? {} });
  const { code, stderr } = await parex(["execute"], { cwd: repo.root });
  assertEquals(code, 2);
  for (const way of ["parex plan ", "parex new", "parex extract", "/parex", "parex execute "]) {
    assert(stderr.includes(way), `${way} in ${stderr}`);
  }
  assert(stderr.includes("execute the tasks of Kiro: "), stderr);
});

Deno.test({
  name: "import takes GitHub issues by their label, in the order that they tell",
  ...NEEDS_GH,
  fn: async () => {
    await using repo = await tempRepo();
    await using github = await onGitHub(repo);
    const issue = (number: number, title: string, body: string, labels = ["parallel"]) => ({
      number,
      title,
      body,
      labels,
      state: "open" as const,
      comments: [],
    });
    github.issues.push(
      issue(1, "Lay the track", "With sleepers."),
      { ...issue(2, "Buy rails", "Of steel."), state: "closed" },
      issue(3, "Run a train", "Blocked by #1, #2 and #9.", ["parallel", "priority: high"]),
      issue(4, "Open the line", "- [ ] #1\n- [ ] the party for #3"),
      issue(5, "Paint it", "After #4.", ["other"]),
      issue(6, "Paint the train", "Depends on #4."),
    );
    const { code, stderr } = await parex(["import", "--label", "parallel"], {
      cwd: repo.root,
      env: github.env,
    });
    assertEquals(code, 0, stderr);
    const plan = await loadPlan(join(repo.root, ".parallel/plans"));
    assert(plan.ok, JSON.stringify(plan));
    assertEquals(
      plan.value.tasks.map((
        { id, status, priority, dependencies, issue },
      ) => [id, status, priority, dependencies, issue]),
      [
        ["issue-1", "pending", "medium", [], 1],
        ["issue-2", "completed", "medium", [], 2],
        ["issue-3", "pending", "high", ["issue-1", "issue-2"], 3],
        ["issue-6", "pending", "medium", ["issue-3"], 6],
      ],
    );
  },
});

Deno.test("new writes a valid plan that explains itself, and never over another one", async () => {
  await using repo = await tempRepo();
  const made = await parex(["new", "My plan"], { cwd: repo.root });
  assertEquals([made.code, made.stdout], [0, ".parallel/plans/plan.yaml: a plan with one task\n"]);
  const plan = await loadPlan(join(repo.root, ".parallel/plans"));
  assert(plan.ok);
  assertEquals([plan.value.name, plan.value.warnings], ["My plan", []]);
  const again = await parex(["new", "Another"], { cwd: repo.root });
  assertEquals(again.code, 2);
  assert(again.stderr.includes("nothing was written"), again.stderr);
});
