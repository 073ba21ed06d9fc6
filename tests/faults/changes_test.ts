/** What people change in plan, worktrees, branches and base while a run is on. */
import { join } from "node:path";
import type { RunEvent } from "../../src/domain/event.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { taskFileOf } from "../support/plan_files.ts";
import { eventsOf, type Rig, rig } from "../support/rig.ts";

const PLAN = ".parallel/plans/plan.yaml";
const COMMITS = `git add -A; git commit -qm "feat: $PAREX_TASK_ID"`;

function notices(events: RunEvent[]): string {
  return eventsOf(events, "notice").map(({ message }) => message).join("\n");
}

/** What the user does to the checkout while the agent of a task works. */
function meanwhile(stage: Rig, task: string, script: string): Promise<void> {
  // Without the variables that tell parex which changes are its agent's.
  const asUser = "unset GIT_REFLOG_ACTION GIT_TRACE2_EVENT GIT_TRACE2_EVENT_NESTING";
  return stage.agent({
    [task]: `(${asUser}; cd '${stage.root}'\n${script}\n)\necho by > "${task}.txt"\n${COMMITS}`,
  });
}

Deno.test("a plan that is edited during the run is noticed, and counts with the next run", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
  await meanwhile(
    stage,
    "a",
    `printf '  - {id: c, name: C, file: tasks/b.md, priority: low, dependencies: []}\\n' >> ${PLAN}`,
  );
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertMatch(notices(run.events), /plan\.yaml was edited during the run/);
  assertEquals(eventsOf(run.events, "run.started")[0]?.tasks, ["a", "b"]);
  assertEquals((await stage.execute()).failure?.reason, "plan_invalid");
});

Deno.test("a task file that is edited during the run is noticed, and its agent gets what the run had read", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    agent: { b: `cat "$PAREX_PROMPT_FILE" > "$NOTES/prompt"; echo b > b.txt` },
  });
  await meanwhile(stage, "a", `echo 'Something else.' >> ${taskFileOf("b")}`);
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertMatch(notices(run.events), /b\.md was edited during the run/);
  assert(!(await stage.note("prompt"))?.includes("Something else."));
  assertEquals(await stage.status("b"), "completed");
  assertMatch(await stage.repo.read(taskFileOf("b")), /Something else\./);
});

Deno.test("a frontmatter that parex itself puts in front of a task file is no edit", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    files: { [taskFileOf("b")]: "# B\n\nMake b.txt.\n" },
  });
  await stage.repo.write({ [taskFileOf("b")]: "# B\n\nMake b.txt.\n" });
  await stage.repo.commit("plain");
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(notices(run.events), "");
  assertEquals(await stage.status("b"), "completed");
});

Deno.test("parex's own status in an inline plan is no edit", async () => {
  await using stage = await rig({ tasks: {}, agent: { any: "echo a > a.txt" } });
  await Deno.writeTextFile(
    join(stage.root, PLAN),
    `metadata: {name: Inline}
tasks:
  - id: a
    name: A
    priority: high
    dependencies: []
    description: Make a.txt.
  - id: b
    name: B
    priority: low
    dependencies: [a]
    description: Make b.txt.
`,
  );
  const run = await stage.execute();
  assertEquals(eventsOf(run.events, "task.status").at(-1)?.task, "b");
  assert(!notices(run.events).includes("was edited"), notices(run.events));
});

Deno.test("parex's own status in an inline plan of one line for each task is no edit", async () => {
  await using stage = await rig({ tasks: {}, agent: { any: "echo a > a.txt" } });
  await Deno.writeTextFile(
    join(stage.root, PLAN),
    `metadata: {name: Inline}
tasks:
  - {id: a, name: A, priority: high, dependencies: [], description: Make a.txt}
  - {"id": "b", "name": "B", "priority": "low", "dependencies": [], "status": "pending", "description": "b"}
`,
  );
  const run = await stage.execute();
  assertEquals(eventsOf(run.events, "task.status", "b").length, 3);
  assert(!notices(run.events).includes("was edited"), notices(run.events));
});

Deno.test("a task file whose time changes and nothing else is no notice", async () => {
  await using stage = await rig();
  await meanwhile(stage, "a", `touch ${PLAN} ${taskFileOf("a")}`);
  assertEquals(notices((await stage.execute()).events), "");
});

Deno.test("a task file that is deleted during the run is told of, and the run goes on", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
  await meanwhile(stage, "a", `rm ${taskFileOf("a")}`);
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertMatch(notices(run.events), /cannot read or write .*a\.md/);
  assertEquals(await stage.status("b"), "completed");
});

Deno.test("a task file that becomes no YAML during the run is told of, and stays as it is", async () => {
  await using stage = await rig();
  await meanwhile(stage, "a", `printf -- '---\\nid: [\\n---\\n' > ${taskFileOf("a")}`);
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertMatch(notices(run.events), /a\.md/);
  assertEquals(await stage.repo.read(taskFileOf("a")), "---\nid: [\n---\n");
});

Deno.test("a worktree that is deleted while its agent works blocks the task where nothing was committed", async () => {
  await using stage = await rig({ agent: { a: `rm -rf "$PAREX_WORKTREE"` } });
  const run = await stage.execute({ attempts: 1 });
  const blocked = eventsOf(run.events, "task.status", "a").at(-1);
  assertEquals([run.code, blocked?.reason], [1, "no_changes"]);
  await stage.agent({ a: `echo again > a.txt` });
  assertEquals((await stage.parex(["retry", "a"])).code, 0);
});

Deno.test("a worktree that is deleted after its agent had committed is made again from the branch", async () => {
  await using stage = await rig({
    config: "test: test -f a.txt\n",
    agent: { a: `echo a > a.txt; ${COMMITS}; rm -rf "$PAREX_WORKTREE"` },
  });
  const run = await stage.execute({ allowRedBase: true });
  assertEquals(run.code, 0);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "a");
});

Deno.test("a worktree that its agent removes with git is made again from the branch", async () => {
  await using stage = await rig();
  await stage.agent({
    a: `echo a > a.txt; ${COMMITS}; cd '${stage.root}'; git worktree remove "$PAREX_WORKTREE"`,
  });
  const run = await stage.execute({ attempts: 1 });
  assertEquals([run.code, eventsOf(run.events, "border.crossed")], [0, []]);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "a");
});

Deno.test("a worktree that is deleted while checks run fails the check, and the branch keeps the work", async () => {
  await using stage = await rig({
    config: `test: '[ ! -e a.txt ] || { rm -rf "$PAREX_WORKTREE"; exit 1; }'\n`,
  });
  const run = await stage.execute({ attempts: 1 });
  assertEquals([run.code, await stage.status("a")], [1, "blocked"]);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "by a");
});

Deno.test("a branch that is deleted under its worktree blocks the task, and says so", async () => {
  await using stage = await rig({
    agent: { a: `echo a > a.txt; ${COMMITS}; git update-ref -d refs/heads/feature/a` },
  });
  const run = await stage.execute({ attempts: 1 });
  const blocked = eventsOf(run.events, "task.status", "a").at(-1);
  assertEquals([run.code, blocked?.to], [1, "blocked"]);
  assert(blocked?.failure?.reason === "checks_failed", JSON.stringify(blocked));
  assertMatch(blocked.failure.failed.tail, /feature\/a/);
});

Deno.test("a branch that is deleted between two attempts is made again for the next run", async () => {
  await using stage = await rig({ agent: { "a.1": "exit 1" } });
  assertEquals((await stage.execute({ attempts: 1 })).code, 1);
  await stage.repo.git(["worktree", "remove", "--force", stage.worktree("a")]);
  await stage.repo.git(["branch", "-D", "feature/a"]);
  await stage.agent({ "a.1": `echo a > a.txt` });
  assertEquals((await stage.execute()).code, 0);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "a");
});

Deno.test("a base that moves on during the run is what merges land on", async () => {
  await using stage = await rig();
  await meanwhile(
    stage,
    "a",
    `echo theirs > theirs.txt; git add theirs.txt; git commit -qm theirs`,
  );
  assertEquals((await stage.execute({ land: "merge" })).code, 0);
  assertEquals(await stage.repo.git(["show", "main:theirs.txt"]), "theirs");
  assertEquals(await stage.repo.git(["show", "main:a.txt"]), "by");
});

Deno.test("a base that is moved back during the run still gets what was done", async () => {
  await using stage = await rig();
  await stage.repo.commit("To be taken back", { "back.txt": "back" });
  await meanwhile(stage, "a", "git reset -q --hard HEAD~1");
  const run = await stage.execute({ land: "merge", attempts: 1 });
  assertEquals(run.code, 0);
  assertEquals(await stage.repo.git(["show", "main:a.txt"]), "by");
});

Deno.test("a base that is deleted during the run blocks what is to land on it, with its work kept", async () => {
  await using stage = await rig();
  await meanwhile(stage, "a", "git checkout -q --detach; git branch -q -D main");
  const run = await stage.execute({ land: "merge", attempts: 1 });
  assertEquals(run.code, 1);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "by");
  const blocked = eventsOf(run.events, "task.status", "a").at(-1);
  assertEquals(blocked?.reason, "base_missing");
  assertMatch(blocked?.message ?? "", /main/);
});

Deno.test("a checkout that is moved to another branch during the run stays there", async () => {
  await using stage = await rig();
  await meanwhile(stage, "a", "git checkout -q -b elsewhere");
  assertEquals((await stage.execute({ land: "merge" })).code, 0);
  assertEquals(await stage.repo.git(["branch", "--show-current"]), "elsewhere");
  assertEquals(await stage.repo.git(["show", "main:a.txt"]), "by");
});

Deno.test("a lock that somebody else's git has left in the checkout loses nothing that lands", async () => {
  await using stage = await rig();
  await meanwhile(stage, "a", "touch .git/index.lock");
  const run = await stage.execute({ land: "merge", attempts: 1 });
  assertEquals(run.code, 0);
  assertEquals(await stage.repo.git(["show", "main:a.txt"]), "by");
  assertMatch(notices(run.events), /checkout has uncommitted changes/);
  assertEquals(await Deno.stat(join(stage.root, ".git/index.lock")).then(() => true), true);
});

Deno.test("a remote that is force-pushed during the run is built upon, never overwritten", async () => {
  await using stage = await rig();
  const remote = join(stage.home, "remote.git");
  await stage.repo.commit("To be taken back", { "back.txt": "back" });
  await stage.repo.git(["clone", "-q", "--bare", ".", remote]);
  await stage.repo.git(["remote", "add", "origin", remote]);
  await stage.repo.git(["fetch", "-q", "origin"]);
  await meanwhile(stage, "a", `git -C '${remote}' update-ref refs/heads/main main~1`);
  const run = await stage.execute({ land: "merge", attempts: 1 });
  assertEquals(run.code, 0);
  assertEquals(await stage.repo.git(["-C", remote, "show", "main:a.txt"]), "by");
});
