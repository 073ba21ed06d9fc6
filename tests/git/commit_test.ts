import { join } from "node:path";
import { changes, commitAll, filesChanged, headState, ownCommits } from "../../src/git/commit.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { failureFrom } from "../support/result.ts";

async function hook(temp: TempRepo, name: string, script: string): Promise<void> {
  const file = join(temp.root, ".git/hooks", name);
  await Deno.mkdir(join(temp.root, ".git/hooks"), { recursive: true });
  await Deno.writeTextFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

Deno.test("commitAll() commits everything but what is excluded, staged or not", async () => {
  await using temp = await tempRepo({ files: { "a.txt": "a", "gone.txt": "x" } });
  await Deno.remove(join(temp.root, "gone.txt"));
  await temp.write({
    "a.txt": "b",
    "new [1].txt": "n",
    "plans [x]/plan.yaml": "p",
    "plans [x]/task.md": "t",
  });
  await temp.git(["add", "--", "plans [x]/plan.yaml"]);
  assert(await commitAll(temp.at, "feat: all\n\n# kept\n", { exclude: ["plans [x]"] }));
  assertEquals(await temp.git(["show", "-s", "--format=%B"]), "feat: all\n\n# kept");
  const shown = await temp.git(["show", "--format=", "--name-status"]);
  assertEquals(shown, "M\ta.txt\nD\tgone.txt\nA\tnew [1].txt");
  assertEquals(await changes(temp.at), [{ state: "??", path: "plans [x]/" }]);
});

Deno.test("commitAll() has nothing to commit in a clean tree", async () => {
  await using temp = await tempRepo();
  await temp.write({ "plans/plan.yaml": "p" });
  assertEquals(await commitAll(temp.at, "m", { exclude: ["plans", "absent"] }), false);
});

Deno.test("commitAll() says what the user's hook said", async () => {
  await using temp = await tempRepo();
  await hook(temp, "pre-commit", "echo 'no trailing spaces, please'; exit 1");
  await temp.write({ "a.txt": "a" });
  const failure = await failureFrom(commitAll(temp.at, "m", { exclude: [] }), "commit_failed");
  assert(failure.detail.includes("no trailing spaces, please"), failure.detail);
});

Deno.test("commitAll() commits what a hook fixed before it refused, and asks it twice at most", async () => {
  await using temp = await tempRepo({ files: { ".gitignore": "calls\n" } });
  const fixes = "echo x >> calls; grep -q fixed a.txt && exit 0; echo fixed >> a.txt; exit 1";
  await hook(temp, "pre-commit", fixes);
  await temp.write({ "a.txt": "a\n" });
  assert(await commitAll(temp.at, "m", { exclude: [] }));
  assertEquals(await temp.git(["show", "HEAD:a.txt"]), "a\nfixed");
  assertEquals(await changes(temp.at), []);
  await hook(temp, "pre-commit", "echo x >> calls; echo more >> a.txt; echo never; exit 1");
  await temp.write({ "b.txt": "b\n" });
  const failure = await failureFrom(commitAll(temp.at, "m", { exclude: [] }), "commit_failed");
  assertEquals(failure.detail, "never");
  assertEquals((await Deno.readTextFile(join(temp.root, "calls"))).length, 4 * 2);
});

Deno.test("commitAll() does not conclude a merge in progress", async () => {
  await using temp = await tempRepo({ files: { "a.txt": "a" } });
  await temp.git(["checkout", "-q", "-b", "other"]);
  await temp.commit("theirs", { "a.txt": "theirs" });
  await temp.git(["checkout", "-q", "main"]);
  await temp.commit("ours", { "a.txt": "ours" });
  await temp.git(["merge", "other"]).catch(() => "conflict");
  await failureFrom(commitAll(temp.at, "m", { exclude: [] }), "commit_failed");
  assertEquals((await headState(temp.at)).inProgress, "merge");
});

Deno.test("commitAll() refuses a repository that was put into the tree", async () => {
  await using temp = await tempRepo();
  await temp.git(["init", "-q", "vendor/clone"]);
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  const nested = join(temp.root, "vendor/clone");
  await temp.git([...identity, "commit", "-q", "--allow-empty", "-m", "x"], nested);
  const failure = await failureFrom(commitAll(temp.at, "m", { exclude: [] }), "commit_failed");
  assert(failure.detail.includes("vendor/clone"), failure.detail);
});

Deno.test("commitAll() never falls back to the checkout above a worktree without .git", async () => {
  await using temp = await tempRepo();
  await temp.write({ "worktrees/task-1/a.txt": "a", "mine.txt": "mine" });
  const worktree = temp.at.below("worktrees/task-1");
  await failureFrom(commitAll(worktree, "m", { exclude: [] }), "git_failed");
  assertEquals(await temp.git(["log", "--format=%s"]), "Begin");
});

Deno.test("headState() returns the branch, a detached HEAD and the operation in progress", async () => {
  await using temp = await tempRepo({ files: { "a.txt": "a" } });
  const sha = await temp.git(["rev-parse", "HEAD"]);
  assertEquals(await headState(temp.at), { branch: "main", sha });
  await temp.git(["checkout", "-q", "--detach"]);
  assertEquals(await headState(temp.at), { sha });
  await temp.git(["checkout", "-q", "--orphan", "empty"]);
  assertEquals(await headState(temp.at), { branch: "empty" });

  await temp.git(["checkout", "-q", "-f", "-b", "other", sha]);
  await temp.commit("theirs", { "a.txt": "theirs" });
  await temp.git(["checkout", "-q", "main"]);
  await temp.commit("ours", { "a.txt": "ours" });
  for (const operation of ["rebase", "cherry-pick", "revert", "merge"]) {
    await temp.git([operation, "other"]).catch(() => "conflict");
    assertEquals((await headState(temp.at)).inProgress as string, operation);
    await temp.git([operation, "--abort"]);
  }
});

Deno.test("ownCommits() counts what only this branch has, without its merges", async () => {
  await using temp = await tempRepo();
  await temp.git(["checkout", "-q", "-b", "feature/dep"]);
  await temp.commit("a dependency's", { "dep.txt": "d" });
  await temp.git(["checkout", "-q", "-b", "feature/task", "main"]);
  await temp.commit("first of ours: ü | x", { "a.txt": "a" });
  await temp.git(["merge", "-q", "--no-edit", "feature/dep"]);
  await temp.commit("second of ours", { "b.txt": "b" });
  const repo = await openRepository(temp.root);
  const subjects = async (notFrom: string[]) =>
    (await ownCommits(repo, "feature/task", notFrom)).map(({ subject }) => subject);
  assertEquals(await subjects(["main", "feature/dep"]), ["second of ours", "first of ours: ü | x"]);
  assertEquals((await subjects(["main"])).length, 3);
  assertEquals(await subjects(["feature/task"]), []);
});

Deno.test("filesChanged() returns what a branch changed since it left another", async () => {
  await using temp = await tempRepo({ files: { "a.txt": "a", "gone.txt": "x" } });
  await temp.git(["checkout", "-q", "-b", "other"]);
  await temp.git(["rm", "-q", "gone.txt"]);
  await temp.commit("theirs", { "a.txt": "b", "new\n.txt": "n" });
  await temp.git(["checkout", "-q", "main"]);
  await temp.commit("ours", { "ours.txt": "o" });
  const repo = await openRepository(temp.root);
  assertEquals(await filesChanged(repo, "main", "other"), [
    { change: "modified", path: "a.txt" },
    { change: "deleted", path: "gone.txt" },
    { change: "added", path: "new\n.txt" },
  ]);
});
