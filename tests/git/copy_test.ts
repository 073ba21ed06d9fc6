import { dirname, join } from "node:path";
import { copyFiles } from "../../src/git/copy.ts";
import { assertEquals } from "../support/assert.ts";
import { tempRepo, textOf, writeFiles } from "../support/repo.ts";

async function withWorktree(files: Record<string, string>) {
  const temp = await tempRepo({ files });
  const worktree = join(temp.root, "worktrees/task-1");
  await temp.git(["worktree", "add", "-q", "-b", "feature/task-1", worktree]);
  const copy = async (...patterns: string[]) =>
    (await copyFiles(temp.at, temp.at.below("worktrees/task-1"), patterns)).sort();
  return { temp, worktree, copy };
}

Deno.test("copyFiles() copies files, folders and globs, with modes and links", async () => {
  const { temp, worktree, copy } = await withWorktree({ "a.txt": "a", "config/b.txt": "b" });
  await using _ = temp;
  await temp.write({
    ".env": "secret",
    "config/local.json": "{}",
    "config/deep/local.json": "{}",
    "certs/one/key.pem": "key",
    "certs/tool.sh": "#!/bin/sh\n",
    "we ird [1].txt": "w",
  });
  await Deno.chmod(join(temp.root, "certs/tool.sh"), 0o750);
  await Deno.symlink("../.env", join(temp.root, "certs/link"));
  assertEquals(
    await copy(".env", ".env.local", "./certs/", "config/*.json", "/we*rd ?1?.txt"),
    [
      ".env",
      "certs/link",
      "certs/one/key.pem",
      "certs/tool.sh",
      "config/local.json",
      "we ird [1].txt",
    ],
  );
  assertEquals(await textOf(join(worktree, ".env")), "secret");
  assertEquals((await Deno.stat(join(worktree, "certs/tool.sh"))).mode! & 0o777, 0o750);
  assertEquals(await Deno.readLink(join(worktree, "certs/link")), "../.env");
  assertEquals(await copy(".env", "certs"), [], "what is there already stays");
});

Deno.test("copyFiles() reads .worktreeinclude as git reads a .gitignore", async () => {
  const { temp, copy } = await withWorktree({ "a.txt": "a" });
  await using _ = temp;
  await temp.write({
    ".worktreeinclude": "# secrets\n.env*\n!.env.example\n/data/\n",
    ".env": "1",
    ".env.example": "2",
    "packages/api/.env.test": "3",
    "data/x/y.db": "4",
    "packages/data/z": "5",
  });
  assertEquals(await copy(), [".env", "data/x/y.db", "packages/api/.env.test"]);
});

Deno.test("copyFiles() never copies over a file of the tree", async () => {
  const { temp, worktree, copy } = await withWorktree({ "a.txt": "a" });
  await using _ = temp;
  await temp.write({ "a.txt": "changed in the checkout" });
  assertEquals(await copy("a.txt", "*.txt"), []);
  assertEquals(await textOf(join(worktree, "a.txt")), "a");
});

Deno.test("copyFiles() copies nothing of git, of other worktrees, or from outside", async () => {
  const { temp, worktree, copy } = await withWorktree({ "a.txt": "a" });
  await using _ = temp;
  await writeFiles(dirname(temp.root), { "outside.txt": "o" });
  await writeFiles(worktree, { "theirs.txt": "t" });
  await temp.git(["init", "-q", "nested"]);
  await temp.write({ "nested/n.txt": "n" });
  assertEquals(
    await copy(".", "", "..", "../outside.txt", "x/../../outside.txt", ".git", ".git/config"),
    [],
  );
  assertEquals(await copy("worktrees", "worktrees/task-1/theirs.txt", "w*"), []);
  assertEquals(await copy("nested"), ["nested/n.txt"]);
});

Deno.test("copyFiles() does not follow a link of the tree out of the worktree", async () => {
  const { temp, worktree, copy } = await withWorktree({ "a.txt": "a" });
  await using _ = temp;
  const outside = join(dirname(temp.root), "outside");
  await Deno.mkdir(outside);
  await temp.write({ "config/.env": "secret" });
  await Deno.symlink(outside, join(worktree, "config"));
  assertEquals(await copy("config/.env"), []);
  assertEquals(await textOf(join(outside, ".env")), undefined);
});

Deno.test("copyFiles() writes through no link that an agent has left where it copies to", async () => {
  const { temp, worktree, copy } = await withWorktree({ "a.txt": "a" });
  await using _ = temp;
  const outside = join(dirname(temp.root), "outside.txt");
  await Deno.writeTextFile(outside, "kept");
  await temp.write({ ".env": "secret" });
  await Deno.symlink(outside, join(worktree, ".env.parex-copy"));
  assertEquals(await copy(".env"), [".env"]);
  assertEquals(await Deno.readTextFile(outside), "kept");
  assertEquals((await Deno.lstat(join(worktree, ".env"))).isSymlink, false);
});
