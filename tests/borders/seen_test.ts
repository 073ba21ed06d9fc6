/** What an agent without a sandbox changes behind its borders is seen, told, and put back in git. */
import { join } from "node:path";
import type { Task } from "../../src/domain/task.ts";
import { lookoutFor } from "../../src/run/context/plan_paths.ts";
import { withinBorders } from "../../src/run/task/borders.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { writeFiles } from "../support/repo.ts";
import { eventsOf, rig } from "../support/rig.ts";
import { bordered, git, stateOf } from "./stage.ts";
import { WAYS } from "./ways.ts";

Deno.test("no way out of a worktree leaves main, HEAD, the index or git's files changed", async () => {
  await using stage = await bordered();
  const { root, scope, worktree, told } = stage;
  const wrong: string[] = [];
  let before = stateOf(root);
  for (const [name, script] of Object.entries(WAYS)) {
    told.length = 0;
    scope.reportedCrossings.clear();
    await withinBorders(scope, worktree, () => stage.run(script));
    const now = stateOf(root);
    for (const [what, was] of Object.entries(before)) {
      if (now[what] !== was) wrong.push(`${name}: ${what} was\n${was}\nand is\n${now[what]}`);
    }
    if (told.length === 0) wrong.push(`${name}: not seen`);
    stage.tidyUp();
    before = stateOf(root);
  }
  assertEquals(wrong.join("\n\n"), "");
  assert(Object.keys(WAYS).length >= 60);
});

Deno.test("what the user does meanwhile stays, and what the agent does on its own branch is nobody's concern", async () => {
  await using stage = await bordered();
  const { root, scope, worktree, told } = stage;
  const { left } = await withinBorders(scope, worktree, async () => {
    await stage.run(
      `echo work > w.txt; git add w.txt; git commit -qm work; git stash list; git fetch -q ../..`,
    );
    await writeFiles(root, { "users.txt": "mine\n" });
    git(root, "add", "users.txt");
    git(root, "commit", "-qm", "The user's");
    git(root, "checkout", "-q", "-b", "topic");
    git(root, "config", "branch.topic.remote", "origin");
    git(root, "status");
  });
  assertEquals(left, undefined);
  assertEquals(told, []);
  assertEquals(git(root, "log", "-1", "--format=%s"), "The user's");
});

Deno.test("a status line that parex writes into a task file meanwhile is not a change of the agent's", async () => {
  await using stage = await bordered();
  const { root, scope, worktree, told } = stage;
  const path = join(root, "plan/tasks/other.md");
  await writeFiles(root, { "plan/tasks/other.md": "---\nid: other\n---\n# Other\n" });
  const other = { id: "other", source: { kind: "file", path } } as Task;
  const plan = {
    ...{ name: "p", identity: "p", warnings: [] },
    ...{ path: join(root, "plan/plan.yaml"), tasks: [other] },
  };
  const lookout = lookoutFor(scope.repo, plan, scope.dir);
  await withinBorders({ ...scope, lookout }, worktree, async () => {
    await Deno.writeTextFile(path, "---\nid: other\nstatus: testing\n---\n# Other\n");
  });
  assertEquals(told, []);
  await withinBorders({ ...scope, lookout }, worktree, async () => {
    await Deno.writeTextFile(path, "---\nid: other\nstatus: testing\n---\n# Another\n");
  });
  assertEquals(told.length, 1);
});

Deno.test("where parex cannot look any more, the task's work is not trusted", async () => {
  await using stage = await bordered();
  const { scope, worktree, told } = stage;
  const { left } = await withinBorders(scope, worktree, () => stage.run(`rm "$ROOT/.git/HEAD"`));
  assertEquals(left?.reason, "left_worktree");
  assertEquals(told.map(({ type }) => type), ["border.crossed"]);
  assertMatch(JSON.stringify(told), /could not look outside of the worktree: git failed/);
});

Deno.test("an agent that commits in the checkout blocks its task; the commit can be found, the user's work is there", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  await stage.agent({
    a: `echo x > a.txt; git add a.txt; git commit -qm "feat: a"
git -C '${stage.root}' commit -q --allow-empty -m strayed`,
  });
  const main = await stage.repo.git(["rev-parse", "main"]);
  const { record, events } = await stage.execute({ jobs: 2, attempts: 1, land: "none" });
  assertEquals(record.tasks.get("a")?.failure?.reason, "left_worktree");
  assertEquals(record.tasks.get("b")?.status, "completed");
  assertEquals(await stage.repo.git(["rev-parse", "main"]), main);
  assertEquals(
    eventsOf(events, "border.crossed").map(({ task, what, undone }) => ({ task, what, undone })),
    [
      { task: "a", what: "the branch main was moved", undone: true },
    ],
  );
  const anchored = await stage.repo.git(["log", "--all", "--format=%s"]);
  assertMatch(anchored, /^strayed$/m);
});
