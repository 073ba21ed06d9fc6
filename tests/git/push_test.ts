import { dirname, join } from "node:path";
import { pushBranch, remoteOf } from "../../src/git/push.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";
import { failureFrom } from "../support/result.ts";

Deno.test("pushBranch() pushes a branch and configures nothing", async () => {
  await using temp = await tempRepo();
  const bare = join(dirname(temp.root), "bare.git");
  await temp.git(["init", "-q", "--bare", bare]);
  await temp.git(["remote", "add", "origin", bare]);
  await temp.git(["branch", "feature/task-1"]);
  const repo = await openRepository(temp.root);
  const config = await temp.read(".git/config");
  await pushBranch(repo, "origin", "feature/task-1");
  await pushBranch(repo, "origin", "feature/task-1");
  assertEquals(
    await temp.git(["ls-remote", "--heads", "origin"]),
    [
      await temp.git(["rev-parse", "main"]),
      "refs/heads/feature/task-1",
    ].join("\t"),
  );
  assertEquals(await temp.read(".git/config"), config);
});

Deno.test("pushBranch() says why the remote refused", async () => {
  await using temp = await tempRepo();
  await temp.git(["remote", "add", "origin", join(temp.root, "nowhere.git")]);
  const repo = await openRepository(temp.root);
  const failure = await failureFrom(pushBranch(repo, "origin", "main"), "push_failed");
  assertEquals([failure.remote, failure.branch], ["origin", "main"]);
  assert(failure.detail.includes("nowhere.git"), failure.detail);
});

Deno.test("remoteOf() takes the base's remote, else origin, else the only one", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  assertEquals(await remoteOf(repo, "main"), undefined);
  await temp.git(["remote", "add", "fork", "."]);
  assertEquals(await remoteOf(repo, "main"), "fork");
  await temp.git(["remote", "add", "upstream", "."]);
  assertEquals(await remoteOf(repo, "main"), undefined);
  await temp.git(["remote", "add", "origin", "."]);
  assertEquals(await remoteOf(repo, "main"), "origin");
  await temp.git(["config", "branch.main.remote", "upstream"]);
  assertEquals(await remoteOf(repo, "main"), "upstream");
  await temp.git(["config", "branch.main.remote", "."]);
  assertEquals(await remoteOf(repo, "main"), "origin");
});

Deno.test("remoteOf() takes the remote that git itself would push to: a fork, not what is tracked", async () => {
  await using temp = await tempRepo();
  for (const name of ["upstream", "origin", "mine"]) {
    await temp.git(["remote", "add", name, `/nowhere/${name}`]);
  }
  await temp.git(["config", "branch.main.remote", "upstream"]);
  const repo = await openRepository(temp.root);
  assertEquals(await remoteOf(repo, "main"), "upstream");
  await temp.git(["config", "remote.pushDefault", "origin"]);
  assertEquals(await remoteOf(repo, "main"), "origin");
  await temp.git(["config", "branch.main.pushRemote", "mine"]);
  assertEquals(await remoteOf(repo, "main"), "mine");
});
