/** `parex prs` as a person runs it, with the real gh against a fake GitHub. */
import { planKeyOf } from "../../src/domain/names.ts";
import { loadPlan } from "../../src/plan/load.ts";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { parex } from "../support/parex.ts";
import { must } from "../support/result.ts";
import { makeRig, NEEDS_GH, type Rig } from "./rig.ts";

const PLAN = `metadata: { name: sample }
tasks:
  - { id: task-1, name: First, file: task-1.md, priority: high, dependencies: [] }
  - { id: task-2, name: Second, file: task-2.md, priority: high, dependencies: [task-1] }
`;

function taskFile(id: string, status: string, more = ""): string {
  return `---\nid: ${id}\nstatus: ${status}\n${more}---\n# Title of ${id}\n\n## Objective\n\nDo it.\n`;
}

/** A plan on disk whose tasks' branches have their work. */
async function planned(rig: Rig): Promise<void> {
  await rig.done({ id: "task-1" });
  await rig.done({ id: "task-2", dependencies: ["task-1"] });
  const folder = ".parallel/plans";
  await rig.temp.write({
    [`${folder}/plan.yaml`]: PLAN,
    [`${folder}/task-1.md`]: taskFile("task-1", "completed", "labels: [bug]\n"),
    [`${folder}/task-2.md`]: taskFile("task-2", "completed"),
  });
  const { identity } = must(await loadPlan(`${rig.temp.root}/${folder}/plan.yaml`));
  for (const id of ["task-1", "task-2"]) {
    await rig.temp.git(["config", planKeyOf(`feature/${id}`), identity]);
  }
}

Deno.test({
  name: "parex prs opens what is missing, and none when it is run again",
  ...NEEDS_GH,
  fn: async () => {
    await using rig = await makeRig();
    await planned(rig);
    rig.github.labels.push("bug");
    const prs = (...args: string[]) =>
      parex(["prs", ...args], { cwd: rig.temp.root, env: rig.github.env });

    const first = await prs();
    assertEquals([first.code, first.stdout, first.stderr], [
      0,
      "task-1        created   https://github.com/o/r/pull/1\n" +
      "task-2        created   https://github.com/o/r/pull/2\n",
      "",
    ]);
    const [one, two] = rig.github.pullRequests;
    assertEquals([one?.title, one?.labels, one?.base], ["Title of task-1", ["bug"], "main"]);
    assertEquals(two?.base, "feature/task-1");

    const again = JSON.parse((await prs("--json")).stdout);
    assertEquals(again.pull_requests.map(({ state }: { state: string }) => state), [
      "kept",
      "kept",
    ]);
    assertEquals(rig.github.pullRequests.length, 2);
  },
});

Deno.test({
  name: "parex prs ends with 1 when one fails, with 3 when nothing can be done",
  ...NEEDS_GH,
  fn: async () => {
    await using rig = await makeRig();
    await planned(rig);
    const prs = (env: Record<string, string> = {}) =>
      parex(["prs"], { cwd: rig.temp.root, env: { ...rig.github.env, ...env } });

    rig.github.faults.push({ on: "POST /pulls", status: 422, message: "No commits between" });
    const partly = await prs();
    assertEquals(partly.code, 1);
    assertMatch(partly.stdout, /^task-1 +failed .*\ntask-2 +created /);
    assertMatch(partly.stderr, /No commits between/);

    const loggedOut = await prs({ GH_TOKEN: "" });
    assertEquals([loggedOut.code, loggedOut.stdout], [3, ""]);
    assertMatch(loggedOut.stderr, /next: log in: gh auth login --hostname github\.com/);
  },
});
