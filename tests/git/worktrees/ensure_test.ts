import { dirname, join } from "node:path";
import { planKeyOf } from "../../../src/domain/names.ts";
import { openRepository, type Repository } from "../../../src/git/repository.ts";
import { listRescues } from "../../../src/git/rescue/list.ts";
import { ensureWorktree } from "../../../src/git/worktrees/ensure.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { type TempRepo, tempRepo, textOf } from "../../support/repo.ts";
import { failureFrom } from "../../support/result.ts";

const PLAN = "plan-1";

async function open(temp: TempRepo): Promise<Repository> {
  return await openRepository(temp.root);
}

function ensure(repo: Repository, id: string, over: { path?: string; startPoint?: string } = {}) {
  return ensureWorktree(repo, {
    branch: `feature/${id}`,
    path: join(repo.root, "worktrees", id),
    startPoint: "main",
    identity: PLAN,
    run: "run-1",
    task: id,
    ...over,
  });
}

Deno.test("ensureWorktree() makes branch and files, and records the plan", async () => {
  await using temp = await tempRepo({ files: { "src/a.ts": "a" } });
  const repo = await open(temp);
  assertEquals((await ensure(repo, "task-1")).created, true);
  const tree = join(temp.root, "worktrees/task-1");
  assertEquals(await textOf(join(tree, "src/a.ts")), "a");
  assertEquals(await temp.git(["status", "--porcelain"], tree), "");
  assertEquals(await temp.git(["branch", "--show-current"], tree), "feature/task-1");
  assertEquals(await temp.git(["config", planKeyOf("feature/task-1")]), PLAN);
  assertEquals(
    await temp.git(["config", "--get-regexp", "^branch"]),
    [
      `${planKeyOf("feature/task-1")} ${PLAN}`,
    ].join("\n"),
  );
});

Deno.test("ensureWorktree() leaves work alone when it is called again", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await ensure(repo, "task-1");
  const file = join(temp.root, "worktrees/task-1/README.md");
  await Deno.writeTextFile(file, "changed");
  await temp.commit("The base goes on", { "b.txt": "b" });
  assertEquals((await ensure(repo, "task-1")).created, false);
  assertEquals(await textOf(file), "changed");
});

Deno.test("ensureWorktree() succeeds twenty times at once, and twice for each task", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  const ids = Array.from({ length: 20 }, (_, index) => `task-${index}`);
  const made = await Promise.all([...ids, ...ids].map((id) => ensure(repo, id)));
  assertEquals(made.map((one) => one.created).filter(Boolean).length, 20);
  const heads = await temp.git(["for-each-ref", "--format=%(worktreepath)", "refs/heads/feature"]);
  assertEquals(
    heads.split("\n").sort(),
    ids.map((id) => join(temp.root, "worktrees", id)).sort(),
  );
});

Deno.test("ensureWorktree() takes paths with spaces, unicode and newlines", async () => {
  await using temp = await tempRepo({ name: "a 'b' $c\nünï", files: { "d é/f g.txt": "x" } });
  const repo = await open(temp);
  await ensure(repo, "task-1");
  assertEquals((await ensure(repo, "task-1")).created, false);
  assertEquals(await textOf(join(repo.root, "worktrees/task-1/d é/f g.txt")), "x");
});

Deno.test("ensureWorktree() works from a linked worktree and through a linked folder", async () => {
  await using temp = await tempRepo();
  const folder = dirname(temp.root);
  await temp.git(["worktree", "add", "-q", "-b", "other", join(folder, "linked")]);
  await Deno.mkdir(join(folder, "big-disk"));
  await Deno.symlink(join(folder, "big-disk"), join(temp.root, "worktrees"));
  const repo = await openRepository(join(folder, "linked"));
  await ensure(repo, "task-1");
  assertEquals((await ensure(repo, "task-1")).created, false);
  assert(await textOf(join(folder, "big-disk/task-1/README.md")));
});

Deno.test("ensureWorktree() makes a worktree again whose folder is gone, and no other", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await ensure(repo, "task-1");
  await ensure(repo, "task-2");
  const [first, second] = ["task-1", "task-2"].map((id) => join(temp.root, "worktrees", id));
  await temp.git(["commit", "-q", "--allow-empty", "-m", "work"], first);
  await Deno.remove(first ?? "", { recursive: true });
  await Deno.remove(second ?? "", { recursive: true });
  assertEquals((await ensure(repo, "task-1")).created, true);
  assertEquals(await temp.git(["log", "-1", "--format=%s"], first), "work");
  const listed = await temp.git(["worktree", "list", "--porcelain"]);
  assert(listed.includes(`worktree ${second}\n`), "task-2 stays on git's list");
});

Deno.test("ensureWorktree() keeps commits that only a vanished worktree had", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await ensure(repo, "task-1");
  const tree = join(temp.root, "worktrees/task-1");
  await temp.git(["checkout", "-q", "--detach"], tree);
  await temp.git(["commit", "-q", "--allow-empty", "-m", "work"], tree);
  const sha = await temp.git(["rev-parse", "HEAD"], tree);
  await Deno.remove(tree, { recursive: true });
  const failure = await failureFrom(ensure(repo, "task-1"), "worktree_failed");
  assert(failure.detail.includes(sha), failure.detail);
});

Deno.test("ensureWorktree() anchors what was staged in a vanished worktree, conflicts or not", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await ensure(repo, "task-1");
  const tree = join(temp.root, "worktrees/task-1");
  await temp.commit("ours", { "README.md": "ours" });
  await Deno.writeTextFile(join(tree, "README.md"), "theirs");
  await temp.git(["commit", "-qam", "theirs"], tree);
  const merging = temp.git(["merge", "-q", "main"], tree);
  await merging.catch(() => {});
  await Deno.writeTextFile(join(tree, "new.txt"), "staged");
  await temp.git(["add", "new.txt"], tree);
  await Deno.remove(tree, { recursive: true });
  assertEquals((await ensure(repo, "task-1")).created, true);
  const [rescued] = await listRescues(repo);
  assert(rescued);
  assertEquals(rescued.ref, "refs/parex/rescue/run-1/task-1");
  assertEquals(await temp.git(["show", `${rescued.ref}:new.txt`]), "staged");
});

Deno.test("ensureWorktree() repairs a worktree whose .git file was deleted", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await ensure(repo, "task-1");
  const tree = join(temp.root, "worktrees/task-1");
  await Deno.writeTextFile(join(tree, "new.txt"), "work");
  await Deno.remove(join(tree, ".git"));
  assertEquals((await ensure(repo, "task-1")).created, false);
  assertEquals(await temp.git(["status", "--porcelain"], tree), "?? new.txt");
});

Deno.test("ensureWorktree() completes a checkout that was interrupted", async () => {
  await using temp = await tempRepo({ files: { "a.txt": "a", "b.txt": "b" } });
  const repo = await open(temp);
  await ensure(repo, "task-1");
  const tree = join(temp.root, "worktrees/task-1");
  const admin = await temp.git(["rev-parse", "--absolute-git-dir"], tree);
  await Deno.rename(join(admin, "index"), join(admin, "index.lock"));
  await Deno.remove(join(admin, "ORIG_HEAD"));
  await Deno.remove(join(tree, "b.txt"));
  assertEquals((await ensure(repo, "task-1")).created, true);
  assertEquals(await textOf(join(tree, "b.txt")), "b");
  assertEquals(await temp.git(["status", "--porcelain"], tree), "");
});

Deno.test("ensureWorktree() leaves work alone whose index somebody has removed", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await ensure(repo, "task-1");
  const tree = join(temp.root, "worktrees/task-1");
  await Deno.writeTextFile(join(tree, "README.md"), "work");
  await Deno.remove(await temp.git(["rev-parse", "--absolute-git-dir"], tree) + "/index");
  await ensure(repo, "task-1");
  assertEquals(await textOf(join(tree, "README.md")), "work");
  assertEquals(await temp.git(["status", "--porcelain"], tree), " M README.md");
});

Deno.test("ensureWorktree() clears up after a killed `git worktree add`", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await ensure(repo, "task-1");
  const tree = join(temp.root, "worktrees/task-1");
  const admin = await temp.git(["rev-parse", "--absolute-git-dir"], tree);
  // The state between the folder's creation and the first HEAD.
  await Deno.writeTextFile(join(admin, "locked"), "initializing");
  await Deno.writeTextFile(join(admin, "HEAD"), `${"0".repeat(40)}\n`);
  await Deno.remove(join(admin, "index"));
  await Deno.remove(join(tree, "README.md"));
  assertEquals((await ensure(repo, "task-1")).created, true);
  assertEquals(await temp.git(["status", "--porcelain", "--branch"], tree), "## feature/task-1");
});

Deno.test("ensureWorktree() uses the branch that a failed add left behind", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  const inTheWay = join(temp.root, ".git/worktrees");
  await Deno.writeTextFile(inTheWay, "a file where git needs a folder");
  await failureFrom(ensure(repo, "task-1"), "worktree_failed");
  assertEquals(await temp.git(["branch", "--list", "feature/*"]), "  feature/task-1");
  await Deno.remove(inTheWay);
  assertEquals((await ensure(repo, "task-1")).created, true);
});

Deno.test("ensureWorktree() refuses what is not this plan's", async () => {
  await using temp = await tempRepo();
  const repo = await open(temp);
  await temp.git(["branch", "feature/mine"]);
  await temp.git(["branch", "feature/other"]);
  await temp.git(["config", planKeyOf("feature/other"), "plan-2"]);
  assertEquals((await failureFrom(ensure(repo, "mine"), "foreign_branch")).branches, [
    { branch: "feature/mine" },
  ]);
  assertEquals((await failureFrom(ensure(repo, "other"), "foreign_branch")).branches, [
    { branch: "feature/other", owner: "plan-2" },
  ]);
  await temp.write({ "worktrees/full/notes.txt": "mine" });
  await failureFrom(ensure(repo, "full"), "foreign_worktree");
  await Deno.mkdir(join(temp.root, "worktrees/empty"));
  await ensure(repo, "empty");
  await failureFrom(
    ensure(repo, "empty", { path: join(temp.root, "worktrees/second") }),
    "worktree_elsewhere",
  );
});

Deno.test("ensureWorktree() says why git could not make it", async () => {
  await using temp = await tempRepo();
  const failure = await failureFrom(
    ensure(await open(temp), "task-1", { startPoint: "nowhere" }),
    "worktree_failed",
  );
  assert(failure.detail.includes("nowhere"), failure.detail);
});

Deno.test("ensureWorktree() keeps to a sparse checkout", async () => {
  await using temp = await tempRepo({ files: { "in/a": "a", "out/b": "b" } });
  await temp.git(["sparse-checkout", "set", "in"]);
  await ensure(await open(temp), "task-1");
  assertEquals(await textOf(join(temp.root, "worktrees/task-1/in/a")), "a");
  assertEquals(await textOf(join(temp.root, "worktrees/task-1/out/b")), undefined);
});
