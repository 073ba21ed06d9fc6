import fc from "fast-check";
import { join } from "node:path";
import type { Plan } from "../../../src/domain/plan.ts";
import { STATUSES } from "../../../src/domain/task.ts";
import { FILE_FORMATS } from "../../../src/plan/import/detect.ts";
import { NotAList } from "../../../src/plan/import/format.ts";
import { resolveList } from "../../../src/plan/import/resolve.ts";
import { loadPlan } from "../../../src/plan/load.ts";
import { readStatus, writeStatus } from "../../../src/plan/status.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { type PlanFolder, planFolder } from "../folder.ts";
import { mutated } from "../mutated.ts";
import { SAMPLES } from "./samples.ts";

const FRAGMENTS = [
  ..."[]{}:,#*-_\"'\\ \n\r\t\u0000\uFEFF",
  "- [ ] ",
  "- [x] 1.1 ",
  "<!--",
  "-->",
  "```\n",
  "## 2. ",
  "T001 ",
  "_Depends: 1, 9_",
  "---\n",
  "null",
  '"subtasks": [',
  '"dependencies": [1, "2", {}]',
  '"status": 7',
  "__proto__",
  "constructor",
  "status: ",
  "\uD800",
];

for (const [title, { path, files }] of Object.entries(SAMPLES)) {
  Deno.test(`no list of ${title}'s makes its reader throw`, () => {
    const format = FILE_FORMATS.find((each) => each.title === title);
    assert(format);
    const names = Object.keys(files);
    fc.assert(
      fc.property(
        fc.constantFrom(...names).chain((name) =>
          mutated(files[name] ?? "", FRAGMENTS).map((text) => ({ ...files, [name]: text }))
        ),
        (changed) => {
          const sources = Object.entries(changed).filter(([name]) => !EXPLAINS.test(name))
            .map(([name, text]) => ({ path: `/repo/${name}`, text }));
          try {
            const { tasks } = resolveList(format.read(sources, `/repo/${path}`));
            const ids = tasks.map(({ id }) => id.toLowerCase());
            assertEquals(new Set(ids).size, ids.length);
          } catch (error) {
            assert(error instanceof NotAList, String(error));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  Deno.test(`marks in a list of ${title}'s change nothing but themselves`, async () => {
    await using folder = await planFolder({ ".git/HEAD": "", ...files });
    const before = await load(folder, path);
    const ids = before.tasks.map(({ id }) => id);
    const steps = fc.array(
      fc.record({ id: fc.constantFrom(...ids), status: fc.constantFrom(...STATUSES) }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        await folder.write(files);
        const { tasks } = await load(folder, path);
        const wanted = new Map(tasks.map(({ id, status }) => [id, status === "completed"]));
        for (const { id, status } of steps) {
          const task = tasks.find((each) => each.id === id);
          assert(task);
          const written = writeStatus(task, status);
          assert(written.ok, JSON.stringify(written));
          wanted.set(id, status === "completed");
          assertEquals(readStatus(task), {
            ok: true,
            value: status === "completed" ? status : "pending",
          });
        }
        const after = await load(folder, path);
        // A task of a group that is done is done with it.
        for (const { id, status, body } of after.tasks) {
          if (wanted.get(id)) assertEquals([id, status], [id, "completed"]);
          const same = before.tasks.find((task) => task.id === id);
          if (title !== "BMAD") assertEquals(body, same?.body);
        }
      }),
      { numRuns: 15 },
    );
  });

  Deno.test(`a mark in a list of ${title}'s changes one place, and no other byte`, async () => {
    await using folder = await planFolder({ ".git/HEAD": "", ...files });
    const { tasks } = await load(folder, path);
    const names = Object.keys(files);
    const texts = () =>
      Promise.all(names.map((name) => Deno.readTextFile(join(folder.path, name))));
    for (const task of tasks.filter(({ status, id }) => status === "pending" && !LAST.has(id))) {
      const was = await texts();
      assert(writeStatus(task, "completed").ok);
      const changes = (await texts()).map((text, at) => changeOf(was[at] ?? "", text));
      const made = changes.filter(([before, after]) => before !== after);
      // BMAD says it in two files.
      assertEquals(made.length, title === "BMAD" ? 2 : 1, task.id);
      for (const [before, after] of made) {
        assert(/^[ \w"':,\n~-]{0,30}$/.test(before + after), JSON.stringify([before, after]));
      }
    }
  });
}

/** What a list's reader is not given. */
const EXPLAINS = /(?:spec|plan|proposal|requirements|design)\.md$|prd\.txt$/;
/** With these a group is done as well. */
const LAST = new Set(["2.3", "4.3", "2.2.2", "task-4.2"]);

/** What stands between the equal beginnings and ends of two texts. */
function changeOf(before: string, after: string): [before: string, after: string] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

async function load(folder: PlanFolder, path: string): Promise<Plan> {
  const loaded = await loadPlan(join(folder.path, path));
  assert(loaded.ok, JSON.stringify(loaded));
  return loaded.value;
}
