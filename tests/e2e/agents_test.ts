/**
 * What agents do wrong. Whatever it is, the task ends in a defined state, what was committed is kept,
 * the user's own checkout stays as it is, and no process is left.
 */
import { join } from "node:path";
import type { Reason } from "../../src/domain/failure.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { textOf } from "../support/repo.ts";
import { eventsOf, type Rig, rig, type Run } from "../support/rig.ts";

const WORKS = "echo done > a.txt; git add a.txt; git commit -qm 'feat: a'";

interface Fault {
  /** What the agent does, as a sentence without its subject. */
  it: string;
  script: string;
  /** What it does the second time; without it there is no second time. */
  then?: string;
  flags?: Record<string, string>;
  /** Why the task is blocked; absent: it is completed. */
  blocked?: Reason;
  /** What is on the task's branch in the end, beside what was there. */
  files: string[];
  also?: (stage: Rig, run: Run) => void | Promise<void>;
}

const FAULTS: Fault[] = [
  { it: "exits 1", script: "exit 1", blocked: "agent_failed", files: [] },
  {
    it: "commits, but exits 1",
    script: `${WORKS}; exit 1`,
    blocked: "agent_failed",
    files: ["a.txt"],
  },
  {
    it: "commits, but exits 1, and has nothing to add the second time",
    script: `${WORKS}; exit 1`,
    then: "cat > $NOTES/prompt",
    files: ["a.txt"],
    also: async (stage) => {
      assertMatch(await stage.note("prompt") ?? "", /interrupted: it ended with an error/);
    },
  },
  {
    it: "is killed",
    script: `${WORKS}; kill -9 $$`,
    blocked: "agent_failed",
    files: ["a.txt"],
  },
  {
    it: "prints garbage",
    script: `head -c 100000 /dev/urandom; printf '\\033[2J\\000{"type":'; ${WORKS}`,
    files: ["a.txt"],
    also: async (stage, run) => {
      assertEquals((await stage.journal()).length, run.events.length);
    },
  },
  {
    it: "prints 50 MB",
    script: `head -c 52428800 /dev/zero | tr '\\000' x; ${WORKS}`,
    files: ["a.txt"],
    also: async (_, run) => {
      const [finished] = eventsOf(run.events, "agent.finished");
      assert((await Deno.stat(finished?.transcript ?? "")).size < 5 << 20);
    },
  },
  {
    it: "prints nothing",
    script: `${WORKS}; sleep 300`,
    flags: { idleTimeout: "4s" },
    blocked: "agent_idle",
    files: ["a.txt"],
  },
  {
    it: "hangs, and takes no notice of being asked to end",
    script: `trap '' TERM; ${WORKS}; while :; do echo waiting; sleep 0.2; done`,
    flags: { timeout: "4s" },
    blocked: "agent_timeout",
    files: ["a.txt"],
  },
  { it: "forks a child that outlives it", script: `sleep 300 & ${WORKS}`, files: ["a.txt"] },
  {
    it: "forks a child into a session of its own",
    script: `setsid sh -c 'trap "" HUP; sleep 300' & ${WORKS}`,
    files: ["a.txt"],
  },
  {
    it: "changes nothing",
    script: "echo Done.",
    blocked: "no_changes",
    files: [],
  },
  {
    it: "asks a question",
    script: `${WORKS}; echo "I cannot decide this."; echo "QUESTION: Which colour?"`,
    blocked: "needs_input",
    files: ["a.txt"],
  },
  {
    it: "leaves changes uncommitted",
    script: "echo done > a.txt; rm README.md",
    files: ["a.txt"],
    also: async (stage, run) => {
      const message = await stage.repo.git(["log", "-1", "--format=%B", "feature/a"]);
      assertEquals(message.trim(), "feat: do a\n\nImplements: a");
      assertEquals(eventsOf(run.events, "task.committed")[0]?.by_parex, true);
      assertEquals((await stage.filesOf("a")).includes("README.md"), false);
    },
  },
  {
    it: "stages its changes and does not commit them",
    script: "echo done > a.txt; git add a.txt",
    files: ["a.txt"],
  },
  {
    it: "commits on another branch",
    script: `git checkout -qb elsewhere; ${WORKS}`,
    files: ["a.txt"],
    also: (_, run) => {
      assertMatch(
        eventsOf(run.events, "notice")[0]?.message ?? "",
        /worked on the branch elsewhere/,
      );
    },
  },
  {
    it: "checks out another branch and leaves it at that",
    script: `${WORKS}; git checkout -q other`,
    blocked: "checks_failed",
    files: ["a.txt"],
    also: (_, run) => {
      const failure = run.record.tasks.get("a")?.failure;
      assert(failure?.reason === "checks_failed");
      assertMatch(failure.failed.tail, /HEAD is on the branch other, not on feature\/a/);
    },
  },
  {
    it: "detaches HEAD and commits",
    script: `git checkout -q --detach; ${WORKS}`,
    files: ["a.txt"],
  },
  {
    it: "leaves a merge half done",
    script:
      `echo mine > clash.txt; git add .; git commit -qm 'feat: a'; git merge -q --no-ff other || true`,
    then: "cat > $NOTES/prompt; git checkout --ours clash.txt; git add .; git commit -qm merged",
    files: ["clash.txt"],
    also: async (stage) => {
      assertMatch(
        await stage.note("prompt") ?? "",
        /a merge is half done; unmerged files: clash\.txt/,
      );
      assertEquals(await stage.repo.git(["show", "feature/a:clash.txt"]), "mine");
    },
  },
  {
    it: "deletes its worktree",
    script: `${WORKS}; echo lost > lost.txt; cd /; rm -rf "$PAREX_WORKTREE"`,
    files: ["a.txt"],
  },
  {
    it: "deletes its worktree before it has committed anything",
    script: `cd /; rm -rf "$PAREX_WORKTREE"`,
    blocked: "no_changes",
    files: [],
  },
  {
    it: "removes the .git file",
    script: `${WORKS}; echo more > more.txt; rm .git`,
    blocked: "left_worktree",
    files: ["a.txt"],
    also: async (stage) => {
      assertEquals(await textOf(join(stage.worktree("a"), "more.txt")), "more\n");
      assertEquals(
        await stage.repo.git(["branch", "--show-current"], stage.worktree("a")),
        "feature/a",
      );
    },
  },
  {
    it: "puts a repository of its own in the place of its worktree's",
    script: `rm .git; git init -q .; git config user.name x; git config user.email x@y; ${WORKS}`,
    blocked: "left_worktree",
    files: [],
    also: async (stage) => {
      assertEquals(await textOf(join(stage.worktree("a"), "a.txt")), "done\n");
    },
  },
  {
    it: "makes a repository inside of its worktree",
    script:
      `mkdir sub; cd sub; git init -q .; git config user.name x; git config user.email x@y; ${WORKS}`,
    blocked: "checks_failed",
    files: [],
    also: async (stage) => {
      assertEquals(await textOf(join(stage.worktree("a"), "sub/a.txt")), "done\n");
    },
  },
  {
    it: "edits the plan's folder in its worktree",
    script: `sed -i 's/pending/completed/' .parallel/plans/tasks/*.md; echo done > a.txt`,
    files: ["a.txt"],
    also: async (stage) => {
      const changed = await stage.repo.git(["diff", "--name-only", "main", "feature/a"]);
      assertEquals(changed, "a.txt");
    },
  },
  {
    it: "writes into the user's own checkout",
    script: `echo stray > "\${PAREX_WORKTREE%.worktrees/*}/stray.txt"; ${WORKS}`,
    files: ["a.txt"],
    also: async (stage) => {
      assertEquals(await stage.repo.read("stray.txt"), "stray\n");
      assertEquals((await stage.execute()).failure?.reason, "dirty_tree");
      await Deno.remove(join(stage.root, "stray.txt"));
    },
  },
  {
    it: "rewrites the history of its branch",
    script: `git commit -q --amend -m rewritten; ${WORKS}`,
    then: `cat > "$NOTES/prompt"; git reset -q --hard main; ${WORKS}`,
    files: ["a.txt"],
    also: async (stage) => {
      assertMatch(await stage.note("prompt") ?? "", /no longer has the commit that it began from/);
      assertEquals(await stage.subjectsOf("a"), ["feat: a"]);
    },
  },
  {
    it: "rewrites the history of its branch and leaves it at that",
    script: `git commit -q --amend -m rewritten; ${WORKS}`,
    then: "true",
    blocked: "checks_failed",
    files: ["a.txt"],
  },
  {
    it: "amends its own commit",
    script: `${WORKS}; exit 1`,
    then: "echo better >> a.txt; git commit -qa --amend -m 'feat: better'",
    files: ["a.txt"],
  },
];

for (const fault of FAULTS) {
  const end = fault.blocked ? `blocked: ${fault.blocked}` : "completed";
  Deno.test(`an agent that ${fault.it} leaves its task ${end}`, async () => {
    const second: Record<string, string> = fault.then === undefined ? {} : { "a.2": fault.then };
    await using stage = await rig({ agent: { a: fault.script, ...second } });
    await makeOther(stage);
    const before = await stage.repo.git(["rev-parse", "main"]);
    const attempts = fault.then === undefined ? "1" : "2";

    const run = await stage.execute({ attempts, ...fault.flags });

    assertEquals(run.record.tasks.get("a")?.reason, fault.blocked);
    assertEquals(await stage.status("a"), fault.blocked ? "blocked" : "completed");
    assertEquals(run.code, fault.blocked ? 1 : 0);
    assertEquals(await newFiles(stage), fault.files);
    await fault.also?.(stage, run);
    assertEquals(await stage.left(), []);
    assertEquals(await stage.repo.git(["rev-parse", "HEAD", "main"]), `${before}\n${before}`);
    assertEquals(await stage.repo.git(["symbolic-ref", "HEAD"]), "refs/heads/main");
    const status = await stage.repo.git(["status", "--porcelain"]);
    assertEquals(status.trim(), "M .parallel/plans/tasks/a.md");
  });
}

/** Another branch, which nobody who has a `clash.txt` can merge without a conflict. */
async function makeOther({ repo }: Rig): Promise<void> {
  await repo.git(["checkout", "-q", "-b", "other"]);
  await repo.commit("Clash", { "clash.txt": "theirs\n" });
  await repo.git(["checkout", "-q", "main"]);
}

async function newFiles(stage: Rig): Promise<string[]> {
  const before = (await stage.repo.git(["ls-tree", "-r", "--name-only", "main"])).split("\n");
  return (await stage.filesOf("a")).filter((path) => !before.includes(path));
}
