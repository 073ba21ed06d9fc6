/** What a blocked task does when it is tried again: nothing that is committed is done once more. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, type Rig, rig } from "../support/rig.ts";

const COMMIT = `git add -A\ngit commit -qm "feat: $PAREX_TASK_ID"\n`;
/** Keeps its prompt, and leaves a conflict as it is. */
const GIVES_UP = `cat > "$NOTES/prompt"
if git rev-parse -q --verify MERGE_HEAD; then exit 0; fi
echo "$PAREX_TASK_ID" > shared.txt
${COMMIT}`;
const RESOLVES = `cat > "$NOTES/prompt"
git checkout -q --theirs shared.txt
git add -A
`;

/** A plan whose second task is blocked by a conflict with the first. */
async function blockedByConflict(): Promise<Rig> {
  const stage = await rig({
    tasks: { a: {}, b: {} },
    config: "test: none\nlint: none\ntypecheck: none\n",
    files: { "shared.txt": "one\n" },
    agent: { any: GIVES_UP },
  });
  const { code, record } = await stage.execute({ land: "merge", attempts: "1", jobs: "1" });
  assertEquals(code, 1);
  assertEquals(record.tasks.get("b")?.failure?.reason, "merge_conflict");
  return stage;
}

Deno.test("the retry of a task that a conflict blocked starts with the conflict, not with the whole task", async () => {
  await using stage = await blockedByConflict();
  await stage.agent({ any: RESOLVES });
  const retried = await stage.parex(["retry", "b"]);
  assertEquals(retried.code, 0, retried.stdout + retried.stderr);
  const started = eventsOf(await stage.journal(), "agent.started");
  assertEquals(started.map(({ task, kind }) => [task, kind]), [["b", "conflict"]]);
  const prompt = await stage.note("prompt") ?? "";
  assertMatch(prompt, /conflicts with the current `main` \(a\)/);
  assertMatch(prompt, /shared\.txt: modified by both/);
  assertMatch(prompt, /commits of this task, newest first:\s+```\s+feat: b/);
  assertEquals(
    await stage.repo.git(["log", "--format=%s", "--no-merges", "main^..main"]),
    "feat: b",
  );
});

Deno.test("a blocked task whose conflict is gone lands with no agent, by retry and by execute", async () => {
  for (const command of [["retry", "b"], ["execute", "--land", "merge"]]) {
    await using stage = await blockedByConflict();
    // Somebody takes back what it conflicts with.
    await stage.repo.git(["revert", "--no-edit", "-m", "1", "main"]);
    const { code, stdout, stderr } = await stage.parex(command);
    assertEquals(code, 0, stdout + stderr);
    assertEquals(eventsOf(await stage.journal(), "agent.started"), []);
    assertEquals(await stage.repo.git(["show", "main:shared.txt"]), "b");
  }
});

Deno.test("in a blocked task's worktree that somebody has edited, its agent continues", async () => {
  await using stage = await blockedByConflict();
  await Deno.writeTextFile(`${stage.worktree("b")}/by_hand.txt`, "half\n");
  await stage.agent({
    any: `cat > "$NOTES/prompt"\ngit reset -q --hard main\ntest -f by_hand.txt`,
  });
  await stage.parex(["retry", "b"]);
  assertEquals(eventsOf(await stage.journal(), "agent.started")[0]?.kind, "retried");
  assertMatch(await stage.note("prompt") ?? "", /ended without success.*\s+```\s+a and b conflict/);
});

Deno.test("a task that its checks have blocked is retried with its commits and the failure told", async () => {
  await using stage = await rig({
    config: "test: sh check.sh\n",
    files: { "check.sh": "test ! -e broken || { echo because of this; exit 1; }\n" },
    agent: { any: `cat > "$NOTES/prompt"\ntouch broken\n${COMMIT}` },
  });
  assertEquals((await stage.execute({ attempts: "1" })).code, 1);
  assert(!(await stage.note("prompt"))?.includes("newest first"));

  await stage.agent({ any: `cat > "$NOTES/prompt"\ngit rm -q broken\n${COMMIT}` });
  const retried = await stage.parex(["retry", "a"]);
  assertEquals(retried.code, 0, retried.stdout + retried.stderr);
  const prompt = await stage.note("prompt") ?? "";
  assertMatch(prompt, /commits of this task, newest first:\s+```\s+feat: a/);
  assertMatch(prompt, /The check `test` failed with exit code 1/);
  assertMatch(prompt, /because of this/);
  assertEquals(eventsOf(await stage.journal(), "agent.started").map(({ kind }) => kind), [
    "repair",
  ]);
});

Deno.test("a push that failed is repeated by retry, with no agent and no check", async () => {
  await using stage = await rig({ config: "test: test -e a.txt\n", files: { "a.txt": "" } });
  const remote = `${stage.home}/remote.git`;
  await stage.repo.git(["init", "-q", "--bare", "-b", "main", remote]);
  await stage.repo.git(["remote", "add", "origin", remote]);
  await stage.repo.git(["push", "-q", "origin", "main"]);
  const hook = `${remote}/hooks/pre-receive`;
  await Deno.writeTextFile(hook, "#!/bin/sh\necho not today; exit 1\n", { mode: 0o755 });
  const { record } = await stage.execute({ land: "none" });
  assertEquals(record.tasks.get("a")?.failure?.reason, "push_failed");
  await Deno.remove(hook);
  const retried = await stage.parex(["retry", "a"]);
  assertEquals(retried.code, 0, retried.stdout + retried.stderr);
  const journal = await stage.journal();
  assertEquals(eventsOf(journal, "agent.started"), []);
  assert(eventsOf(journal, "checks.finished").every(({ reused }) => reused), "nothing ran again");
  assertEquals(eventsOf(journal, "branch.pushed").length, 1);
});

Deno.test("what a person has committed for a blocked task is checked and landed with no agent", async () => {
  await using stage = await rig({
    tasks: { a: {} },
    config: "test: test ! -e bad\n",
    agent: { a: "echo bad > bad" },
  });
  const blocked = await stage.parex(["execute", "--attempts", "1", "--land", "merge"]);
  assertEquals(blocked.code, 1);
  const git = (...args: string[]) => stage.repo.git(["-C", stage.worktree("a"), ...args]);
  await git("mv", "bad", "good");
  await git("commit", "-qm", "Repair by hand");
  const retried = await stage.parex(["retry", "a"]);
  assertEquals(retried.code, 0, retried.stdout + retried.stderr);
  assertEquals(eventsOf(await stage.journal(), "agent.started"), []);
  assertEquals(await stage.repo.git(["show", "main:good"]), "bad");
  assertMatch(retried.stdout, /feature\/a, 2 commits/);
  assertMatch((await stage.parex(["report"])).stdout, /feature\/a, 2 commits/);
});

Deno.test("if what a person has committed fails its checks, the agent continues with it", async () => {
  await using stage = await rig({
    tasks: { a: {} },
    config: "test: test ! -e bad\n",
    agent: { a: "echo bad > bad" },
  });
  await stage.parex(["execute", "--attempts", "1", "--land", "merge"]);
  const git = (...args: string[]) => stage.repo.git(["-C", stage.worktree("a"), ...args]);
  await git("commit", "-q", "--allow-empty", "-m", "Nothing yet");
  await stage.agent({ a: "git mv bad good" });
  const retried = await stage.parex(["retry", "a"]);
  assertEquals(retried.code, 0, retried.stdout + retried.stderr);
  const started = eventsOf(await stage.journal(), "agent.started");
  assertEquals(started.map(({ kind }) => kind), ["repair"]);
});
