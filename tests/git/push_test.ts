import { dirname, join } from "node:path";
import { checkPush, pushBranch } from "../../src/git/push.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
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

Deno.test("checkPush() asks whether a remote takes branches, before there are any", async () => {
  await using temp = await tempRepo();
  const remote = join(temp.root, "../remote.git");
  await temp.git(["init", "-q", "--bare", remote]);
  await temp.git(["remote", "add", "origin", remote]);
  const repo = await openRepository(temp.root);
  const sha = await temp.git(["rev-parse", "HEAD"]);
  const ask = () => checkPush(repo, "origin", { sha, branches: ["feature/a", "feature/b"] });
  await ask();
  assertEquals(await temp.git(["ls-remote", "origin"]), "", "nothing is pushed");

  await temp.git(["push", "-q", "origin", "main:feature"]);
  assertEquals(await failureFrom(ask(), "branch_in_the_way"), {
    reason: "branch_in_the_way",
    branch: "feature",
    wanted: "feature/b",
    remote: "origin",
  });
  // Also one that has gone elsewhere since.
  await temp.git(["commit", "-q", "--allow-empty", "-m", "other"]);
  await temp.git(["push", "-q", "origin", "main:feature"]);
  await failureFrom(ask(), "branch_in_the_way");
  await Deno.remove(remote, { recursive: true });
  assertMatch((await failureFrom(ask(), "remote_refused")).detail, /remote\.git/);
});

Deno.test("checkPush() does not wait for a program that asks for a password", async () => {
  await using temp = await tempRepo();
  await using server = refusing();
  await temp.git(["remote", "add", "origin", `http://127.0.0.1:${server.port}/r.git`]);
  const waits = join(temp.root, "../waits");
  await Deno.writeTextFile(waits, "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
  await temp.git(["config", "core.askPass", waits]);
  const repo = await openRepository(temp.root);
  const asked = checkPush(repo, "origin", { sha: "HEAD", branches: ["feature/a"] }, 1_000);
  assertMatch((await failureFrom(asked, "remote_refused")).detail, /timed out/);
  await temp.git(["config", "core.askPass", "true"]);
  const refused = checkPush(repo, "origin", { sha: "HEAD", branches: ["feature/a"] });
  assertMatch((await failureFrom(refused, "remote_refused")).detail, /Authentication failed/);
});

/** A host that knows nobody. */
function refusing() {
  const headers = { "www-authenticate": 'Basic realm="git"' };
  const handler = () => new Response("", { status: 401, headers });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}
