import { join } from "node:path";
import { branchOf, planKeyOf } from "../../../src/domain/names.ts";
import { recordOwner } from "../../../src/git/plan_owners.ts";
import { openRepository, type Repository } from "../../../src/git/repository.ts";
import { removeCompleted, removeLanded } from "../../../src/git/rescue/remove_finished.ts";
import { Worktree } from "../../../src/git/worktree.ts";
import { exists } from "../../../src/util/files.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { type TempRepo, tempRepo, writeFiles } from "../../support/repo.ts";

const TASK = "t1";
const BRANCH = branchOf(TASK);

interface Finished extends AsyncDisposable {
  temp: TempRepo;
  repo: Repository;
  worktree: Worktree;
  /** The branch's newest commit, which main contains. */
  head: string;
  git(...args: string[]): Promise<string>;
}

/** A task whose only commit was merged into main. */
async function finished(prepare?: (git: Finished["git"], path: string) => Promise<unknown>) {
  const temp = await tempRepo({ files: { "a.txt": "a\n", ".gitignore": "*.log\n" } });
  const path = join(temp.root, "../repo.worktrees", TASK);
  const git = (...args: string[]) => temp.git(args, path);
  await temp.git(["worktree", "add", "-q", "-b", BRANCH, path]);
  await writeFiles(path, { "t1.txt": "by t1\n" });
  await git("add", "-A");
  await git("commit", "-qm", "feat: t1");
  await prepare?.(git, path);
  const head = await git("rev-parse", BRANCH);
  await temp.git(["merge", "-q", "--no-ff", "--no-edit", BRANCH]);
  const repo = await openRepository(temp.root);
  await recordOwner(repo, BRANCH, "p");
  return {
    temp,
    repo,
    worktree: new Worktree(repo, TASK, path),
    head,
    git,
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  } satisfies Finished;
}

async function assertGone({ temp, worktree }: Finished): Promise<void> {
  assert(!exists(worktree.path));
  assertEquals(
    await temp.git(["for-each-ref", "--format=%(refname)", "refs/heads"]),
    "refs/heads/main",
  );
  assertEquals((await temp.git(["worktree", "list"])).split("\n").length, 1);
  assertEquals(await temp.git(["config", "--default", "", "--get", planKeyOf(BRANCH)]), "");
}

Deno.test("removeLanded() removes worktree, branch and record of a task, and anchors nothing", async () => {
  await using done = await finished();
  await writeFiles(done.worktree.path, { "build.log": "ignored\n" });
  assertEquals(await removeLanded(done.worktree, "r1", done.head), { anchored: [] });
  await assertGone(done);
  // Again, as after a crash in between.
  assertEquals((await removeLanded(done.worktree, "r1", done.head)).anchored, []);
});

/** What would be lost with the worktree, by its name. */
const WORK: Record<string, (git: Finished["git"], path: string) => Promise<unknown>> = {
  "an untracked file": (_, path) => writeFiles(path, { "notes.txt": "mine\n" }),
  "a change": (_, path) => writeFiles(path, { "a.txt": "changed\n" }),
  "a staged change": async (git, path) => {
    await writeFiles(path, { "a.txt": "changed\n" });
    await git("add", "-A");
  },
  "an amended commit": (git) => git("commit", "-q", "--amend", "-m", "feat: better"),
  "a commit on a detached HEAD": async (git) => {
    await git("checkout", "-q", "--detach");
    await git("commit", "-q", "--allow-empty", "-m", "aside");
  },
  "a stash": async (git, path) => {
    await writeFiles(path, { "a.txt": "put aside\n" });
    await git("stash", "-q");
  },
  "a bisection": (git) => git("update-ref", "refs/bisect/bad", "HEAD"),
};

for (const [what, prepare] of Object.entries(WORK)) {
  Deno.test(`removeLanded() loses nothing of a worktree with ${what}`, async () => {
    await using done = await finished(prepare);
    // Users who hide untracked files must not lose them.
    await done.temp.git(["config", "status.showUntrackedFiles", "no"]);
    const { anchored } = await removeLanded(done.worktree, "r1", done.head);
    await assertGone(done);
    // What a bisection names is on main.
    assertEquals(anchored.length, what === "a bisection" ? 0 : 1);
  });
}

Deno.test("removeCompleted() removes a clean worktree and keeps its branch", async () => {
  await using done = await finished();
  assert(await removeCompleted(done.worktree));
  assert(!exists(done.worktree.path));
  assertEquals(await done.temp.git(["rev-parse", BRANCH]), done.head);
});

for (const [what, prepare] of Object.entries(WORK)) {
  Deno.test(`removeCompleted() keeps a worktree with ${what}`, async () => {
    await using done = await finished(prepare);
    await done.temp.git(["config", "status.showUntrackedFiles", "no"]);
    assertEquals(await removeCompleted(done.worktree), false);
    assert(exists(done.worktree.path));
  });
}
