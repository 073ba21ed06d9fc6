import { dirname, join } from "node:path";
import { takeLock } from "../../src/journal/lock.ts";
import { stateDir } from "../../src/journal/store.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { textOf, writeFiles } from "../support/repo.ts";
import { must } from "../support/result.ts";
import { type Rig, rig } from "../support/rig.ts";
import { taskFileOf } from "../support/plan_files.ts";
import { treeOf } from "../support/tree.ts";

const UNTRACKED_PLAN = { ".gitignore": ".parallel/\n*.log\n" };

/** All that a cleanup could change. */
async function sightOf({ repo, root }: Rig) {
  return {
    files: await treeOf(root),
    refs: await repo.git(["for-each-ref"]),
    worktrees: await repo.git(["worktree", "list"]),
    config: await textOf(join(root, ".git/config")),
  };
}

async function archiveOf({ root }: Rig): Promise<Record<string, string>> {
  const folders = [...Deno.readDirSync(join(root, ".parallel/archive"))];
  assertEquals(folders.length, 1);
  return await treeOf(join(root, ".parallel/archive", folders[0]?.name ?? ""));
}

Deno.test("parex cleanup removes what has landed and archives the plan with its report", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
  await stage.execute();
  await stage.repo.git(["merge", "-q", "--no-edit", "feature/b"]);
  const done = await stage.parex(["cleanup", "--yes"]);
  assertEquals(done.code, 0, done.stderr);
  assertMatch(done.stdout, /Removed\n {2}a\n {4}branch feature\/a and worktree/);
  assertEquals(
    await stage.repo.git(["for-each-ref", "--format=%(refname)"]),
    "refs/heads/main",
    "all commits are on main, so nothing was anchored",
  );
  assertEquals(await stage.repo.git(["worktree", "list", "--porcelain"]).then(countOf), 1);
  const names = ["plan.yaml", "report.json", "report.txt", "tasks/a.md", "tasks/b.md"];
  assertEquals(Object.keys(await archiveOf(stage)), names);
  assertMatch(
    await stage.repo.read(taskFileOf("a")),
    /status: completed/,
    "git tracks it: it stays",
  );
  const report = await stage.parex(["report"]);
  assertMatch(report.stdout, /Cleanup\n[^]*a: removed feature\/a/);
  const again = await stage.parex(["cleanup", "--yes"]);
  assertEquals([again.code, again.stdout], [0, "Nothing to clean up.\n"]);
});

function countOf(list: string): number {
  return list.split("\n").filter((line) => line.startsWith("worktree ")).length;
}

Deno.test("parex cleanup archives a plan later if the archive could not be written", async () => {
  await using stage = await rig({ files: UNTRACKED_PLAN });
  await stage.execute();
  await stage.repo.git(["merge", "-q", "--no-edit", "feature/a"]);
  await stage.repo.write({ ".parallel/archive": "a file where a folder is needed" });
  assertEquals((await stage.parex(["cleanup", "--yes"])).code, 3);
  await Deno.remove(join(stage.root, ".parallel/archive"));
  const again = await stage.parex(["cleanup", "--yes"]);
  assertEquals(again.code, 0, again.stderr);
  assert("plan.yaml" in await archiveOf(stage));
});

Deno.test("parex cleanup moves a plan that git does not track", async () => {
  await using stage = await rig({ files: UNTRACKED_PLAN });
  await stage.execute();
  await stage.repo.git(["merge", "-q", "--squash", "feature/a"]);
  await stage.repo.git(["commit", "-qm", "a, squashed"]);
  const done = await stage.parex(["cleanup", "--yes"]);
  assertEquals(done.code, 0, done.stderr);
  assertEquals(await textOf(join(stage.root, taskFileOf("a"))), undefined);
  assert("tasks/a.md" in await archiveOf(stage));
  assertMatch(
    done.stdout,
    /rescue ref: refs\/parex\/rescue\/.*\/a\n/,
    "its own commit is on no branch",
  );
});

Deno.test("parex cleanup keeps what has not landed, and changes nothing without consent", async () => {
  await using stage = await rig({
    tasks: { merged: {}, open: {}, dirty: {}, failed: {} },
    agent: { failed: "exit 1" },
  });
  await stage.execute();
  for (const task of ["merged", "dirty"]) {
    await stage.repo.git(["merge", "-q", "--no-edit", `feature/${task}`]);
  }
  await writeFiles(stage.worktree("dirty"), { "forgotten.txt": "work\n" });
  const before = await sightOf(stage);

  const dry = await stage.parex(["cleanup", "--dry-run"]);
  assertEquals(dry.code, 0);
  assertMatch(dry.stdout, /Would be removed\n {2}merged\n/);
  assertMatch(dry.stdout, /open\n {4}it has commits that the base does not have/);
  assertMatch(dry.stdout, /^Land it: parex merge/m);
  assertMatch(dry.stdout, /dirty\n {4}1 file in its worktree is not committed/);
  assertMatch(dry.stdout, /failed\n {4}it is blocked/);
  assertEquals(await sightOf(stage), before);
  const unasked = await stage.parex(["cleanup"]);
  assertEquals(unasked.code, 2);
  assertMatch(unasked.stderr, /confirm with --yes/);
  assertEquals(await sightOf(stage), before);

  assertEquals((await stage.parex(["cleanup", "--yes"])).code, 0);
  const left = await stage.repo.git(["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
  assertEquals(left, "feature/dirty\nfeature/failed\nfeature/open\nmain");
  assertEquals(await textOf(join(stage.root, ".parallel/archive")), undefined);
});

Deno.test("parex rescue list counts the commits that only the anchor holds", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, files: UNTRACKED_PLAN });
  await stage.execute();
  await stage.repo.git(["merge", "-q", "--no-edit", "feature/b"]);
  await writeFiles(stage.worktree("b"), { "new.txt": "new\n" });
  assertEquals((await stage.parex(["cleanup", "--yes", "--force", "a", "b"])).code, 0);
  const told = async () =>
    (await stage.parex(["rescue", "list"])).stdout.split("\n").filter((line) => /^ {2}/.test(line));
  assertEquals(await told(), ["  1 commit of feature/a", "  uncommitted files"]);
  assertEquals((await stage.parex(["rescue", "restore", "a"])).code, 0);
  assertEquals((await told())[0], "  nothing that a branch does not have");
});

Deno.test("parex cleanup --force removes the named tasks, and parex rescue restores them", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, files: UNTRACKED_PLAN });
  await stage.execute();
  await writeFiles(stage.worktree("a"), { "a.txt": "changed\n", "new.txt": "new\n", "x.log": "x" });
  await Deno.chmod(join(stage.worktree("a"), "new.txt"), 0o755);
  const before = await treeOf(stage.worktree("a"));
  delete before["x.log"];

  const unknown = await stage.parex(["cleanup", "--yes", "--force", "aa"]);
  assertEquals(unknown.code, 2);
  const done = await stage.parex(["cleanup", "--yes", "--force", "a", "--json"]);
  assertEquals(done.code, 0, done.stderr);
  const [removed] = JSON.parse(done.stdout).removed;
  assertEquals(await textOf(join(stage.worktree("a"), "a.txt")), undefined);
  assertEquals(await stage.filesOf("b").then((files) => files.includes("b.txt")), true);

  const list = JSON.parse((await stage.parex(["rescue", "list", "--json"])).stdout);
  assertEquals(list.rescues.map(({ ref }: { ref: string }) => ref), removed.anchored);
  const to = join(dirname(stage.root), "back");
  const back = await stage.parex(["rescue", "restore", removed.anchored[0], "--to", to]);
  assertEquals(back.code, 0, back.stderr);
  assertEquals(await treeOf(to), before);
  assertEquals(await stage.repo.git(["status", "--porcelain"], to), " M a.txt\n?? new.txt");
  const twice = await stage.parex(["rescue", "restore", "a", "--to", to]);
  assertEquals(twice.code, 3, "nothing is written over");
  const beside = await stage.parex(["rescue", "restore", "a", "--json"]);
  assertEquals(JSON.parse(beside.stdout).path, stage.worktree("rescue-a"));
  assertEquals(await stage.repo.git(["status", "--porcelain"]), "");
});

Deno.test("parex cleanup does not touch a live run or a worktree with a running process", async () => {
  await using stage = await rig();
  await stage.execute();
  await stage.repo.git(["merge", "-q", "--no-edit", "feature/a"]);
  const before = await sightOf(stage);
  const lock = must(takeLock(stateDir(join(stage.root, ".git")), "run-live"));
  const live = await stage.parex(["cleanup", "--yes", "--force", "a"]);
  lock.release();
  assertEquals(live.code, 1);
  assertMatch(live.stdout, /the run run-live is in progress/);
  assertEquals(await sightOf(stage), before);

  const worker = new Deno.Command("sleep", {
    args: ["60"],
    env: { PAREX_WORKTREE: stage.worktree("a") },
  }).spawn();
  const busy = await stage.parex(["cleanup", "--yes"]);
  worker.kill();
  await worker.status;
  assertMatch(busy.stdout, new RegExp(`running in its worktree: ${worker.pid}`));
  assertEquals(await sightOf(stage), before);
});

Deno.test("parex cleanup --remote also deletes the remote branch, or deletes nothing", async () => {
  await using stage = await rig();
  const remote = join(dirname(stage.root), "remote.git");
  await stage.repo.git(["init", "-q", "--bare", "-b", "main", remote]);
  await stage.repo.git(["remote", "add", "origin", remote]);
  await stage.repo.git(["push", "-q", "origin", "main"]);
  await stage.execute();
  await stage.repo.git(["merge", "-q", "--no-edit", "feature/a"]);
  const hook = join(remote, "hooks/pre-receive");
  await Deno.writeTextFile(hook, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const refused = await stage.parex(["cleanup", "--yes", "--remote"]);
  assertEquals(refused.code, 1);
  assertMatch(refused.stdout, /Not removed\n {2}a\n/);
  assertEquals(await stage.filesOf("a").then((files) => files.includes("a.txt")), true);
  assertEquals(await stage.repo.git(["status", "--porcelain"], stage.worktree("a")), "");

  await Deno.remove(hook);
  assertEquals((await stage.parex(["cleanup", "--yes", "--remote"])).code, 0);
  assertEquals(await stage.repo.git(["ls-remote", "--heads", "origin", "feature/*"]), "");
});

Deno.test("parex cleanup removes transcripts and logs of old runs, and keeps their journals", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    config: "test: 'true'\nkeep-runs: 1\n",
    agent: { b: "exit 1" },
  });
  for (const only of ["a", "b"]) {
    await stage.parex(["execute", "--land", "none", "--only", only, "--attempts", "1"]);
  }
  const runs = join(stage.root, ".git/parex/runs");
  const [first = "", second = ""] = [...Deno.readDirSync(runs)].map(({ name }) => name).sort();
  const doctor = await stage.parex(["doctor"]);
  assertMatch(doctor.stdout, /records of 2 runs take [^]*next: remove .* parex cleanup\n/);
  const shown = await stage.parex(["cleanup", "--dry-run"]);
  assertMatch(shown.stdout, /Would be removed: transcripts and logs of 1 old run, \d/);
  assertEquals(await textOf(join(runs, first, "logs/a.1.test.log")), "");
  const done = await stage.parex(["cleanup", "--yes"]);
  assertMatch(done.stdout, /Removed: transcripts and logs of 1 old run, \d/);
  const left = (run: string) => [...Deno.readDirSync(join(runs, run))].map(({ name }) => name);
  assertEquals(left(first).filter((name) => name === "logs" || name === "transcripts"), []);
  assert(left(first).includes("journal.ndjson"));
  assert(left(second).includes("transcripts"));
  assertMatch((await stage.parex(["show", "a"])).stdout, /completed/);
  assertMatch((await stage.parex(["runs"])).stdout, new RegExp(first));
});

Deno.test("parex cleanup removes old transcripts also when no plan is left", async () => {
  await using stage = await rig({ config: "keep-runs: 1\n", files: UNTRACKED_PLAN });
  for (const _ of "12") await stage.parex(["execute", "--land", "merge"]);
  await Deno.remove(join(stage.root, ".parallel/plans"), { recursive: true });
  assertMatch(
    (await stage.parex(["cleanup", "--yes"])).stdout,
    /^Removed: transcripts and logs of 1/,
  );
  assertMatch((await stage.parex(["cleanup", "--yes"])).stderr, /no plan found/);
});
