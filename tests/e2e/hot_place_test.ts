import { eventsOf, rig } from "../support/rig.ts";
import { assert, assertEquals } from "../support/assert.ts";

/** Adds a line at the top of one list; where a merge with the base is half done, keeps both sides. */
const ADDS_A_LINE = `
if git rev-parse -q --verify MERGE_HEAD >/dev/null; then
  sed -i '/^<<<<<<<\\|^=======\\|^>>>>>>>/d' CHANGES
  git add CHANGES
  git commit -q --no-edit
else
  sed -i "1a - by $PAREX_TASK_ID" CHANGES
  git commit -qam "feat: $PAREX_TASK_ID"
fi
`;

Deno.test("tasks that add a line at the same place are repaired one after the other, and all land", async () => {
  const tasks = Array.from({ length: 6 }, (_, at) => `t${at}`);
  await using stage = await rig({
    tasks: Object.fromEntries(tasks.map((task) => [task, {}])),
    files: { CHANGES: "# Changes\n\n- first\n" },
    config: "test: sh -c 'test -s CHANGES'\n",
    agent: { any: ADDS_A_LINE },
  });
  const run = await stage.execute({ land: "merge", jobs: 4 });
  assertEquals(run.code, 0);
  const lines = (await stage.repo.git(["show", "main:CHANGES"])).split("\n");
  for (const task of tasks) assert(lines.includes(`- by ${task}`), `${task} is lost`);
  const starts = eventsOf(run.events, "agent.started").length;
  assert(starts <= 2 * tasks.length, `${starts} agents were started`);
});
