import fc from "fast-check";
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { testEnv } from "../../support/env.ts";
import { type QueueRig, queueRig } from "../../support/queue.ts";
import { leaveLock } from "../../support/repo.ts";
import { eventsOf } from "../../support/rig.ts";

/** Fails if both files of a line of `foes` exist. */
const CHECK = `while read a b; do
  if [ -e "$a" ] && [ -e "$b" ]; then echo "$a and $b do not get along"; exit 1; fi
done < foes
`;
const CONFIG = "test: sh check.sh\nlint: none\n";

async function main(at: QueueRig): Promise<string> {
  return await at.stage.repo.git(["rev-parse", "main"]);
}

/** All commits that `main` has ever pointed at, by its reflog. */
async function everMain(at: QueueRig): Promise<string[]> {
  const shas = await at.stage.repo.git(["log", "-g", "--format=%H", "refs/heads/main"]);
  return [...new Set(shas.split("\n"))];
}

/** Whether the sample's check passes on a commit; reads only its files. */
async function isGreen(at: QueueRig, sha: string): Promise<boolean> {
  const { repo } = at.stage;
  const files = new Set((await repo.git(["ls-tree", "--name-only", sha])).split("\n"));
  const foes = (await repo.git(["show", `${sha}:foes`])).split("\n").filter((line) => line !== "");
  return foes.map((line) => line.split(" ")).every((pair) => !pair.every((one) => files.has(one)));
}

Deno.test("whatever conflicts or fails together, main always passes and nothing is lost", async () => {
  const tasks = ["a", "b", "c", "d"];
  const pairs = fc.subarray(tasks.flatMap((a) => tasks.filter((b) => a < b).map((b) => [a, b])));
  await fc.assert(
    fc.asyncProperty(
      pairs,
      // Tasks of the same number change the same line; 0 changes none.
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (foes, lines, batch) => {
        const config = `${CONFIG}merge-batch: ${batch}\n`;
        const text = foes.map((pair) => `${pair.join(" ")}\n`).join("");
        const shared = { "1": "one\n", "2": "two\n" };
        await using at = await queueRig({
          tasks,
          config,
          files: { "check.sh": CHECK, foes: text, ...shared },
        });
        for (const [index, task] of tasks.entries()) {
          const line = lines[index];
          await at.branch(task, { [task]: "", ...(line ? { [line]: `by ${task}\n` } : {}) });
        }
        const landings = await Promise.all(tasks.map((task) => at.land(task)));
        for (const sha of await everMain(at)) assert(await isGreen(at, sha), `red at ${sha}`);
        for (const [index, { kind }] of landings.entries()) {
          const branch = `feature/${tasks[index]}`;
          const inMain = await at.stage.repo.git(["branch", "--list", branch, "--merged", "main"]);
          assertEquals(inMain !== "", kind === "landed", `${branch} is ${kind}`);
          assert(kind === "landed" || kind === "refused", kind);
        }
        assertEquals(landings[0]?.kind, "landed");
        await at.close();
        assertEquals((await at.stage.repo.git(["worktree", "list"])).split("\n").length, 1);
      },
    ),
    // What conflicts with the stack must not overtake the halves of a red batch.
    { numRuns: 6, examples: [[[["a", "b"], ["a", "c"]], [0, 1, 1, 0], 3]] },
  );
});

Deno.test("a conflict names the files and the tasks that it is between", async () => {
  await using at = await queueRig({
    tasks: ["a", "b"],
    config: CONFIG,
    files: { "check.sh": CHECK, foes: "", shared: "one\n" },
  });
  await at.branch("a", { shared: "a\n" });
  await at.branch("b", { shared: "b\n" });
  assertEquals((await at.land("a")).kind, "landed");
  const tip = await main(at);
  const modified = { did: "modified" } as const;
  const conflicts = [{ path: "shared", ours: modified, theirs: modified }];
  assertEquals(await at.land("b"), {
    kind: "refused",
    occasion: { kind: "conflict", onto: tip, files: ["shared"], between: ["a", "b"] },
    failure: {
      reason: "merge_conflict",
      files: ["shared"],
      between: ["a", "b"],
      conflicts,
      onto: "main",
    },
  });
  assertEquals(await main(at), tip);
});

Deno.test("a lock that a killed git has left where merges are made keeps nothing from landing", async () => {
  await using at = await queueRig({
    tasks: ["a", "b"],
    config: CONFIG,
    files: { "check.sh": CHECK, foes: "" },
  });
  await at.branch("a", { "a.txt": "a\n" });
  await at.branch("b", { "b.txt": "b\n" });
  assertEquals((await at.land("a")).kind, "landed");
  await leaveLock(`${at.stage.root}/.git/worktrees/_landing/index.lock`);
  assertEquals((await at.land("b")).kind, "landed");
});

Deno.test("a merge has the message by which tasks are found, and leaves the plan's files alone", async () => {
  await using at = await queueRig({
    tasks: ["a"],
    config: CONFIG,
    files: { "check.sh": CHECK, foes: "" },
  });
  const file = ".parallel/plans/tasks/a.md";
  const before = await at.stage.repo.git(["show", `main:${file}`]);
  await at.branch("a", { "a.txt": "a\n", [file]: before.replace("pending", "completed") });
  assertEquals(await at.land("a"), { kind: "landed" });
  assertEquals(
    await at.stage.repo.git(["log", "-1", "--format=%B", "main"]),
    "Merge branch 'feature/a'\n\nDo a\n\nImplements: a",
  );
  assertEquals(await at.stage.repo.git(["show", `main:${file}`]), before);
  assertEquals(await at.stage.repo.git(["show", "main:a.txt"]), "a");
});

Deno.test("tasks of a batch are checked once, and taken apart when they do not pass", async () => {
  await using at = await queueRig({
    tasks: ["a", "b", "c", "d"],
    config: `${CONFIG}merge-batch: 3\ncheck-jobs: 1\n`,
    files: { "check.sh": CHECK, foes: "b c\n" },
  });
  for (const task of ["a", "b", "c", "d"]) await at.branch(task, { [task]: "" });
  const landings = await Promise.all(["a", "b", "c", "d"].map((task) => at.land(task)));
  assertEquals(landings.map(({ kind }) => kind), ["landed", "landed", "refused", "landed"]);
  const checks = eventsOf(at.events, "checks.finished").map(({ exit_code }) => exit_code);
  // The first three, the first two, the third, and the fourth without it.
  assertEquals(checks, [1, 0, 1, 0]);
});

Deno.test("a checkout with changes in the way stays as it is, and the suggested commands update it", async () => {
  await using at = await queueRig({
    tasks: ["a", "b"],
    config: CONFIG,
    files: { "check.sh": CHECK, foes: "", shared: "1\n2\n3\n4\n5\n" },
  });
  const { repo } = at.stage;
  await at.branch("a", { shared: "a\n2\n3\n4\n5\n" });
  await at.branch("b", { b: "" });
  await repo.write({ shared: "1\n2\n3\n4\nmine\n" });
  assertEquals((await at.land("a")).kind, "landed");
  assertEquals((await at.land("b")).kind, "landed");
  assertEquals(await repo.read("shared"), "1\n2\n3\n4\nmine\n");
  const [, last] = eventsOf(at.events, "notice");
  const commands = last?.message.split("bring it up to date: ")[1] ?? "";
  const done = await new Deno.Command("sh", {
    args: ["-ec", commands],
    cwd: repo.root,
    clearEnv: true,
    env: testEnv(),
  }).output();
  assertEquals(done.code, 0, new TextDecoder().decode(done.stderr));
  assertEquals(await repo.read("shared"), "a\n2\n3\n4\nmine\n");
  assertEquals(await repo.git(["status", "--porcelain"]), " M shared");
});

/** A bare remote that has `main`, and somebody else's clone of it. */
async function withRemote(at: { root: string; repo: QueueRig["stage"]["repo"] }) {
  const remote = join(at.root, "../remote.git");
  const other = join(at.root, "../other");
  await at.repo.git(["init", "-q", "--bare", "-b", "main", remote]);
  await at.repo.git(["remote", "add", "origin", remote]);
  await at.repo.git(["push", "-q", "origin", "main"]);
  await at.repo.git(["clone", "-q", remote, other]);
  return { remote, other };
}

Deno.test("where the remote has moved meanwhile, the merge is made and checked again on what it has", async () => {
  await using at = await queueRig({
    tasks: ["a"],
    // The check itself pushes once, as somebody else would.
    config: `test: sh check.sh && sh "$(git rev-parse --git-common-dir)/push-once.sh"\n`,
    files: { "check.sh": CHECK, foes: "" },
    before: async (stage) => {
      await withRemote(stage);
      const once = `cd "$(dirname "$0")/../../other" || exit 1
test ! -e pushed || exit 0
touch pushed
git -c user.name=o -c user.email=o@example.org commit -q --allow-empty -m theirs
git push -q origin main\n`;
      await Deno.writeTextFile(join(stage.root, ".git/push-once.sh"), once);
    },
  });
  const { root, repo } = at.stage;
  await at.branch("a", { a: "" });
  assertEquals(await at.land("a"), { kind: "landed" });
  const subjects = await repo.git(["log", "--first-parent", "--format=%s", "-2", "main"]);
  assertEquals(subjects, "Merge branch 'feature/a'\ntheirs");
  const remote = join(root, "../remote.git");
  assertEquals(await repo.git(["rev-parse", "main"], remote), await main(at));
  assertEquals(eventsOf(at.events, "checks.finished").length, 2);
});

Deno.test("a remote that refuses blocks the task and leaves main where it was", async () => {
  await using at = await queueRig({
    tasks: ["a"],
    config: CONFIG,
    files: { "check.sh": CHECK, foes: "" },
    before: async (stage) => {
      const { remote } = await withRemote(stage);
      const hook = "#!/bin/sh\necho protected >&2\nexit 1\n";
      await Deno.writeTextFile(join(remote, "hooks/update"), hook, { mode: 0o755 });
    },
  });
  const before = await main(at);
  await at.branch("a", { a: "" });
  const landing = await at.land("a");
  assert(landing.kind === "blocked" && landing.failure.reason === "push_failed");
  assertMatch(landing.failure.detail, /protected/);
  assertEquals(await main(at), before);
});

Deno.test("a protected base is noticed at the first refusal: nothing more is merged to be refused", async () => {
  await using at = await queueRig({
    tasks: ["a", "b"],
    config: CONFIG,
    files: { "check.sh": CHECK, foes: "" },
    before: async (stage) => {
      const { remote } = await withRemote(stage);
      const hook = `#!/bin/sh\ntest "$1" = refs/heads/main || exit 0
echo "error: GH006: Protected branch update failed for $1." >&2\nexit 1\n`;
      await Deno.writeTextFile(join(remote, "hooks/update"), hook, { mode: 0o755 });
    },
  });
  const before = await main(at);
  for (const task of ["a", "b"]) await at.branch(task, { [task]: "" });
  for (const task of ["a", "b"]) assertEquals(await at.land(task), { kind: "landed" });
  assertEquals(await main(at), before);
  assertEquals(eventsOf(at.events, "task.landed"), []);
  assertEquals(eventsOf(at.events, "checks.finished").length, 1);
  const [notice, ...others] = eventsOf(at.events, "notice");
  assertMatch(notice?.message ?? "", /main is protected on origin/);
  assertEquals(others, []);
});

Deno.test("a remote that hangs blocks the task in the time it is given", async () => {
  await using at = await queueRig({
    tasks: ["a"],
    config: CONFIG,
    files: { "check.sh": CHECK, foes: "" },
    queue: { networkTimeoutMs: 300 },
    before: async (stage) => void await withRemote(stage),
  });
  const { repo } = at.stage;
  await repo.git(["remote", "set-url", "origin", "ssh://nowhere.invalid/repo"]);
  await repo.git(["config", "core.sshCommand", "sleep 60 #"]);
  await at.branch("a", { a: "" });
  const landing = await at.land("a");
  assert(landing.kind === "blocked" && landing.failure.reason === "push_failed");
  assertMatch(landing.failure.detail, /timed out/);
});

Deno.test("the integration names the merge that introduced a failure", async () => {
  const late = "test -e hour || exit 0; n=$(ls a b c 2>/dev/null | wc -l); test $n -lt 2";
  await using at = await queueRig({
    tasks: ["a", "b", "c"],
    config: `test: sh late.sh\n`,
    // Fails from the second merge on, but only once the flag is set.
    files: { "late.sh": late.replace("hour", '"$(git rev-parse --git-common-dir)/hour"') },
  });
  for (const task of ["a", "b", "c"]) {
    await at.branch(task, { [task]: "" });
    assertEquals((await at.land(task)).kind, "landed");
  }
  await at.verify();
  await at.stage.repo.commit("theirs", { "theirs.txt": "" });
  await Deno.writeTextFile(join(at.stage.root, ".git/hour"), "");
  await at.verify();
  assertEquals(
    eventsOf(at.events, "checks.finished", undefined).filter(({ task }) => task === undefined)
      .map(({ exit_code }) => exit_code),
    [0, 1],
    "the checks by which the merge was found are not told of",
  );
  const [green, red] = eventsOf(at.events, "integration.finished");
  assertEquals(green?.ok, true);
  assertEquals([red?.ok, red?.check, red?.introduced_by], [false, "test", "b"]);
  assertEquals(red?.introduced_at, await at.stage.repo.git(["rev-parse", "main~2"]));
});

Deno.test("a merge that lacks a check of the base does not pass", async () => {
  await using at = await queueRig({
    tasks: ["a", "b"],
    files: { "deno.json": "{}\n" },
    config: "",
  });
  await at.branch("a", { "a_test.js": "Deno.test('a', () => {});\n" });
  assertEquals((await at.land("a")).kind, "landed");
  const before = await main(at);
  await at.branch("b", { "deno.json": "not a manifest\n" });
  const landing = await at.land("b");
  assert(landing.kind === "refused" && landing.failure.reason === "checks_failed");
  assertEquals(landing.failure.failed.gone, { from: "deno.json", base: "main" });
  assertEquals(await main(at), before);
});
