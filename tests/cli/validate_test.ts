import { join } from "node:path";
import { command } from "../../src/cli/validate.ts";
import { resultOf } from "../../src/domain/failed.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { ENTRY, inlinePlan, planFolder, planWith, taskFile } from "../plan/folder.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";
import { recordedIo } from "./recorded_io.ts";

/** `parex validate <args>` in a folder. */
async function validate(cwd: string, ...args: string[]) {
  const io = { ...recordedIo(), cwd };
  const ended: { code?: number; failure?: Failure } = {};
  const parsed = command({ io, args: [], exit: (code) => void (ended.code = code) });
  const done = await resultOf(() => parsed.parseAsync(args, { from: "user" }));
  if (!done.ok) ended.failure = done.failure;
  return { ...ended, stdout: io.stdout(), stderr: io.stderr() };
}

Deno.test("validate says how many tasks a plan without problems has", async () => {
  await using folder = await planFolder({ "p/plan.yaml": inlinePlan({ a: [], b: ["a"] }) });
  assertEquals(await validate(folder.path, "p/plan.yaml"), {
    code: 0,
    stdout: "p/plan.yaml: 2 tasks, no problems\n",
    stderr: "",
  });
});

Deno.test("validate prints errors and warnings by file, each with its place and a hint", async () => {
  await using folder = await planFolder({
    "plan.yaml": planWith(ENTRY.replace("high", "hihg").replace("[]", "[b]")),
    "a.md": taskFile("id: a\ndependencies: []"),
  });
  const { code, stdout } = await validate(folder.path, ".");
  assertEquals(code, 2);
  assertEquals(
    stdout,
    `plan.yaml:3:42  error  the priority "hihg" is unknown (unknown-priority)
  did you mean "high"? a priority is one of: blocker, high, medium, low
plan.yaml:3:63  error  "a" depends on "b", which is not a task of the plan (unknown-dependency)
  add the task, or remove the dependency

a.md:3:15  warning  the dependencies differ from plan.yaml: here [], there ["b"] (dependencies-differ)
  plan.yaml counts; make them the same

plan.yaml: 2 errors, 1 warning
`,
  );
});

Deno.test("validate --json prints one object for machines", async () => {
  await using folder = await planFolder({ "plan.yaml": inlinePlan({ a: [] }) });
  const path = join(folder.path, "plan.yaml");
  const good = JSON.parse((await validate(folder.path, path, "--json")).stdout);
  assertEquals({ ...good, plan: { ...good.plan, identity: "…" } }, {
    valid: true,
    plan: { name: "Sample", path, identity: "…" },
    tasks: 1,
    problems: [],
  });
  await folder.write({ "plan.yaml": inlinePlan({ a: ["a"] }) });
  const bad = await validate(folder.path, path, "--json");
  assertEquals(bad.code, 2);
  assertEquals(JSON.parse(bad.stdout), {
    valid: false,
    plan: null,
    tasks: 0,
    problems: [{
      severity: "error",
      code: "dependency-cycle",
      file: path,
      line: 4,
      column: 9,
      message: '"a" depends on itself',
      hint: "remove one of these dependencies",
    }],
  });
});

Deno.test("validate prints no control characters of a plan", async () => {
  const priority = '"\\e[2J\\u202E\\r\\nx"';
  await using folder = await planFolder({
    "plan.yaml": planWith(ENTRY.replace("high", priority)),
    "a.md": taskFile("id: a"),
  });
  const { stdout } = await validate(folder.path, "plan.yaml");
  // deno-lint-ignore no-control-regex -- they are what must not be there
  assert(!/[\u0000-\u0009\u000b-\u001f\u202e]/.test(stdout), JSON.stringify(stdout));
  assert(stdout.includes("\\u{1b}[2J\\u{202e} x"));
});

Deno.test("validate finds the plan of the repository from any folder of it", async () => {
  await using repo = await tempRepo({
    files: { ".parallel/plans/active/plan.yaml": inlinePlan({ a: [] }), "src/x.ts": "" },
  });
  const { code, stdout } = await validate(join(repo.root, "src"));
  assertEquals([code, stdout], [0, "../.parallel/plans/active/plan.yaml: 1 task, no problems\n"]);
});

Deno.test("validate says where it looked when there is no plan", async () => {
  await using folder = await planFolder();
  const looked = [".parallel/plans/plan.yaml", ".parallel/plans/active/plan.yaml"];
  assertEquals((await validate(folder.path)).failure, {
    reason: "plan_not_found",
    looked: looked.map((path) => join(folder.path, path)),
  });
  assertEquals((await validate(folder.path, "x.yaml")).failure, {
    reason: "plan_not_found",
    looked: [join(folder.path, "x.yaml")],
  });
});

Deno.test("validate summarizes many problems of one kind, and lists each with --all", async () => {
  const entries = Array.from({ length: 157 }, (_, i) => `- {id: t${i}, description: Do it.}\n`);
  await using folder = await planFolder({ "plan.yaml": planWith(entries.join("")) });
  const { code, stdout } = await validate(folder.path, "plan.yaml");
  assertEquals(code, 0);
  assertEquals(
    stdout.split("\n").filter((line) => line.includes("priority")),
    [
      'plan.yaml:3:3  warning  157 times: the task "t0" has no "priority": "medium" is taken (missing-priority)',
      "  add `priority: …` to say something else",
    ],
  );
  assert(
    stdout.includes("  also at plan.yaml:4:3, plan.yaml:5:3 and 154 more: --all lists them\n"),
  );
  const all = await validate(folder.path, "plan.yaml", "--all");
  assertEquals(
    all.stdout.split("\n").filter((line) => line.includes("missing-priority")).length,
    157,
  );
});
