import { dirname, join } from "node:path";
import { resultOf } from "../../src/domain/failed.ts";
import { planKeyOf } from "../../src/domain/names.ts";
import { checkBranches, checkRepository } from "../../src/git/prerequisites.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { TIDY_GIT, withEnv } from "../support/env.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { failureOf, must } from "../support/result.ts";

async function check(
  temp: TempRepo,
  checks: { base?: string; allowDirty?: boolean; allowedUncommitted?: string[] } = {},
  cwd = temp.root,
) {
  const repo = await openRepository(cwd);
  return await resultOf(async () => {
    const options = { allowDirty: false, allowedUncommitted: [], ...checks };
    const { base, baseSha } = await checkRepository(repo, options);
    return { base, baseSha };
  });
}

Deno.test("checkRepository() takes the branch that is checked out, or the one named", async () => {
  await using temp = await tempRepo();
  const first = await temp.git(["rev-parse", "HEAD"]);
  await temp.git(["branch", "release/1"]);
  const second = await temp.commit("More");
  assertEquals(must(await check(temp)), { base: "main", baseSha: second });
  assertEquals(must(await check(temp, { base: "release/1" })), {
    base: "release/1",
    baseSha: first,
  });
});

Deno.test("checkRepository() stops at a detached HEAD without a base", async () => {
  await using temp = await tempRepo();
  await temp.git(["checkout", "-q", "--detach"]);
  assertEquals(failureOf(await check(temp), "detached_head").root, temp.root);
  assertEquals(must(await check(temp, { base: "main" })).base, "main");
});

Deno.test("checkRepository() suggests the branch that was meant", async () => {
  await using temp = await tempRepo();
  await temp.git(["branch", "develop"]);
  assertEquals(await check(temp, { base: "devlop" }), {
    ok: false,
    failure: { reason: "base_missing", base: "devlop", suggestion: "develop" },
  });
  await temp.git(["checkout", "-q", "--orphan", "unborn-branch"]);
  assertEquals(failureOf(await check(temp), "base_missing").base, "unborn-branch");
});

Deno.test("checkRepository() names what is not committed, except what may be", async () => {
  await using temp = await tempRepo({ files: { "a.txt": "a", "plans/task.md": "pending" } });
  await temp.write({
    "plans/task.md": "completed",
    ".parallel/plans/plan.yaml": "x",
    "worktrees/task-1/x": "x",
    "docs/mine/plan.yaml": "x",
  });
  const allowedUncommitted = [join(temp.root, "plans"), join(temp.root, "docs/mine/plan.yaml")];
  must(await check(temp, { allowedUncommitted }));

  await temp.write({ "a.txt": "changed", "docs/new ü.txt": "x", "sub/new.txt": "x" });
  const failure = failureOf(await check(temp, { allowedUncommitted }), "dirty_tree");
  assertEquals(failure.paths, ["a.txt", "sub/", "docs/new ü.txt"]);
  assertEquals(failure.total, 3);
  must(await check(temp, { allowedUncommitted, allowDirty: true }));
});

Deno.test("checkRepository() checks the worktree that the user is in", async () => {
  await using temp = await tempRepo();
  const linked = join(dirname(temp.root), "linked");
  await temp.git(["worktree", "add", "-q", "-b", "other", linked]);
  await temp.write({ "new.txt": "x" });
  assertEquals(must(await check(temp, {}, linked)).base, "other");
  failureOf(await check(temp), "dirty_tree");
});

Deno.test("checkRepository() counts changes inside submodules", async () => {
  await using library = await tempRepo({ name: "library" });
  await using temp = await tempRepo();
  await temp.git(["submodule", "add", "-q", library.root, "lib"]);
  await temp.commit("Add a submodule");
  must(await check(temp));
  await temp.write({ "lib/README.md": "changed" });
  assertEquals(failureOf(await check(temp), "dirty_tree").paths, ["lib"]);
});

Deno.test("checkRepository() finds a merge in progress without a changed file", async () => {
  await using temp = await tempRepo();
  await temp.git(["checkout", "-q", "-b", "other"]);
  await temp.commit("Other");
  await temp.git(["checkout", "-q", "main"]);
  await temp.git(["merge", "-q", "--no-ff", "--no-commit", "other"]);
  const failure = failureOf(await check(temp), "dirty_tree");
  assertEquals([failure.inProgress, failure.total], ["merge", 0]);
});

Deno.test("checkRepository() fails without a git identity", async () => {
  await using temp = await tempRepo();
  await temp.git(["config", "--unset", "user.email"]);
  await temp.git(["config", "user.useConfigOnly", "true"]);
  using _ = withEnv(TIDY_GIT);
  failureOf(await check(temp), "no_identity");
});

async function checkTasks(temp: TempRepo, ids: string[]) {
  const tasks = ids.map((id) => ({
    id,
    branch: `feature/${id}`,
    path: join(temp.root, "worktrees", id),
  }));
  return await resultOf(async () =>
    checkBranches(await openRepository(temp.root), tasks, "plan-1")
  );
}

Deno.test("checkBranches() names all branches at once that are not this plan's", async () => {
  await using temp = await tempRepo();
  for (const id of ["mine", "theirs", "ours"]) await temp.git(["branch", `feature/${id}`]);
  await temp.git(["config", planKeyOf("feature/theirs"), "plan-2"]);
  await temp.git(["config", planKeyOf("feature/ours"), "plan-1"]);
  assertEquals(
    failureOf(await checkTasks(temp, ["mine", "new", "ours", "theirs"]), "foreign_branch").branches,
    [{ branch: "feature/mine" }, { branch: "feature/theirs", owner: "plan-2" }],
  );
  must(await checkTasks(temp, ["ours", "new"]));
});

Deno.test("checkBranches() finds a branch whose name conflicts with a task's", async () => {
  await using above = await tempRepo();
  await above.git(["branch", "feature"]);
  assertEquals(
    failureOf(await checkTasks(above, ["task-1"]), "branch_in_the_way"),
    { reason: "branch_in_the_way", branch: "feature", wanted: "feature/task-1" },
  );
  await using below = await tempRepo();
  await below.git(["branch", "feature/task-1/part"]);
  assertEquals(
    failureOf(await checkTasks(below, ["task-1"]), "branch_in_the_way").branch,
    "feature/task-1/part",
  );
});

Deno.test("checkBranches() finds worktrees and folders that are in the way", async () => {
  await using temp = await tempRepo();
  await temp.git(["config", planKeyOf("feature/task-1"), "plan-1"]);
  const elsewhere = join(dirname(temp.root), "elsewhere");
  await temp.git(["worktree", "add", "-q", "-b", "feature/task-1", elsewhere]);
  assertEquals(
    failureOf(await checkTasks(temp, ["task-1"]), "worktree_elsewhere").path,
    elsewhere,
  );
  await temp.write({ "worktrees/task-2/notes.txt": "mine" });
  assertEquals(
    failureOf(await checkTasks(temp, ["task-2"]), "foreign_worktree").path,
    join(temp.root, "worktrees/task-2"),
  );
  await temp.git(["worktree", "add", "-q", "-b", "mine", join(temp.root, "worktrees/task-3")]);
  assertEquals(failureOf(await checkTasks(temp, ["task-3"]), "foreign_worktree").branch, "mine");
  await Deno.mkdir(join(temp.root, "worktrees/task-4"));
  must(await checkTasks(temp, ["task-4"]));
});

Deno.test("checkBranches() takes ten thousand tasks", async () => {
  await using temp = await tempRepo();
  must(await checkTasks(temp, Array.from({ length: 10_000 }, (_, index) => `task-${index}`)));
});
