import { join } from "node:path";
import { listRuns } from "../../src/journal/store.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, type Rig, rig, type Run, until, waitAt } from "../support/rig.ts";

const CHECKED = `test: sh check.sh\n`;

const COMMIT = `git add -A\ngit commit -qm "feat: $PAREX_TASK_ID"\n`;
/** Changes a line that others change too; asked to resolve that, keeps both and stages it. */
const SHARES = `cat > $NOTES/$PAREX_TASK_ID.$PAREX_ATTEMPT.prompt
if git rev-parse -q --verify MERGE_HEAD; then
  sed -i -e '/^|\\{7\\}/,/^=\\{7\\}/d' -e '/^[<=>]\\{7\\}/d' shared.txt
  git add -A
else
  sed -i "s/two/$PAREX_TASK_ID/" shared.txt
  ${COMMIT}
fi
`;
/** Green alone, and red beside the other one; whoever lands second puts it right. */
const RENAMES = `touch renamed; test ! -f caller || echo new > caller\n${COMMIT}`;
const CALLS_OLD = `echo old > caller\n${COMMIT}`;
const CALLS_NEW = `echo new > caller\n${COMMIT}`;

/** In b's script: waits until `a` has landed. */
const AFTER_A = waitAt("a-landed");

/** Executes the plan, and lets go on what waits for `a`. */
async function executeAfterA(stage: Rig, flags: Record<string, unknown>): Promise<Run> {
  await using gate = await stage.gate("a-landed");
  return await stage.execute({ land: "merge", ...flags }, (event) => {
    if (event.type === "task.landed" && event.task === "a") void gate.open();
  });
}

/** What the base has been moved to, oldest first: the tip of each landing. */
async function firstParents(stage: Rig): Promise<string[]> {
  const listed = await stage.repo.git(["rev-list", "--first-parent", "--reverse", "main"]);
  return listed.split("\n");
}

/** Whether a commit passes the sample's check, in a clean export of its tree. */
async function passes(stage: Rig, sha: string): Promise<boolean> {
  const folder = await Deno.makeTempDir({ dir: stage.home });
  await stage.repo.git(["worktree", "add", "-q", "--detach", folder, sha]);
  const { code } = await new Deno.Command("sh", { args: ["check.sh"], cwd: folder }).output();
  await stage.repo.git(["worktree", "remove", "--force", folder]);
  return code === 0;
}

/** Worktrees that stand in a half done merge. */
async function merging(stage: Rig): Promise<string[]> {
  const listed = await stage.repo.git(["worktree", "list", "--porcelain"]);
  const paths = listed.split("\n").filter((line) => line.startsWith("worktree "))
    .map((line) => line.slice("worktree ".length));
  const halfDone = [];
  for (const path of paths) {
    const head = await stage.repo.git(["rev-parse", "--git-path", "MERGE_HEAD"], path);
    const file = head.startsWith("/") ? head : `${path}/${head}`;
    if (await Deno.stat(file).then(() => true, () => false)) halfDone.push(path);
  }
  return halfDone;
}

Deno.test("ten tasks land on main, the two that conflict and the one that turns red repaired", async () => {
  await using stage = await rig({
    tasks: Object.fromEntries([..."abcdefghij"].map((id) => [id, {}])),
    config: CHECKED,
    files: {
      // Red where somebody has called the old name after it was renamed.
      "check.sh": "test ! -e renamed || ! grep -qs old caller\n",
      "shared.txt": "one\ntwo\nthree\n",
    },
    agent: { a: SHARES, b: SHARES, d: RENAMES, "e.1": CALLS_OLD, e: CALLS_NEW },
  });
  const run = await stage.execute({ land: "merge", jobs: 3 });
  assertEquals(run.code, 0, JSON.stringify(run.events.filter((e) => e.type === "task.status")));
  assertEquals(new Set(Object.values(await stage.statuses())), new Set(["completed"]));

  const line = await firstParents(stage);
  assertEquals(line.length, 11);
  for (const sha of line) assert(await passes(stage, sha), `main was red at ${sha}`);
  const subjects = await stage.repo.git(["log", "--first-parent", "--format=%s", "main"]);
  assertEquals(
    subjects.split("\n").slice(0, 10).sort(),
    [..."abcdefghij"].map((id) => `Merge branch 'feature/${id}'`),
  );
  assertEquals(await stage.repo.git(["show", "main:caller"]), "new");
  const shared = (await stage.repo.git(["show", "main:shared.txt"])).split("\n");
  assertEquals(shared.toSorted(), ["a", "b", "one", "three"]);

  assertEquals(await merging(stage), []);
  assertEquals(eventsOf(run.events, "integration.finished").map(({ ok }) => ok), [true]);
  const notices = eventsOf(run.events, "notice").map(({ message }) => message).join("\n");
  const met = eventsOf(run.events, "conflict.met");
  assertEquals(met.map(({ between, files }) => [between.toSorted(), files]), [
    [["a", "b"], ["shared.txt"]],
  ]);
  assert(notices.includes("fails merged with main"), notices);
  assertEquals(
    await stage.repo.git(["status", "--porcelain", "--untracked-files=no"]).then((s) =>
      s.split("\n").filter((l) => !l.includes(".parallel"))
    ),
    [],
  );
  assertEquals(await stage.left(), []);
});

Deno.test("a conflict that its agent cannot resolve blocks the task, and the rest goes on", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: { after: ["b"] }, d: {} },
    config: "test: none\nlint: none\n",
    files: { "shared.txt": "one\n" },
    agent: {
      a: `echo a > shared.txt\n${COMMIT}`,
      // b comes last, and never resolves anything.
      b: `if git rev-parse -q --verify MERGE_HEAD; then echo tried > tried.txt; exit 0; fi
${AFTER_A}echo b > shared.txt\n${COMMIT}`,
    },
  });
  const run = await executeAfterA(stage, { attempts: 2 });
  assertEquals(run.code, 1);
  assertEquals(await stage.statuses(), {
    a: "completed",
    b: "blocked",
    c: "pending",
    d: "completed",
  });
  assertEquals(run.record.tasks.get("b")?.failure, {
    reason: "merge_conflict",
    files: ["shared.txt"],
    between: ["a", "b"],
    onto: "main",
  });
  assertEquals(await stage.repo.git(["show", "main:shared.txt"]), "a");
  assertEquals(await merging(stage), []);
  // What stood half done is kept.
  const rescued = await stage.repo.git([
    "for-each-ref",
    "--format=%(refname)",
    "refs/parex/rescue",
  ]);
  assertMatch(rescued, /\/b$/);
  assertEquals(await stage.repo.git(["show", `${rescued}:tried.txt`]), "tried");

  // A person resolves it by the commands of the message, and lands it.
  const worktree = stage.worktree("b");
  await stage.repo.git(["merge", "-q", "-X", "ours", "main"], worktree);
  const merged = await stage.parex(["merge", "b"]);
  assertEquals([merged.code, merged.stdout.split("  ").slice(0, 2)], [0, ["b", "landed"]]);
  assertEquals(await stage.status("b"), "completed");
  assertEquals(await stage.repo.git(["show", "main:shared.txt"]), "b");
});

Deno.test("parex merge lands what is completed, and tells of what conflicts", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: { after: ["a"] } },
    config: CHECKED,
    files: { "shared.txt": "one\n", "check.sh": "test -e README.md\n" },
    agent: {
      a: `echo a > shared.txt\n${COMMIT}`,
      b: `echo b > shared.txt\n${COMMIT}`,
    },
  });
  assertEquals((await stage.execute({ land: "none" })).code, 0);
  const before = await stage.repo.git(["rev-parse", "main"]);
  const { code, stdout } = await stage.parex(["merge"]);
  assertEquals(code, 1);
  assertMatch(stdout, /^a {2}landed {2}[0-9a-f]{10}$/m);
  assertMatch(stdout, /^c {2}landed {2}[0-9a-f]{10}$/m);
  assertMatch(stdout, /^b {2}merge conflict {2}a and b conflict on main$/m);
  assertMatch(stdout, /next: merge by hand: git -C worktrees\/b merge main/);
  assertEquals(await stage.repo.git(["rev-parse", "main~2"]), before);
  assertEquals(await stage.status("b"), "completed");
  assertEquals(await merging(stage), []);

  const again = await stage.parex(["merge", "a", "c"]);
  assertEquals(again.code, 0, again.stdout + again.stderr);
  const unknown = await stage.parex(["merge", "x"]);
  assertEquals(unknown.code, 2);
  const nowhere = await stage.parex(["merge", "--base", "mian"]);
  assertEquals(nowhere.code, 3);
  assertMatch(nowhere.stderr, /there is no branch mian/);
});

Deno.test("a task that fails merged with the base alone is blocked with these words", async () => {
  const passes = "test passes on the branch alone, but merged with main it failed with exit code 1";
  for (const attempts of [1, 2]) {
    await using stage = await rig({
      tasks: { a: {}, b: {} },
      config: CHECKED,
      files: { "check.sh": "test ! -e renamed || ! grep -qs old caller\n" },
      // Called again, it leaves what is red as it is.
      agent: { a: RENAMES, "b.1": AFTER_A + CALLS_OLD, b: `echo b > b.txt\n${COMMIT}` },
    });
    const run = await executeAfterA(stage, { attempts: String(attempts) });
    assertEquals(run.code, 1);
    const { message, next } = run.record.tasks.get("b") ?? {};
    const after = attempts === 1 ? "after 1 attempt" : "after 2 attempts";
    assertEquals(message, `${passes} ${after}: sh check.sh`);
    assertEquals(next, [
      "reproduce it: cd worktrees/b && git merge main && sh check.sh",
      "fix and commit it there, then: parex merge b",
      "or let its agent try again: parex retry b",
    ]);
  }
});

Deno.test("execute with nothing left to do proposes to merge only what has not landed", async () => {
  await using stage = await rig();
  const proposes = async (command: string) => {
    const { code, stdout } = await stage.parex(["execute"]);
    assertEquals(code, 0);
    return stdout.split("\nNext\n")[1]?.split("\n").includes(`  ${command}`) ?? false;
  };
  assertEquals((await stage.execute({ land: "none" })).code, 0);
  assertEquals(await proposes("parex merge"), true);
  assertEquals((await stage.parex(["merge"])).code, 0);
  assertEquals(await proposes("parex merge"), false);
  assertEquals((await stage.parex(["cleanup", "--yes"])).code, 0);
  assertEquals(await proposes("parex merge"), false);
});

Deno.test("parex merge speaks of no attempt where a merge is red", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    config: CHECKED,
    files: { "check.sh": "test ! -e renamed || ! grep -qs old caller\n" },
    agent: { a: RENAMES, b: CALLS_OLD },
  });
  assertEquals((await stage.execute({ land: "none" })).code, 0);
  const { code, stdout } = await stage.parex(["merge"]);
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /^b {2}checks failed {2}merged with main, test failed with exit code 1: sh check\.sh$/m,
  );
  assertMatch(stdout, /next: fix and commit it there, then: parex merge b\n$/);
});

Deno.test("after parex merge, status and retry know a blocked task by the run that had an agent", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, agent: { b: "exit 1" } });
  const once = ["execute", "--land", "none", "--attempts", "1", "--jobs", "1"];
  assertEquals((await stage.parex(once)).code, 1);
  const [worked] = await listRuns(join(stage.root, ".git"));
  const merged = await stage.parex(["merge"]);
  assertEquals(merged.code, 0);
  assertMatch(merged.stderr, /: 1 task of Sample on main$/m);
  const report = await stage.parex(["report"]);
  assertMatch(report.stdout, /^2 runs, the last one \S+ · base main · agent command( |$)/m);
  assertMatch(report.stdout, new RegExp(`\nRuns\n  ${worked}  1 of 2 tasks completed, 1 blocked`));
  assertMatch(report.stdout, /\nNext\n[^]* {2}parex retry b\n/);
  const [a, b] = JSON.parse((await stage.parex(["status", "--json"])).stdout).tasks;
  assertEquals([a.attempts, a.landed.how], [1, "merge"]);
  assertEquals([b.attempts, b.reason], [1, "agent_failed"]);

  await stage.agent({ b: "echo b > b.txt" });
  assertEquals((await stage.parex(["retry", "b"])).code, 0);
  const { land, attempts, jobs } = eventsOf(await stage.journal(), "run.started")[0]?.settings ??
    {};
  assertEquals([land, attempts, jobs], ["none", 1, 1]);
});

Deno.test("execute --land merge stops before any agent where local and remote have diverged", async () => {
  await using stage = await rig();
  const { repo, root } = stage;
  const remote = `${root}/../remote.git`;
  await repo.git(["init", "-q", "--bare", "-b", "main", remote]);
  await repo.git(["remote", "add", "origin", remote]);
  await repo.git(["push", "-q", "origin", "main"]);
  await repo.git(["commit", "-q", "--allow-empty", "-m", "pushed"]);
  await repo.git(["push", "-q", "origin", "main"]);
  await repo.git(["reset", "-q", "--hard", "HEAD^"]);
  await repo.git(["commit", "-q", "--allow-empty", "-m", "mine"]);
  const run = await stage.execute({ land: "merge" });
  assertEquals([run.code, run.failure?.reason], [3, "base_diverged"]);
  assertEquals(run.events, []);
});

Deno.test("conflict markers that an agent has committed go back to it", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    config: "test: none\nlint: none\n",
    files: { "shared.txt": "one\n" },
    agent: {
      a: `echo a > shared.txt\n${COMMIT}`,
      "b.1": `${AFTER_A}echo b > shared.txt\n${COMMIT}`,
      "b.2": "git commit -qam 'with all markers in it'\n",
      "b.3": `cat > $NOTES/prompt; echo both > shared.txt\n${COMMIT}`,
    },
  });
  const run = await executeAfterA(stage, {});
  assertEquals(run.code, 0);
  assertMatch(await stage.note("prompt") ?? "", /conflict markers are left in: shared\.txt/);
  assertEquals(await stage.repo.git(["show", "main:shared.txt"]), "both");
});

Deno.test("what lands is pushed, and a dependent task starts from what has landed", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    config: "test: none\nlint: none\n",
    agent: { b: `git log -1 --format=%s HEAD > b.txt; ${COMMIT}` },
  });
  const { repo, root } = stage;
  const remote = `${root}/../remote.git`;
  await repo.git(["init", "-q", "--bare", "-b", "main", remote]);
  await repo.git(["remote", "add", "origin", remote]);
  await repo.git(["push", "-q", "origin", "main"]);
  const run = await stage.execute({ land: "merge" });
  assertEquals(run.code, 0);
  assertEquals(await repo.git(["show", "main:b.txt"]), "Merge branch 'feature/a'");
  assertEquals(
    await repo.git(["rev-parse", "main"], remote),
    await repo.git(["rev-parse", "main"]),
  );
});

/** Hangs the first time that a merge is checked. */
const HANGS_ONCE = `test: '[ "\${PWD##*/}" != _landing ] || [ -e "$RIG/notes/merged" ] ||
  { touch "$RIG/notes/merged"; sleep 300; }'
`;

Deno.test("a parex merge that was interrupted is begun again, and never resumed with agents", async () => {
  await using stage = await rig({ config: HANGS_ONCE });
  assertEquals((await stage.execute({ land: "none" })).code, 0);
  // Else the merge would be the tree that the task's checks have passed on.
  await stage.repo.commit("theirs", { "theirs.txt": "" });
  const merge = stage.start(["merge"]);
  await until("the merge is checked", async () => await stage.note("merged") !== undefined);
  merge.signal("SIGINT");
  assertEquals((await merge.ended).code, 130);
  const resumed = await stage.parex(["resume"]);
  assertEquals(resumed.code, 2);
  assertMatch(resumed.stderr, /parex merge/);
  assertEquals((await stage.parex(["merge"])).code, 0);
  assert((await stage.repo.git(["ls-tree", "--name-only", "main"])).includes("a.txt"));
});
