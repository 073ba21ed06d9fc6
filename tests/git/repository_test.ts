import { dirname, join } from "node:path";
import { resultOf } from "../../src/domain/failed.ts";
import type { Failure } from "../../src/domain/failure.ts";
import type { Result } from "../../src/domain/result.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { withEnv } from "../support/env.ts";
import { tempRepo } from "../support/repo.ts";

/** The repository root of a folder, or why it cannot be opened. */
function whereIs(cwd: string) {
  return resultOf(async () => {
    const { root, checkout, commonDir } = await openRepository(cwd);
    return { root, checkout, commonDir };
  });
}

Deno.test("openRepository() finds the root from a subfolder, whatever its name is", async () => {
  await using repo = await tempRepo({ name: "a b\nünï", files: { "deep/down/x": "x" } });
  assertEquals(await whereIs(join(repo.root, "deep/down")), {
    ok: true,
    value: { root: repo.root, checkout: repo.root, commonDir: join(repo.root, ".git") },
  });
});

Deno.test("openRepository() distinguishes the user's linked worktree from the main one", async () => {
  await using repo = await tempRepo();
  const linked = join(dirname(repo.root), "linked tree");
  await repo.git(["worktree", "add", "-q", "-b", "other", linked]);
  assertEquals(await whereIs(linked), {
    ok: true,
    value: { root: repo.root, checkout: linked, commonDir: join(repo.root, ".git") },
  });
});

Deno.test("openRepository() takes parex's own worktree for the root it belongs to", async () => {
  await using repo = await tempRepo();
  const own = join(repo.root, "worktrees/task-1");
  await repo.git(["worktree", "add", "-q", "-b", "feature/task-1", own]);
  const opened = await whereIs(own);
  assertEquals(opened.ok && opened.value.checkout, repo.root);
});

Deno.test("openRepository() takes a submodule for a repository of its own", async () => {
  await using library = await tempRepo({ name: "library" });
  await using repo = await tempRepo();
  await repo.git(["submodule", "add", "-q", library.root, "lib"]);
  const opened = await whereIs(join(repo.root, "lib"));
  assertEquals(opened, {
    ok: true,
    value: {
      root: join(repo.root, "lib"),
      checkout: join(repo.root, "lib"),
      commonDir: join(repo.root, ".git/modules/lib"),
    },
  });
});

Deno.test("openRepository() works in a checkout of a bare repository", async () => {
  await using repo = await tempRepo();
  const folder = dirname(repo.root);
  await repo.git(["clone", "-q", "--bare", repo.root, join(folder, "bare.git")]);
  const checkout = join(folder, "checkout");
  await repo.git(["worktree", "add", "-q", checkout, "main"], join(folder, "bare.git"));
  const expected = { root: checkout, checkout, commonDir: join(folder, "bare.git") };
  assertEquals(await whereIs(checkout), { ok: true, value: expected });

  const own = join(checkout, "worktrees/task-1");
  await repo.git(["worktree", "add", "-q", "-b", "feature/task-1", own], checkout);
  assertEquals(await whereIs(own), { ok: true, value: expected });
});

Deno.test("openRepository() fails in a bare repository", async () => {
  await using repo = await tempRepo();
  const bare = join(dirname(repo.root), "bare.git");
  await repo.git(["clone", "-q", "--bare", repo.root, bare]);
  assertEquals(
    await whereIs(bare),
    failed({ reason: "bare_repository", path: bare }),
  );
});

Deno.test("openRepository() fails outside of a repository", async () => {
  await using repo = await tempRepo();
  const cwd = dirname(repo.root);
  assertEquals(
    await whereIs(cwd),
    failed({ reason: "not_a_repository", cwd }),
  );
});

Deno.test("openRepository() fails without a commit", async () => {
  await using repo = await tempRepo({ committed: false });
  const expected = failed({ reason: "no_commit", root: repo.root });
  assertEquals(await whereIs(repo.root), expected);
});

Deno.test("openRepository() fails with a git that is too old, or none", async () => {
  await using repo = await tempRepo();
  const bin = join(dirname(repo.root), "bin");
  await Deno.mkdir(bin);
  const bash = (await new Deno.Command("which", { args: ["bash"] }).output()).stdout;
  await Deno.symlink(new TextDecoder().decode(bash).trim(), join(bin, "bash"));
  using _ = withEnv({ PATH: bin });
  assertEquals(await whereIs(repo.root), failed({ reason: "git_missing" }));
  const old = "#!/bin/sh\necho 'git version 2.37.9 (Vendor Git-1)'\n";
  await Deno.writeTextFile(join(bin, "git"), old, { mode: 0o755 });
  assertEquals(
    await whereIs(repo.root),
    failed({ reason: "git_too_old", found: "2.37.9", needed: "2.38" }),
  );
});

function failed(failure: Failure): Result<never> {
  return { ok: false, failure };
}
