import { join } from "node:path";
import { excludeWorktrees } from "../../src/git/exclude_worktrees.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { tempRepo, textOf } from "../support/repo.ts";

Deno.test("excludeWorktrees() adds one line, once, and keeps every other byte", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  const file = join(temp.root, ".git/info/exclude");
  await Deno.writeTextFile(file, "# mine\r\n*.log");
  await excludeWorktrees(repo);
  await excludeWorktrees(repo);
  assertEquals(await textOf(file), "# mine\r\n*.log\n/worktrees/\n");
});

Deno.test("excludeWorktrees() makes the file, and git keeps worktrees out of the tree", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  await Deno.remove(join(temp.root, ".git/info"), { recursive: true });
  await excludeWorktrees(repo);
  await temp.git(["worktree", "add", "-q", join(temp.root, "worktrees/task-1")]);
  await temp.write({ "src/worktrees/kept.txt": "not ours" });
  await temp.git(["add", "-A"]);
  assertEquals(await temp.git(["status", "--porcelain"]), "A  src/worktrees/kept.txt");
});
