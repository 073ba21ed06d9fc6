/** Repositories as people have them: what a run needs of them, and what it leaves alone. */
import { dirname, join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { TIDY_GIT, withEnv } from "../support/env.ts";
import { parex } from "../support/parex.ts";
import { planFiles } from "../support/plan_files.ts";
import { tempRepo, writeFiles } from "../support/repo.ts";
import { type Rig, rig, type Run } from "../support/rig.ts";

function refused(run: Run) {
  assertEquals(run.code, 3);
  assert(run.failure);
  return run.failure;
}

/** Everything that a run may change, byte for byte. */
async function everything({ root, repo }: Rig): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else files[path] = await Deno.readTextFile(join(root, path));
    }
  };
  await walk(".");
  return { ...files, refs: await repo.git(["for-each-ref"]) };
}

Deno.test("--dry-run shows the schedule and changes nothing, in the tree or in git", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    config: "test: test -f README.md\n",
  });
  const before = await everything(stage);
  const { code, stdout, stderr } = await stage.parex(["execute", "--dry-run"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /feature\/a[^]*feature\/b/);
  assertEquals(await everything(stage), before);
});

Deno.test("--dry-run is stopped by what would stop the run, such as nowhere for pull requests", async () => {
  await using stage = await rig();
  const { code, stdout, stderr } = await stage.parex(["execute", "--dry-run", "--land", "pr"]);
  assertEquals([code, stdout], [3, ""]);
  assertMatch(stderr, /^error: this repository has no remote/);
});

Deno.test("another's branch of a task's name is never built upon", async () => {
  await using stage = await rig();
  await stage.repo.git(["branch", "feature/a"]);
  const failure = refused(await stage.execute());
  assert(failure.reason === "foreign_branch");
  assertEquals(failure.branches.map(({ branch }) => branch), ["feature/a"]);
  assertEquals(await stage.subjectsOf("a"), []);
});

Deno.test("another plan's branch is never built upon, and its owner is named", async () => {
  await using stage = await rig();
  assertEquals((await stage.execute()).code, 0);
  await stage.repo.write(planFiles({ a: {} }, "Another plan"));
  const failure = refused(await stage.execute());
  assert(failure.reason === "foreign_branch");
  assertMatch(failure.branches[0]?.owner ?? "", /sample/i);
});

for (
  const [what, files] of Object.entries({
    "changed files": { "README.md": "changed\n" },
    "untracked files": { "new.txt": "new\n" },
  })
) {
  Deno.test(`a checkout with ${what} is refused, unless --allow-dirty says that it may be`, async () => {
    await using stage = await rig();
    await stage.repo.write(files);
    const failure = refused(await stage.execute());
    assert(failure.reason === "dirty_tree");
    assertEquals(failure.paths, Object.keys(files));
    assertEquals((await stage.execute({ allowDirty: true })).code, 0);
    assertEquals(await stage.repo.read(Object.keys(files)[0] ?? ""), Object.values(files)[0]);
  });
}

Deno.test("a file that is copied into worktrees does not make the checkout dirty", async () => {
  await using stage = await rig();
  await stage.repo.write({ ".env": "KEY=1\n" });
  assertEquals((await stage.execute()).code, 0);
  assert(!(await stage.filesOf("a")).includes(".env"));
});

Deno.test("a changed or untracked plan does not make the checkout dirty", async () => {
  await using stage = await rig();
  await stage.repo.write({ ".parallel/plans/tasks/note.md": "new\n", ...planFiles({ a: {} }) });
  await stage.repo.git(["rm", "-rq", "--cached", ".parallel"]);
  await stage.repo.git(["commit", "-qm", "The plan stays out"]);
  assertEquals((await stage.execute()).code, 0);
  assertEquals(await stage.status("a"), "completed");
});

Deno.test("a detached HEAD is refused, unless a base is named", async () => {
  await using stage = await rig();
  await stage.repo.git(["checkout", "-q", "--detach"]);
  assertEquals(refused(await stage.execute()).reason, "detached_head");
  assertEquals((await stage.execute({ base: "main" })).code, 0);
});

Deno.test("a repository that git knows no name to commit under for is refused", async () => {
  await using stage = await rig();
  await stage.repo.git(["config", "user.useConfigOnly", "true"]);
  await stage.repo.git(["config", "--unset", "user.email"]);
  using _ = withEnv(TIDY_GIT);
  assertEquals(refused(await stage.execute()).reason, "no_identity");
  assertEquals(await stage.journal(), []);
});

Deno.test("a bare repository, one without a commit and none at all end with 3 and what to do", async () => {
  await using stage = await rig();
  const bare = join(stage.home, "bare.git");
  await stage.repo.git(["clone", "-q", "--bare", stage.root, bare]);
  await using empty = await tempRepo({ committed: false });
  const cases: [string, RegExp][] = [
    [bare, /bare/],
    [empty.root, /no commit/],
    [stage.home, /no.*repository|not.*repository/],
  ];
  for (const [cwd, words] of cases) {
    const { code, stdout, stderr } = await parex(["execute"], { cwd });
    assertEquals([code, stdout], [3, ""]);
    assertMatch(stderr, words);
    assertMatch(stderr, /^next: /m);
  }
});

Deno.test("a run starts from any subfolder, with a plan named from there", async () => {
  await using stage = await rig({ files: { "deep/down/x.txt": "x\n" } });
  const { code, stderr } = await stage.parex(["execute", "../../.parallel/plans/plan.yaml"], {
    cwd: join(stage.root, "deep/down"),
  });
  assertEquals(code, 0, stderr);
  assertEquals(await stage.status("a"), "completed");
});

Deno.test("a run from inside a linked worktree lands its worktrees beside the main checkout", async () => {
  await using stage = await rig();
  const linked = join(dirname(stage.root), "linked");
  await stage.repo.git(["worktree", "add", "-q", "-b", "side", linked]);
  await writeFiles(linked, { "side.txt": "x\n" });
  await stage.repo.git(["add", "."], linked);
  await stage.repo.git(["commit", "-qm", "On the side"], linked);
  const { code, stderr } = await stage.parex(["execute"], { cwd: linked });
  assertEquals(code, 0, stderr);
  assertEquals(await stage.subjectsOf("a"), ["feat: a", "On the side"]);
  assertMatch(await Deno.readTextFile(join(stage.worktree("a"), ".git")), /^gitdir/);
  const status = await Deno.readTextFile(join(linked, ".parallel/plans/tasks/a.md"));
  assertMatch(status, /^status: completed$/m);
  assertEquals(await stage.status("a"), "pending");
});

Deno.test("a path with spaces, quotes, unicode and a dollar works", async () => {
  await using stage = await rig({
    name: "für 'alle' [x] $HOME \"y\"",
    tasks: { a: {}, b: { after: ["a"] } },
    config: "setup: test -d .\ntest: test ! -f b.txt || test -f a.txt\n",
  });
  const { code, stderr, stdout } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed" });
  assertMatch(stdout, /Sample/);
});

Deno.test("a repository with a submodule has it checked out in every worktree", async () => {
  await using library = await tempRepo({ files: { "lib.txt": "library\n" } });
  await using stage = await rig({ agent: { a: "cat lib/lib.txt > a.txt" } });
  await stage.repo.git(["submodule", "--quiet", "add", library.root, "lib"]);
  await stage.repo.commit("Use the library");
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "library");
  assertEquals(await stage.repo.git(["diff", "--name-only", "main", "feature/a"]), "a.txt");
});

Deno.test("variables of a git hook around parex do not misdirect it", async () => {
  await using stage = await rig();
  await using other = await tempRepo();
  const env = {
    GIT_DIR: join(other.root, ".git"),
    GIT_WORK_TREE: other.root,
    GIT_INDEX_FILE: join(other.root, ".git/index"),
  };
  const before = await other.git(["for-each-ref"]);
  const { code, stderr } = await stage.parex(["execute"], { env });
  assertEquals(code, 0, stderr);
  assertEquals(await other.git(["for-each-ref"]), before);
  assertEquals(await stage.subjectsOf("a"), ["feat: a"]);
});

Deno.test("parex refuses to run inside of one of its own agents", async () => {
  await using stage = await rig();
  const { code, stderr } = await stage.parex(["execute"], { env: { PAREX_TASK_ID: "task-7" } });
  assertEquals(code, 3);
  assertMatch(stderr, /task-7/);
});

Deno.test("a system without bash is one that parex works on", async () => {
  await using stage = await rig({ name: "it's $HOME" });
  const bin = join(stage.home, "bin");
  await Deno.mkdir(bin);
  for (const name of ["sh", "git", "dirname"]) {
    const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] })
      .output();
    await Deno.symlink(new TextDecoder().decode(stdout).trim(), join(bin, name));
  }
  const env = { PATH: bin };
  const { code, stderr } = await stage.parex(["execute", "--land", "merge"], { env });
  assertEquals(code, 0, stderr);
  assertEquals(await stage.repo.git(["show", "main:a.txt"]), "by a");
});

for (const kind of ["a clone with its git folder elsewhere", "a submodule"]) {
  Deno.test(`${kind} is a repository like others: its tasks are merged there`, async () => {
    await using origin = await tempRepo({ files: planFiles({ a: {}, b: { after: ["a"] } }) });
    await using outer = await tempRepo({ files: { "README.md": "outer\n" } });
    const inner = join(outer.root, "inner");
    await outer.git(
      kind === "a submodule"
        ? ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", origin.root, "inner"]
        : ["clone", "-q", "--separate-git-dir", join(outer.root, "git-folder"), origin.root, inner],
    );
    const agent =
      'echo by > "$PAREX_TASK_ID.txt"; git add -A; git commit -qm "feat: $PAREX_TASK_ID"';
    const flags = ["--land", "merge", "--no-push", "--agent", "command", "--agent-command", agent];
    const { code, stderr } = await parex(["execute", ...flags], { cwd: inner });
    assertEquals(code, 0, stderr);
    assertEquals(await outer.git(["show", "main:b.txt"], inner), "by");
    assertEquals(
      await outer.git(["log", "-1", "--format=%s", "main"]),
      "Begin",
      "the outer one is left alone",
    );
  });
}
