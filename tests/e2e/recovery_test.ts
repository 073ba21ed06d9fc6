/** What git stumbles over during a run, and what becomes of the task. */
import { dirname, join } from "node:path";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, rig } from "../support/rig.ts";

/** Nobody is asked, whatever key the machine has. */
const CONFIG = "recovery: {model: none}\n";

Deno.test("the lock of a killed git does not prevent a worktree", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    agent: {
      a: `echo a > a.txt; git add a.txt; git commit -qm x
touch -t 202001010000 "$(git rev-parse --path-format=absolute --git-common-dir)/config.lock"`,
    },
    config: CONFIG,
  });
  const { code, record } = await stage.execute();
  assertEquals(code, 0);
  const lock = join(stage.root, ".git", "config.lock");
  assertEquals(record.recovery, [{
    what: "make the worktree of b",
    tier: "known fix",
    action: `remove the stale lock ${lock}`,
    outcome: "it worked",
  }]);
});

Deno.test("a task is blocked when others have pushed to its branch, and nothing of theirs is lost", async () => {
  await using stage = await rig({ config: CONFIG });
  const { repo } = stage;
  const bare = join(dirname(stage.root), "bare.git");
  await repo.git(["init", "-q", "--bare", bare]);
  await repo.git(["remote", "add", "origin", bare]);
  const theirs = await repo.git(["commit-tree", "-m", "Theirs", "HEAD^{tree}"]);
  await repo.git(["push", "-q", "origin", `${theirs}:refs/heads/feature/a`]);
  const { code, events } = await stage.execute();
  assertEquals(code, 1);
  const { reason, failure } = eventsOf(events, "task.status", "a").at(-1) ?? {};
  assertEquals([reason, failure?.reason], ["push_failed", "push_failed"]);
  assertMatch(
    JSON.stringify(failure),
    /rejected.*tried to recover:.*origin has commits on feature\/a/,
  );
  assertEquals(eventsOf(events, "recovery.step").map(({ tier }) => tier), ["known fix", "person"]);
  assertEquals(await repo.git(["rev-parse", "feature/a"], bare), theirs);
});
