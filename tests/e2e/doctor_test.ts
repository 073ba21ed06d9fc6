import { dirname, join } from "node:path";
import { listRuns } from "../../src/journal/store.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { textOf, writeFiles } from "../support/repo.ts";
import { type Rig, rig } from "../support/rig.ts";

interface Found {
  code: string;
  severity: string;
  message: string;
  fixable: boolean;
}

/** What parex says of a repository, without what it says of the machine. */
async function examine(stage: Rig): Promise<{ code: number; found: Found[] }> {
  const { code, stdout } = await stage.parex(["doctor", "--json"]);
  const found: Found[] = JSON.parse(stdout).findings;
  return { code, found: found.filter(({ severity }) => severity !== "info") };
}

async function fixAll(stage: Rig) {
  return await stage.parex(["doctor", "--fix", "--yes"]);
}

/** Old enough for git to have forgotten it. */
async function writeOldLock(path: string) {
  await Deno.writeTextFile(path, "");
  const hourAgo = Date.now() / 1000 - 3600;
  await Deno.utime(path, hourAgo, hourAgo);
}

Deno.test("parex doctor finds no problem in a healthy repository", async () => {
  await using stage = await rig();
  await stage.execute();
  const { code, stdout, stderr } = await stage.parex(["doctor"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^info +git \d/m);
  assertMatch(stdout, /No problems found\.\n$/);
});

Deno.test("parex doctor names what would refuse a run, outside of a repository too", async () => {
  await using stage = await rig({ config: "jbos: 3\n" });
  const { code, found } = await examine(stage);
  assertEquals([code, found.map(({ code }) => code)], [1, ["refused"]]);
  const outside = await stage.parex(["doctor"], { cwd: dirname(stage.root) });
  assertEquals(outside.code, 1);
  assertMatch(outside.stdout, /^error +this is not a git repository/m);
});

Deno.test("parex doctor --fix removes what dead processes have left", async () => {
  await using stage = await rig();
  await stage.execute();
  const state = join(stage.root, ".git/parex");
  const dead = { pid: 2 ** 22 + 1, started: "1", since: "2026-11-22T09:30:15Z", run: "run-dead" };
  await Deno.writeTextFile(join(state, "lock"), JSON.stringify(dead));
  const gitLock = join(stage.root, ".git/worktrees/a/index.lock");
  await writeOldLock(gitLock);
  const [run = ""] = await listRuns(join(stage.root, ".git"));
  const orphan = new Deno.Command("sleep", { args: ["60"], env: { PAREX_RUN_ID: run } }).spawn();

  const { code, found } = await examine(stage);
  assertEquals(code, 1);
  const codes = found.map(({ code }) => code).sort();
  assertEquals(codes, ["git_lock_left", "lock_left", "processes_left"]);
  const unasked = await stage.parex(["doctor", "--fix"]);
  assertEquals(unasked.code, 2, "there is no terminal to ask on");
  assertEquals(await textOf(gitLock), "");

  const fixed = await fixAll(stage);
  await orphan.status;
  assertEquals([fixed.code, fixed.stderr], [0, ""]);
  assertEquals(await textOf(gitLock), undefined);
  assertEquals(await textOf(join(state, "lock")), undefined);
});

Deno.test("parex doctor keeps a lock whose owner may be running", async () => {
  await using stage = await rig();
  const lock = join(stage.root, ".git/index.lock");
  await Deno.writeTextFile(lock, "");
  // However long parex takes to start, the lock is young.
  await Deno.utime(lock, new Date(), new Date(Date.now() + 3_600_000));
  assertEquals((await examine(stage)).found, []);
});

Deno.test("parex doctor --fix connects the worktrees of a renamed checkout again", async () => {
  await using stage = await rig();
  await stage.execute();
  const renamed = `${stage.root}-renamed`;
  await Deno.rename(stage.root, renamed);
  const looked = await stage.parex(["doctor", "--json"], { cwd: renamed });
  const codes = JSON.parse(looked.stdout).findings.map(({ code }: { code: string }) => code);
  assertEquals(codes.includes("worktree_moved"), true, looked.stdout);
  await stage.parex(["doctor", "--fix", "--yes"], { cwd: renamed });
  assertEquals(await stage.repo.git(["status", "--porcelain"], stage.worktree("a")), "");
});

Deno.test("parex doctor --fix repairs worktrees without losing work", async () => {
  await using stage = await rig({ tasks: { gone: {}, half: {}, going: {} } });
  await stage.execute();
  await Deno.remove(stage.worktree("gone"), { recursive: true });
  await Deno.rename(stage.worktree("going"), stage.worktree("_going-going"));
  await writeFiles(`${stage.root}.worktrees`, { "mine/notes.txt": "mine\n" });
  await Deno.mkdir(stage.worktree("empty"));
  const half = stage.worktree("half");
  await stage.repo.commit("theirs", { "half.txt": "theirs\n" });
  await stage.repo.git(["merge", "main"], half).catch(() => "a conflict");
  await writeFiles(half, { "half.txt": "resolved\n" });

  const { found } = await examine(stage);
  assertEquals(
    found.map(({ code, fixable }) => `${code} ${fixable}`).sort(),
    [
      "folder_unknown false",
      "folder_unknown true",
      "half_done true",
      "removal_interrupted true",
      "worktree_missing true",
    ],
  );
  const fixed = await fixAll(stage);
  assertEquals(fixed.code, 1, "a folder with something in it is a person's");
  assertEquals(await textOf(stage.worktree("mine/notes.txt")), "mine\n");
  assertEquals((await examine(stage)).found.length, 1);
  assertEquals(await stage.repo.git(["status", "--porcelain"], stage.worktree("going")), "");
  assertEquals(await stage.repo.git(["status", "--porcelain"], half), "");
  const [, ref = ""] = /anchored: (\S+)/.exec(fixed.stderr) ?? [];
  assertEquals(await stage.repo.git(["show", `${ref}:half.txt`]), "resolved");
  assertEquals(await stage.filesOf("gone").then((files) => files.includes("gone.txt")), true);
});

Deno.test("parex doctor --fix removes work of an earlier plan that has landed, and no other", async () => {
  await using stage = await rig({ tasks: { landed: {}, open: {} } });
  await stage.execute();
  await stage.repo.git(["merge", "-q", "--no-edit", "feature/landed"]);
  for (const task of ["landed", "open"]) {
    await stage.repo.git(["config", `branch.feature/${task}.parex-plan`, "an earlier plan"]);
  }
  const { found } = await examine(stage);
  assertEquals(found.map(({ code }) => code), ["work_landed"]);
  const fixed = await fixAll(stage);
  assertEquals(fixed.code, 0, fixed.stderr);
  assertMatch(fixed.stdout, /info +feature\/open belongs to another plan/);
  assertEquals(await textOf(join(stage.worktree("landed"), ".git")), undefined);
  assert(await textOf(join(stage.worktree("open"), ".git")));
});
