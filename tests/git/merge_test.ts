import { join } from "node:path";
import { headState } from "../../src/git/commit.ts";
import { conflictsBetween, mergeInto } from "../../src/git/merge.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { type TempRepo, tempRepo, textOf } from "../support/repo.ts";
import { failureFrom } from "../support/result.ts";

/** Branches off `main`, each with one commit; `main` is checked out again. */
async function branches(temp: TempRepo, changes: Record<string, Record<string, string>>) {
  for (const [branch, files] of Object.entries(changes)) {
    await temp.git(["checkout", "-q", "-b", branch, "main"]);
    await temp.commit(`Work on ${branch}`, files);
  }
  await temp.git(["checkout", "-q", "main"]);
}

const source = (label: string) => ({ head: `refs/heads/feature/${label}`, label });

Deno.test("mergeInto() merges each branch, with a fast-forward if possible", async () => {
  await using temp = await tempRepo();
  await branches(temp, { "feature/a": { "a.txt": "a" }, "feature/b": { "b.txt": "b" } });
  await temp.git(["config", "merge.ff", "false"]);
  await mergeInto(await openRepository(temp.root), temp.at, [source("a")], "Bring in");
  assertEquals(await temp.git(["rev-parse", "HEAD"]), await temp.git(["rev-parse", "feature/a"]));
  await mergeInto(await openRepository(temp.root), temp.at, [source("a"), source("b")], "Bring in");
  assertEquals(await temp.git(["log", "-1", "--format=%s"]), "Bring in");
  assertEquals(await textOf(join(temp.root, "b.txt")), "b");
  const head = await temp.git(["rev-parse", "HEAD"]);
  await mergeInto(await openRepository(temp.root), temp.at, [source("a"), source("b")], "Bring in");
  assertEquals(await temp.git(["rev-parse", "HEAD"]), head, "nothing to do is nothing done");
});

Deno.test("mergeInto() names the two that conflict, and leaves nothing half done", async () => {
  await using temp = await tempRepo({ files: { "x ü.txt": "1\n" } });
  await branches(temp, {
    "feature/a": { "x ü.txt": "a\n" },
    "feature/b": { "b.txt": "b\n" },
    "feature/c": { "x ü.txt": "c\n" },
  });
  const failure = await failureFrom(
    mergeInto(await openRepository(temp.root), temp.at, ["a", "b", "c"].map(source), "Bring in"),
    "merge_conflict",
  );
  assertEquals(failure.files, ["x ü.txt"]);
  assertEquals(failure.between, ["a", "c"]);
  assertEquals((await headState(temp.at)).inProgress, undefined);
  assertEquals(await temp.git(["status", "--porcelain"]), "");
  assertEquals(await textOf(join(temp.root, "b.txt")), "b\n", "the merges before it stay");
});

Deno.test("mergeInto() names the worktree's branch when its own work conflicts", async () => {
  await using temp = await tempRepo({ files: { "x.txt": "1\n" } });
  await branches(temp, { "feature/a": { "x.txt": "a\n" } });
  await temp.commit("ours", { "x.txt": "ours\n" });
  const failure = await failureFrom(
    mergeInto(await openRepository(temp.root), temp.at, [source("a")], "m"),
    "merge_conflict",
  );
  assertEquals(failure.between, ["main", "a"]);
});

Deno.test("mergeInto() runs no hook", async () => {
  await using temp = await tempRepo();
  await branches(temp, { "feature/a": { "a.txt": "a" } });
  await temp.commit("ours", { "b.txt": "b" });
  const hook = "#!/bin/sh\necho 'bad message' >&2\nexit 1\n";
  await Deno.mkdir(join(temp.root, ".git/hooks"), { recursive: true });
  for (const name of ["pre-merge-commit", "commit-msg", "post-merge"]) {
    await Deno.writeTextFile(join(temp.root, ".git/hooks", name), hook, { mode: 0o755 });
  }
  await mergeInto(await openRepository(temp.root), temp.at, [source("a")], "m");
  assertEquals(await temp.git(["log", "-1", "--format=%s"]), "m");
  assertEquals(await temp.git(["status", "--porcelain"]), "");
});

Deno.test("conflictsBetween() predicts conflicts without touching a tree", async () => {
  await using temp = await tempRepo({ files: { "x.txt": "1\n", "y\n.txt": "1\n" } });
  await branches(temp, {
    "feature/a": { "x.txt": "a\n", "y\n.txt": "a\n" },
    "feature/b": { "b.txt": "b\n" },
    "feature/c": { "x.txt": "c\n", "y\n.txt": "c\n" },
  });
  const repo = await openRepository(temp.root);
  assertEquals(await conflictsBetween(repo, "feature/a", "feature/b"), []);
  assertEquals(await conflictsBetween(repo, "feature/a", "feature/c"), ["x.txt", "y\n.txt"]);
  await failureFrom(conflictsBetween(repo, "feature/a", "nowhere"), "git_failed");
});
