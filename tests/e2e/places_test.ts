import { dirname, join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { writeFiles } from "../support/repo.ts";
import { findTool, needs } from "../support/needs.ts";
import { eventsOf, type Rig, rig, until } from "../support/rig.ts";

/** Leaves its place for the test to read. */
const SAYS_WHERE = `pwd -P > "$NOTES/$PAREX_TASK_ID"
echo done > "$PAREX_TASK_ID.txt"
`;

Deno.test("worktrees are beside the checkout, behind a link that git ignores", async () => {
  await using stage = await rig({ agent: { a: SAYS_WHERE } });
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(await stage.note("a"), `${stage.root}.worktrees/a\n`);
  assertEquals(await Deno.readLink(join(stage.root, "worktrees")), "../repo.worktrees");
  assertEquals(await stage.repo.read("worktrees/a/a.txt"), "done\n");
  const seen = ["status", "--porcelain", "--ignored", "--", "worktrees"];
  assertEquals(await stage.repo.git(seen), "!! worktrees");
  const [created] = (await stage.journal()).filter(({ type }) => type === "worktree.created");
  assert(created?.type === "worktree.created");
  assertEquals(created.path, `${stage.root}.worktrees/a`);
});

Deno.test("--worktrees takes any folder, also one in the checkout, and later commands find it", async () => {
  await using stage = await rig({ agent: { a: SAYS_WHERE } });
  const first = await stage.parex(["execute", "--worktrees", ".trees"]);
  assertEquals(first.code, 0, first.stderr);
  assertEquals(await stage.note("a"), `${stage.root}/.trees/a\n`);
  assertEquals(await stage.repo.git(["ls-files", "--others", "--exclude-standard"]), "");
  assertEquals(await Deno.readLink(join(stage.root, "worktrees")), ".trees");
  const merged = await stage.parex(["merge"]);
  assertEquals(merged.code, 0, merged.stdout + merged.stderr);
  const cleaned = await stage.parex(["cleanup", "--yes"]);
  assertEquals(cleaned.code, 0, cleaned.stderr);
  assertEquals(
    await Array.fromAsync(Deno.readDir(stage.root), ({ name }) => name).then((names) =>
      names.filter((name) => name.endsWith("trees"))
    ),
    [],
  );
});

Deno.test("a repository with a worktrees folder of its own loses nothing and gets no link", async () => {
  await using stage = await rig({ files: { "worktrees/mine.txt": "mine\n" } });
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /no link leads there, as the repository has a `worktrees` of its own/);
  assertEquals(await stage.repo.read("worktrees/mine.txt"), "mine\n");
  await writeFiles(stage.root, { "worktrees/more.txt": "more\n" });
  const others = ["ls-files", "--others", "--exclude-standard"];
  assertEquals(await stage.repo.git(others), "worktrees/more.txt");
  const again = await stage.parex(["execute"]);
  assertEquals(again.stderr.includes("no link leads there"), false);
});

Deno.test("without a link, the dry run and advice name the worktree's real path", async () => {
  await using stage = await rig({
    files: { "worktrees/mine.txt": "mine\n" },
    config: 'test: "false"\n',
  });
  const dry = await stage.parex(["execute", "--dry-run", "--json"]);
  assertEquals(JSON.parse(dry.stdout).tasks[0].worktree, stage.worktree("a"));
  const { events } = await stage.execute({ attempts: 1, allowRedBase: true });
  const blocked = eventsOf(events, "task.status", "a").at(-1);
  assertMatch(blocked?.next?.join("\n") ?? "", new RegExp(`cd ${stage.worktree("a")} && false`));
});

Deno.test("if the checkout's parent folder is read-only, worktrees are in the state folder", async () => {
  await using stage = await rig({ agent: { a: SAYS_WHERE } });
  await Deno.writeTextFile(`${stage.root}.worktrees`, "a file of somebody's\n");
  const state = join(stage.home, "state");
  const env = { XDG_STATE_HOME: state };
  const { code, stderr } = await stage.parex(["execute"], { env });
  assertEquals(code, 0, stderr);
  const place = (await stage.note("a"))?.trim() ?? "";
  assertEquals(dirname(dirname(place)), join(state, "parex/worktrees"));
  assertEquals(await stage.repo.read("worktrees/a/a.txt"), "done\n");
  const status = await stage.parex(["status", "--json"], { env });
  assertEquals(JSON.parse(status.stdout).tasks[0].worktree, place);
});

Deno.test("a run is resumed after its checkout was renamed, with the worktrees beside or left behind", async () => {
  for (const withTrees of [false, true]) {
    await using stage = await rig({
      agent: { a: `echo one > one.txt\ntouch "$NOTES/begun"\nsleep 300` },
    });
    const parex = stage.start(["execute"]);
    await until("its agent works", async () => await stage.note("begun") !== undefined);
    parex.signal("SIGINT");
    assertEquals((await parex.ended).code, 130);
    const renamed = `${stage.root}-renamed`;
    await Deno.rename(stage.root, renamed);
    if (withTrees) await Deno.rename(`${stage.root}.worktrees`, `${renamed}.worktrees`);
    await stage.agent({ a: `test -f one.txt\n${SAYS_WHERE}` });
    const resumed = await stage.parex(["resume"], { cwd: renamed });
    assertEquals(resumed.code, 0, resumed.stderr);
    const place = `${withTrees ? renamed : stage.root}.worktrees/a\n`;
    assertEquals(await stage.note("a"), place);
  }
});

Deno.test("the worktrees of an older version are used where they are", async () => {
  await using stage = await rig({ agent: { a: SAYS_WHERE } });
  await stage.repo.git(["worktree", "add", "-q", "-b", "feature/a", "worktrees/a"]);
  await Deno.writeTextFile(join(stage.root, ".git/info/exclude"), "/worktrees/\n");
  const before = await stage.parex(["execute", "--dry-run"]);
  assertEquals(before.code, 3, before.stdout);
  await stage.repo.git(["config", "branch.feature/a.parex-plan", await identityOf(stage.root)]);
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(await stage.note("a"), `${stage.root}/worktrees/a\n`);
});

async function identityOf(root: string): Promise<string> {
  const { loadPlan } = await import("../../src/plan/load.ts");
  const plan = await loadPlan(join(root, ".parallel/plans/plan.yaml"));
  assert(plan.ok);
  return plan.value.identity;
}

Deno.test("an agent that removes its worktree's .git reaches nothing of the user's", async () => {
  await using stage = await rig({
    agent: { any: "rm -rf .git* && git add -A && git commit -m x" },
  });
  const main = await stage.repo.git(["rev-parse", "main"]);
  const { code } = await stage.parex(["execute", "--attempts", "1"]);
  assertEquals(code, 1);
  assertEquals(await stage.repo.git(["rev-parse", "main"]), main);
  assertEquals(await stage.status("a"), "blocked");
  const changed = await stage.repo.git(["diff", "--name-only", "HEAD"]);
  assertEquals(changed, ".parallel/plans/tasks/a.md");
});

Deno.test("a check cannot use packages of the user's own node_modules", async () => {
  await using stage = await rig({
    files: { "index.js": "\n", ".gitignore": "node_modules\n" },
    agent: { a: `echo "require('is-odd')" > index.js` },
    config: "test: node index.js\n",
  });
  await writeFiles(stage.root, { "node_modules/is-odd/index.js": "module.exports = 1\n" });
  const { code } = await stage.parex(["execute", "--attempts", "1"]);
  assertEquals(code, 1);
  assertEquals(await stage.status("a"), "blocked");
});

Deno.test("line endings that new attributes would change are not committed", async () => {
  await using stage = await rig({
    tasks: { idle: {}, works: { after: [] } },
    files: { "l.txt": "one\r\ntwo\r\n", "id.txt": "$Id: old$\n" },
    agent: { idle: "git status --porcelain > $NOTES/status", works: "echo w > w.txt" },
  });
  await stage.repo.commit("Attributes", { ".gitattributes": "*.txt text\nid.txt ident\n" });
  const { code } = await stage.parex(["execute", "--attempts", "1", "--land", "merge"]);
  assertEquals(code, 1);
  assertEquals(await stage.note("status"), "");
  assertEquals(await stage.statuses(), { idle: "blocked", works: "completed" });
  assertEquals(await stage.repo.git(["log", "-1", "--format=", "--name-only", "main^2"]), "w.txt");
  const blocked = (await stage.journal()).find((event) =>
    event.type === "task.status" && event.to === "blocked"
  );
  assert(blocked?.type === "task.status");
  assertEquals(blocked.reason, "no_changes");
});

Deno.test("post-checkout hooks run in new worktrees, and what they write is not committed", async () => {
  await using stage = await rig({
    agent: { a: "cat hooked.txt > $NOTES/hooked; echo a > a.txt; git add -A; git commit -qm a" },
  });
  const hook = '#!/bin/sh\necho "$1 $3" > hooked.txt\necho changed > README.md\n';
  await Deno.writeTextFile(join(stage.root, ".git/hooks/post-checkout"), hook, { mode: 0o755 });
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(await stage.note("hooked"), `${"0".repeat(40)} 1\n`);
  assertEquals(await stage.repo.git(["diff", "--name-only", "main", "feature/a"]), "a.txt");
});

Deno.test("work lands in a clone whose git directory lies elsewhere, and in a submodule", async () => {
  await using stage = await rig({ agent: { any: "echo done > done.txt" } });
  const folder = dirname(stage.root);
  const apart = join(folder, "apart");
  const gitDir = join(folder, "apart.git");
  await stage.repo.git(["clone", "-q", "--separate-git-dir", gitDir, stage.root, apart]);
  const outer = join(folder, "outer");
  await stage.repo.git(["init", "-q", "-b", "main", outer]);
  await stage.repo.git(["submodule", "--quiet", "add", stage.root, "inner"], outer);
  const inner = join(outer, "inner");
  await stage.repo.git(["switch", "-q", "-C", "main"], inner);
  for (const root of [apart, inner]) {
    await stage.repo.git(["config", "user.name", "T"], root);
    await stage.repo.git(["config", "user.email", "t@example.org"], root);
    await stage.repo.git(["remote", "remove", "origin"], root);
    const state = join(stage.home, "state");
    const { code, stdout, stderr } = await stage.parex(["execute", "--land", "merge"], {
      cwd: root,
      env: { XDG_STATE_HOME: state },
    });
    assertEquals(code, 0, stdout + stderr);
    assertEquals(await stage.repo.git(["show", "main:done.txt"], root), "done");
    assertEquals(await Deno.readTextFile(join(root, "done.txt")), "done\n");
  }
  assertEquals(await stage.repo.git(["ls-files", "--others", "--exclude-standard"], outer), "");
});

Deno.test("a process that a hook leaves behind is not waited for", async () => {
  await using stage = await rig({ agent: { a: "echo a > a.txt" } });
  const remote = `${stage.root}-remote.git`;
  await stage.repo.git(["clone", "-q", "--bare", stage.root, remote]);
  await stage.repo.git(["remote", "add", "origin", remote]);
  await using gate = await stage.gate("left");
  const left = `#!/bin/sh\n( ${gate.wait.trim()} ) &\n`;
  for (const name of ["pre-commit", "pre-push", "post-checkout"]) {
    const path = join(stage.root, ".git/hooks", name);
    await Deno.writeTextFile(path, left, { mode: 0o755 });
  }
  // It ends although nobody has opened the gate.
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0, stderr);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"], remote), "a");
  await gate.reached();
});

Deno.test({
  ...needs("git-lfs", findTool("git-lfs")),
  name: "files that are not in Git LFS yet are nobody's work, and those in it are checked out",
  fn: async () => {
    await using stage = await rig({
      tasks: { idle: {}, works: {} },
      files: { "old.bin": "raw\n" },
      agent: { idle: "git status --porcelain > $NOTES/status", works: "cat new.bin > w.txt" },
    });
    await stage.repo.git(["lfs", "install", "--local", "--skip-repo"]);
    await stage.repo.commit("Use LFS", {
      ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    });
    await stage.repo.commit("A large file", { "new.bin": "large\n" });
    // git has taken the old file along, for its attributes are new.
    await stage.repo.git(["checkout", "-q", "HEAD~2", "--", "old.bin"]);
    await stage.repo.git(["update-index", "--cacheinfo", `100644,${await rawBlob(stage)},old.bin`]);
    await stage.repo.git(["commit", "-q", "--allow-empty", "-m", "Not in LFS"]);
    const { code } = await stage.parex(["execute", "--attempts", "1", "--allow-dirty"]);
    assertEquals(code, 1);
    assertEquals(await stage.note("status"), "");
    assertEquals(await stage.statuses(), { idle: "blocked", works: "completed" });
    assertEquals(await stage.repo.git(["diff", "--name-only", "main", "feature/works"]), "w.txt");
    assertEquals(await stage.repo.git(["show", "feature/works:w.txt"]), "large");
  },
});

async function rawBlob({ repo, root }: Rig): Promise<string> {
  await Deno.writeTextFile(join(root, "old.bin"), "raw\n");
  return await repo.git(["hash-object", "-w", "--no-filters", "old.bin"]);
}
