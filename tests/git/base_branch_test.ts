import { join } from "node:path";
import { findTip, moveBase, pushBase } from "../../src/git/base_branch.ts";
import { openRepository, type Repository } from "../../src/git/repository.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { failureFrom } from "../support/result.ts";

const SECONDS = 20_000;
const BASE = { branch: "main", remote: "origin", onRemote: "main" };

/** A repository with a bare remote, and somebody else's clone of that remote. */
async function withRemote(
  story: (at: { repo: TempRepo; repository: Repository; remote: string; other: string }) => Promise<
    void
  >,
) {
  await using repo = await tempRepo();
  const remote = join(repo.root, "../remote.git");
  const other = join(repo.root, "../other");
  await repo.git(["init", "-q", "--bare", "-b", "main", remote]);
  await repo.git(["remote", "add", "origin", remote]);
  await repo.git(["push", "-q", "origin", "main"]);
  await repo.git(["clone", "-q", remote, other]);
  await repo.git(["config", "user.name", "Other"], other);
  await repo.git(["config", "user.email", "other@example.org"], other);
  await story({ repo, repository: await openRepository(repo.root), remote, other });
}

async function commitAndPush(repo: TempRepo, other: string): Promise<string> {
  await repo.git(["commit", "-q", "--allow-empty", "-m", "by somebody else"], other);
  await repo.git(["push", "-q", "origin", "main"], other);
  return await repo.git(["rev-parse", "main"], other);
}

Deno.test("findTip() returns the remote's tip if that is ahead, and fetches it", async () => {
  await withRemote(async ({ repo, repository, other }) => {
    const local = await repo.git(["rev-parse", "main"]);
    assertEquals((await findTip(repository, BASE, SECONDS)).sha, local);
    const theirs = await commitAndPush(repo, other);
    assertEquals(await findTip(repository, BASE, SECONDS), {
      sha: theirs,
      local,
      remote: theirs,
    });
    await repo.git(["cat-file", "-e", theirs]);
  });
});

Deno.test("findTip() fails if local and remote have diverged", async () => {
  await withRemote(async ({ repo, repository, other }) => {
    await commitAndPush(repo, other);
    await repo.commit("by me", { "mine.txt": "mine\n" });
    assertEquals(await failureFrom(findTip(repository, BASE, SECONDS), "base_diverged"), {
      reason: "base_diverged",
      base: "main",
      remote: "origin",
      onRemote: "main",
    });
  });
});

Deno.test("findTip() reports that a shallow repository lacks the history", async () => {
  await withRemote(async ({ repo, repository, other }) => {
    await commitAndPush(repo, other);
    await repo.git(["fetch", "-q", "--depth=1", "origin"]);
    const failure = await failureFrom(findTip(repository, BASE, SECONDS), "base_diverged");
    assertEquals(failure.shallow, true);
  });
});

Deno.test("findTip() uses the local branch if the remote has none of its name", async () => {
  await withRemote(async ({ repo, repository }) => {
    await repo.git(["branch", "develop"]);
    const tip = await findTip(repository, {
      branch: "develop",
      remote: "origin",
      onRemote: "develop",
    }, SECONDS);
    assertEquals(tip, { sha: tip.local, local: tip.local });
  });
});

Deno.test("findTip() and pushBase() give up on a remote that hangs", async () => {
  await withRemote(async ({ repo, repository }) => {
    await repo.git(["remote", "set-url", "origin", "ssh://nowhere.invalid/repo"]);
    await repo.git(["config", "core.sshCommand", "sleep 60 #"]);
    const failure = await failureFrom(findTip(repository, BASE, 300), "push_failed");
    assertMatch(failure.detail, /timed out/);
    const sha = await repo.git(["rev-parse", "main"]);
    await failureFrom(pushBase(repository, BASE, { sha, seen: sha }, 300), "push_failed");
  });
});

Deno.test("pushBase() says that the remote has moved, and forces nothing", async () => {
  await withRemote(async ({ repo, repository, remote, other }) => {
    const seen = await repo.git(["rev-parse", "main"]);
    const mine = await repo.commit("mine", { "mine.txt": "mine\n" });
    const theirs = await commitAndPush(repo, other);
    assertEquals(await pushBase(repository, BASE, { sha: mine, seen }, SECONDS), "moved");
    assertEquals(await repo.git(["rev-parse", "main"], remote), theirs);
  });
});

Deno.test("pushBase() fails with what the remote's hook said", async () => {
  await withRemote(async ({ repo, repository, remote }) => {
    const hook = join(remote, "hooks/pre-receive");
    await Deno.writeTextFile(hook, "#!/bin/sh\necho 'not on a Friday' >&2\nexit 1\n", {
      mode: 0o755,
    });
    const seen = await repo.git(["rev-parse", "main"]);
    const sha = await repo.commit("mine", { "mine.txt": "mine\n" });
    const refused = await failureFrom(
      pushBase(repository, BASE, { sha, seen }, SECONDS),
      "push_failed",
    );
    assertMatch(refused.detail, /not on a Friday/);
    assertEquals(await repo.git(["rev-parse", "main"], remote), seen);
  });
});

/** `main`, and another branch that is one commit ahead of it. */
async function ahead(repo: TempRepo): Promise<{ from: string; to: string }> {
  const from = await repo.git(["rev-parse", "main"]);
  await repo.git(["switch", "-qc", "next"]);
  const to = await repo.commit("next", { "README.md": "# Next\n", "new.txt": "new\n" });
  await repo.git(["switch", "-q", "main"]);
  return { from, to };
}

Deno.test("moveBase() takes the checkout along, and leaves uncommitted changes alone", async () => {
  await using repo = await tempRepo({ files: { "README.md": "# Sample\n", "mine.txt": "a\n" } });
  const repository = await openRepository(repo.root);
  const range = await ahead(repo);
  await repo.write({ "mine.txt": "b\n" });
  const moved = await moveBase(repository, "main", range, { checkouts: true });
  assertEquals(moved, { kind: "moved" });
  assertEquals([await repo.read("README.md"), await repo.read("mine.txt")], ["# Next\n", "b\n"]);
  assertEquals(await repo.git(["rev-parse", "HEAD"]), range.to);
});

Deno.test("moveBase() moves only the branch if uncommitted changes are in the way", async () => {
  await using repo = await tempRepo();
  const repository = await openRepository(repo.root);
  const range = await ahead(repo);
  await repo.write({ "README.md": "# Mine\n" });
  const moved = await moveBase(repository, "main", range, { checkouts: true });
  assertEquals(moved, { kind: "ref_only", checkout: repo.root });
  assertEquals(await repo.git(["rev-parse", "main"]), range.to);
  assertEquals(await repo.read("README.md"), "# Mine\n");
});

Deno.test("moveBase() waits for another git that works in the checkout", async () => {
  await using repo = await tempRepo();
  const repository = await openRepository(repo.root);
  const range = await ahead(repo);
  const lock = join(repo.root, ".git/index.lock");
  await Deno.writeTextFile(lock, "");
  const moved = await moveBase(repository, "main", range, {
    checkouts: true,
    pause: () => Deno.remove(lock),
  });
  assertEquals(moved, { kind: "moved" });
  assertEquals(await repo.read("README.md"), "# Next\n");
});

Deno.test("moveBase() leaves the branch alone that somebody switches to meanwhile", async () => {
  await using repo = await tempRepo();
  const repository = await openRepository(repo.root);
  const range = await ahead(repo);
  await repo.git(["branch", "mine"]);
  const lock = join(repo.root, ".git/index.lock");
  await Deno.writeTextFile(lock, "");
  const moved = await moveBase(repository, "main", range, {
    checkouts: true,
    pause: async () => {
      await repo.git(["symbolic-ref", "HEAD", "refs/heads/mine"]);
      await Deno.remove(lock);
    },
  });
  assertEquals(moved, { kind: "moved" });
  assertEquals(await repo.git(["rev-parse", "main", "mine"]), `${range.to}\n${range.from}`);
  assertEquals(await repo.git(["status", "--porcelain"]), "");
});

Deno.test("moveBase() changes nothing if the branch has moved", async () => {
  await using repo = await tempRepo();
  const repository = await openRepository(repo.root);
  const range = await ahead(repo);
  const mine = await repo.commit("meanwhile", { "other.txt": "other\n" });
  const moved = await moveBase(repository, "main", range, { checkouts: true });
  assertEquals(moved, { kind: "elsewhere" });
  assertEquals(await repo.git(["rev-parse", "main"]), mine);
  assert(await repo.git(["status", "--porcelain"]) === "");
});
