import { dirname, join } from "node:path";
import { planOwners } from "../../../src/git/plan_owners.ts";
import { listWorktrees } from "../../../src/git/worktree_list.ts";
import { forgetMissing, moveBack, removeWork } from "../../../src/git/rescue/remove.ts";
import { listRescues } from "../../../src/git/rescue/list.ts";
import { restore } from "../../../src/git/rescue/restore.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { textOf, writeFiles } from "../../support/repo.ts";
import { failureFrom } from "../../support/result.ts";
import { sightOf, stage, WORK } from "./remove_rig.ts";

Deno.test("removeWork() leaves nothing behind of work that has landed, and anchors nothing", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "a.txt": "done\n" });
  await on.git("commit", "-qam", "done");
  await on.temp.git(["merge", "-q", WORK.branch]);
  const removed = await removeWork(on.repo, { ...WORK, worktree: on.tree });
  assertEquals(removed, { anchored: [] });
  assertEquals(await on.temp.git(["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
  assertEquals((await planOwners(on.repo)).size, 0);
  assertEquals((await listWorktrees(on.repo)).length, 1);
  assertEquals([...Deno.readDirSync(dirname(on.worktree))], []);
});

Deno.test("removeWork() removes nothing when the branch cannot be deleted", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "a.txt": "changed\n", "new.txt": "new\n" });
  const before = await sightOf(on, on.worktree);
  const lock = join(on.temp.root, `.git/refs/heads/${WORK.branch}.lock`);
  await Deno.writeTextFile(lock, "");
  await failureFrom(removeWork(on.repo, { ...WORK, worktree: on.tree }), "git_failed");
  await Deno.remove(lock);
  assertEquals(await sightOf(on, on.worktree), before);
  assertEquals(await on.git("symbolic-ref", "HEAD"), `refs/heads/${WORK.branch}`);
});

Deno.test("removeWork() removes nothing when the remote refuses, or has commits of its own", async () => {
  await using on = await stage();
  const remote = join(dirname(on.temp.root), "remote.git");
  await on.temp.git(["init", "-q", "--bare", remote]);
  await on.temp.git(["remote", "add", "origin", remote]);
  await on.temp.git(["push", "-q", "origin", WORK.branch]);
  const work = { ...WORK, worktree: on.tree, remote: "origin" };
  const before = await sightOf(on, on.worktree);

  const hook = join(remote, "hooks/pre-receive");
  await Deno.writeTextFile(hook, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  await failureFrom(removeWork(on.repo, work), "push_failed");
  await Deno.remove(hook);
  await on.temp.git(["commit", "-q", "--allow-empty", "-m", "by a colleague"]);
  await on.temp.git(["push", "-q", "origin", `main:${WORK.branch}`]);
  await failureFrom(removeWork(on.repo, work), "push_failed");
  assertEquals(await sightOf(on, on.worktree), before);
  assertEquals(await on.git("rev-parse", WORK.branch), before.head);

  await on.temp.git(["push", "-qf", "origin", `${before.head}:refs/heads/${WORK.branch}`]);
  await removeWork(on.repo, work);
  assertEquals(await on.temp.git(["ls-remote", "--heads", "origin"]), "");
});

Deno.test("removeWork() keeps a remote branch with commits that no local ref contains", async () => {
  await using on = await stage();
  const remote = join(dirname(on.temp.root), "remote.git");
  await on.temp.git(["init", "-q", "--bare", remote]);
  await on.temp.git(["remote", "add", "origin", remote]);
  await on.git("commit", "-q", "--allow-empty", "-m", "only there");
  const sha = await on.git("rev-parse", "HEAD");
  await on.temp.git(["push", "-q", "origin", WORK.branch]);
  await on.git("checkout", "-q", "--detach", "main");
  await on.temp.git(["branch", "-qD", WORK.branch]);
  await on.git("reflog", "expire", "--expire=now", "HEAD");
  await failureFrom(removeWork(on.repo, { ...WORK, remote: "origin" }), "push_failed");
  assertEquals(
    await on.temp.git(["ls-remote", "--heads", "origin"]),
    `${sha}\trefs/heads/${WORK.branch}`,
  );
});

Deno.test("moveBack() moves a worktree back after an interrupted removal", async () => {
  await using on = await stage();
  const going = join(dirname(on.worktree), "_going-task-1");
  await Deno.rename(on.worktree, going);
  await moveBack(on.repo, going);
  assertEquals(await on.git("status", "--porcelain"), "");
  assertEquals((await listWorktrees(on.repo))[1]?.path, on.worktree);
});

Deno.test("forgetMissing() keeps what git knows of a worktree whose folder is gone", async () => {
  await using on = await stage();
  await on.git("checkout", "-q", "--detach");
  await on.git("commit", "-q", "--allow-empty", "-m", "on no branch");
  const head = await on.git("rev-parse", "HEAD");
  await writeFiles(on.worktree, { "a.txt": "staged\n" });
  await on.git("add", "a.txt");
  await Deno.remove(on.worktree, { recursive: true });
  const missing = { path: on.worktree, head };
  const anchored = await forgetMissing(on.repo, { run: "run-1", task: "task-1", missing });
  assertEquals((await listWorktrees(on.repo)).length, 1);
  assert(anchored);
  await on.temp.git(["merge-base", "--is-ancestor", head, anchored.ref]);
  const [rescued] = await listRescues(on.repo);
  assert(rescued);
  await restore(on.repo, rescued, on.worktree);
  assertEquals(await textOf(join(on.worktree, "a.txt")), "staged\n");
});

Deno.test("restore() overwrites neither a folder nor a branch", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "new.txt": "new\n" });
  await removeWork(on.repo, { ...WORK, worktree: on.tree });
  const [rescued] = await listRescues(on.repo);
  assert(rescued);
  await on.temp.git(["branch", "rescue/task-1"]);
  await writeFiles(on.temp.root, { "taken/file.txt": "mine" });
  const taken = join(on.temp.root, "taken");
  await failureFrom(restore(on.repo, rescued, taken), "foreign_worktree");
  assertEquals(await textOf(join(taken, "file.txt")), "mine");
  const to = join(dirname(on.temp.root), "elsewhere");
  assertEquals((await restore(on.repo, rescued, to)).branch, "rescue/task-1-2");
  assertEquals(await textOf(join(to, "new.txt")), "new\n");
});

Deno.test("restore() restores files that were added with intent-to-add", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "new.txt": "new\n" });
  await on.git("rm", "-q", "--cached", "a.txt");
  await on.git("add", "-N", "new.txt", "a.txt");
  const before = await sightOf(on, on.worktree);
  await removeWork(on.repo, { ...WORK, worktree: on.tree });
  const [rescued] = await listRescues(on.repo);
  assert(rescued);
  const to = join(on.temp.root, "worktrees/back");
  await restore(on.repo, rescued, to);
  assertEquals(await sightOf(on, to), before);
});
