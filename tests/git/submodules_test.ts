import { dirname, join } from "node:path";
import { Git } from "../../src/git/git.ts";
import { openRepository } from "../../src/git/repository.ts";
import { readStatus } from "../../src/git/status.ts";
import { Worktree } from "../../src/git/worktree.ts";
import { ensureWorktree } from "../../src/git/worktrees/ensure.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { exists } from "../../src/util/files.ts";
import { type TempRepo, tempRepo, textOf, writeFiles } from "../support/repo.ts";

async function ensure(temp: TempRepo, id: string, signal?: AbortSignal) {
  const repo = await openRepository(temp.root);
  const path = join(temp.root, "worktrees", id);
  const made = await ensureWorktree(repo, {
    branch: `feature/${id}`,
    path,
    startPoint: "main",
    identity: "plan-1",
    run: "run-1",
    task: id,
    signal,
  });
  return { ...made, path };
}

/** A repository that uses a library, which is then unreachable. */
async function withLibrary(path = "lib") {
  const library = await tempRepo({ name: "library", files: { "lib.txt": "lib" } });
  const temp = await tempRepo();
  await temp.git(["submodule", "add", "-q", library.root, path]);
  await temp.commit("Use a library");
  return {
    temp,
    library,
    [Symbol.asyncDispose]: async () => {
      await library[Symbol.asyncDispose]();
      await temp[Symbol.asyncDispose]();
    },
  };
}

async function outOfReach({ root }: TempRepo): Promise<void> {
  await Deno.rename(root, `${root}-elsewhere`);
}

Deno.test("a worktree gets the submodules of the checkout without their remotes, many side by side", async () => {
  await using both = await withLibrary("vendor/the lib");
  const { temp, library } = both;
  await temp.git(["config", "submodule.recurse", "true"]);
  const config = await temp.read(".git/config");
  await outOfReach(library);
  const made = await Promise.all(["task-1", "task-2", "task-3"].map((id) => ensure(temp, id)));
  for (const { path, missing } of made) {
    assertEquals(missing, []);
    assertEquals(await textOf(join(path, "vendor/the lib/lib.txt")), "lib");
    assertEquals(await temp.git(["status", "--porcelain"], path), "");
    const origin = ["config", "remote.origin.url"];
    assertEquals(await temp.git(origin, join(path, "vendor/the lib")), library.root);
  }
  // Only sections of branches may have been added.
  const after = await temp.read(".git/config");
  assertEquals(after.slice(0, config.length), config);
  assertEquals(after.slice(config.length).includes("submodule"), false);
});

Deno.test("submodules of a submodule come from the checkout, too", async () => {
  await using both = await withLibrary();
  const { temp, library } = both;
  await using deep = await tempRepo({ name: "deep", files: { "deep.txt": "deep" } });
  await library.git(["submodule", "add", "-q", deep.root, "deep"]);
  await library.commit("Use another one");
  await temp.git(["submodule", "--quiet", "update", "--remote", "--init", "--recursive"]);
  await temp.commit("Use the newest library");
  await outOfReach(library);
  await outOfReach(deep);
  const { path, missing } = await ensure(temp, "task-1");
  assertEquals(missing, []);
  assertEquals(await textOf(join(path, "lib/deep/deep.txt")), "deep");
  assertEquals(await temp.git(["status", "--porcelain"], path), "");
});

Deno.test("submodules that the user has not initialised stay out of the worktrees", async () => {
  await using both = await withLibrary();
  const { temp, library } = both;
  await temp.git(["submodule", "--quiet", "deinit", "--all"]);
  await outOfReach(library);
  const { path, missing } = await ensure(temp, "task-1");
  assertEquals(missing, []);
  assertEquals(await textOf(join(path, "lib/lib.txt")), undefined);
  assertEquals(
    await temp.git(["config", "--get-regexp", "^submodule\\..*\\.(url|active)"]).catch(() => ""),
    "",
  );
});

Deno.test("a commit of a submodule that is not here yet is fetched", async () => {
  await using both = await withLibrary();
  const { temp, library } = both;
  const newest = await library.commit("Go on", { "lib.txt": "new" });
  await temp.git(["update-index", "--cacheinfo", `160000,${newest},lib`]);
  await temp.git(["commit", "-q", "-m", "Use the newest library"]);
  const { path, missing } = await ensure(temp, "task-1");
  assertEquals(missing, []);
  assertEquals(await textOf(join(path, "lib/lib.txt")), "new");
});

Deno.test("a submodule that came with another task's work is fetched", async () => {
  await using both = await withLibrary();
  const { temp } = both;
  await temp.git(["checkout", "-q", "-b", "before", "HEAD~"]);
  const { path, missing } = await ensure(temp, "task-1");
  assertEquals(missing, []);
  assertEquals(await textOf(join(path, "lib/lib.txt")), "lib");
});

Deno.test("a submodule that cannot be checked out is named, and the worktree is created", async () => {
  await using both = await withLibrary();
  const { temp, library } = both;
  await temp.git(["submodule", "--quiet", "deinit", "--all"]);
  await temp.git(["rm", "-q", "--cached", "lib", ".gitmodules"]);
  await temp.git(["commit", "-q", "-m", "Do without"]);
  await Deno.remove(join(temp.root, ".gitmodules"));
  await temp.git(["branch", "-f", "with", "HEAD~"]);
  await outOfReach(library);
  const repo = await openRepository(temp.root);
  const path = join(temp.root, "worktrees/task-1");
  const spec = { identity: "plan-1", run: "run-1", task: "task-1", branch: "feature/task-1" };
  const { missing } = await ensureWorktree(repo, { ...spec, path, startPoint: "with" });
  assertEquals(missing.map((one) => one.path), ["lib"]);
  assert(missing[0]?.detail.includes("does not exist"), missing[0]?.detail);
  assertEquals(await textOf(join(path, "README.md")), "# Sample\n");
});

Deno.test("where parex looks at a worktree, git runs no program that a repository in it names", async () => {
  await using temp = await tempRepo();
  const { path } = await ensure(temp, "t");
  const ran = join(dirname(temp.root), "ran");
  const program = join(dirname(temp.root), "program");
  await Deno.writeTextFile(program, `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
  const inside = join(path, "inside");
  await writeFiles(inside, { "f.txt": "f" });
  await temp.git(["init", "-q", inside]);
  const at = new Git(inside);
  for (
    const args of [
      ["add", "f.txt"],
      ["commit", "-qm", "inside"],
      ["config", "core.fsmonitor", program],
    ]
  ) await at.git(args);
  const worktree = new Worktree(await openRepository(temp.root), "t", path);
  await worktree.git(["add", "inside"]);
  await writeFiles(inside, { "f.txt": "changed" });
  const { changes } = await readStatus(worktree);
  assertEquals(changes.map((change) => change.path), ["inside"]);
  assert(!exists(ran));
});
