/** What becomes of the worktrees of tasks that are done, and of the commands that show a task. */
import { join } from "node:path";
import { exists } from "../../src/util/files.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, rig } from "../support/rig.ts";

const CONFIG = "test: none\nlint: none\ntypecheck: none\n";
const CHAIN = { a: {}, b: { after: ["a"] } };

Deno.test("a merged task loses its worktree and branch, and is shown all the same", async () => {
  await using stage = await rig({ tasks: CHAIN, config: CONFIG });
  const { code, events, record } = await stage.execute({ land: "merge" });
  assertEquals(code, 0);
  assertEquals(await stage.repo.git(["branch", "--format=%(refname:short)"]), "main");
  assertEquals(eventsOf(events, "worktree.removed").map(({ task }) => task), ["a", "b"]);
  assertEquals(record.tasks.get("a")?.worktree, undefined);
  assert(!exists(stage.worktree("a")));
  assertEquals(await stage.repo.git(["for-each-ref", "refs/parex"]), "");

  assertMatch((await stage.parex(["show", "a"])).stdout, /feat: a[^]*a\.txt/);
  assertMatch((await stage.parex(["diff", "a"])).stdout, /\+by a/);
  const opened = await stage.parex(["open", "a"]);
  assertEquals([opened.code, /has no worktree/.test(opened.stderr)], [2, true]);
  assertMatch((await stage.parex(["status"])).stdout, /a .*(landed|merged|completed)/);
  assertEquals((await stage.parex(["report"])).code, 0);
  assertEquals((await stage.parex(["merge", "a"])).code, 0);
  assertMatch((await stage.parex(["cleanup", "--dry-run"])).stdout, /./);
});

Deno.test("the agent of a dependent task is told what a merged dependency changed", async () => {
  await using stage = await rig({
    tasks: CHAIN,
    config: CONFIG,
    agent: { b: 'cat > "$NOTES/prompt"; echo b > b.txt' },
  });
  assertEquals((await stage.execute({ land: "merge" })).code, 0);
  assertMatch(await stage.note("prompt") ?? "", /feat: a[^]*a\.txt/);
});

Deno.test("keep-worktrees keeps the worktrees and branches of merged tasks", async () => {
  await using stage = await rig({ tasks: CHAIN, config: `${CONFIG}keep-worktrees: true\n` });
  const { code, events } = await stage.execute({ land: "merge" });
  assertEquals(code, 0);
  assertEquals(eventsOf(events, "worktree.removed"), []);
  assert(exists(stage.worktree("a")));
  assertEquals((await stage.repo.git(["branch", "--list", "feature/*"])).split("\n").length, 2);
});

Deno.test("a merged task's uncommitted file is anchored before its worktree goes", async () => {
  await using stage = await rig({ config: `${CONFIG}land: merge\n` });
  const late = { "task.landed": "late.txt" };
  const { code, events } = await stage.execute({}, (event) => {
    if (event.type !== "task.landed") return;
    Deno.writeTextFileSync(join(stage.worktree("a"), late[event.type]), "mine\n");
  });
  assertEquals(code, 0);
  const [removed] = eventsOf(events, "worktree.removed");
  const [ref = ""] = removed?.rescue_refs ?? [];
  assertEquals(await stage.repo.git(["show", `${ref}:late.txt`]), "mine");
});

Deno.test("of many completed tasks that wait for a person, all keep their branch and the newest their worktree", async () => {
  const ids = Array.from({ length: 34 }, (_, at) => `t${at}`);
  await using stage = await rig({
    tasks: Object.fromEntries(ids.map((id) => [id, {}])),
    config: CONFIG,
    agent: { any: 'echo "by $PAREX_TASK_ID" > "$PAREX_TASK_ID.txt"' },
  });
  const { code, events } = await stage.execute({ land: "none" });
  assertEquals(code, 0);
  const kept = ids.filter((id) => exists(stage.worktree(id)));
  assertEquals([kept.length, eventsOf(events, "worktree.removed").length], [32, 2]);
  assertEquals((await stage.repo.git(["branch", "--list", "feature/*"])).split("\n").length, 34);
  // A task whose worktree is gone can still land.
  assertEquals((await stage.parex(["merge"])).code, 0);
  assertMatch(await stage.repo.git(["ls-tree", "--name-only", "main"]), /t0\.txt/);
});
