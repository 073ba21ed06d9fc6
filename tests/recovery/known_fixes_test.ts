/** Failures with a known fix, each caused with the real git. */
import { dirname, join } from "node:path";
import { pushBranch } from "../../src/git/push.ts";
import { recordOwner } from "../../src/git/plan_owners.ts";
import { openRepository, type Repository } from "../../src/git/repository.ts";
import { ensureWorktree } from "../../src/git/worktrees/ensure.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { type TempRepo, tempRepo, textOf } from "../support/repo.ts";
import { failureFrom } from "../support/result.ts";
import { age, recoveryRig } from "./rig.ts";

const BRANCH = "feature/task-1";
const PLAN = "plan";

async function repoWith(temp: TempRepo): Promise<Repository> {
  return await openRepository(temp.root);
}

/** A repository with a branch of parex's, pushed to a bare remote. */
async function pushedRepo(temp: TempRepo): Promise<{ repo: Repository; bare: string }> {
  const repo = await repoWith(temp);
  const bare = join(dirname(temp.root), "bare.git");
  await temp.git(["init", "-q", "--bare", bare]);
  await temp.git(["remote", "add", "origin", bare]);
  await temp.git(["checkout", "-q", "-b", BRANCH]);
  await temp.commit("Ours", { "a.txt": "ours\n" });
  await recordOwner(repo, BRANCH, PLAN);
  await pushBranch(repo, "origin", BRANCH);
  return { repo, bare };
}

for (
  const [name, lock, args] of [
    ["an index", "index.lock", ["commit", "--allow-empty", "-q", "-m", "x"]],
    ["HEAD", "HEAD.lock", ["symbolic-ref", "HEAD", "refs/heads/other"]],
    ["the config", "config.lock", ["config", "a.b", "c"]],
    ["a branch", "refs/heads/feature/task-1.lock", ["branch", BRANCH]],
  ] as const
) {
  Deno.test(`a lock on ${name} that a killed git has left is removed`, async () => {
    await using temp = await tempRepo();
    const repo = await repoWith(temp);
    const path = join(repo.commonDir, lock);
    await temp.write({ [`.git/${lock}`]: "" });
    await age(path, 60);
    const { recover, steps } = recoveryRig(repo);
    const run = () => repo.git(args);
    await recover({ what: "try", about: { branch: BRANCH }, run });
    assertEquals(steps, [`known fix: remove the stale lock ${path}, it worked`]);
    assertEquals(await textOf(path), undefined);
  });
}

Deno.test("a lock in a task's worktree is removed", async () => {
  await using temp = await tempRepo();
  await temp.git(["worktree", "add", "-q", "-b", BRANCH, "worktrees/task-1"]);
  const repo = await repoWith(temp);
  const lock = join(repo.commonDir, "worktrees", "task-1", "index.lock");
  await Deno.writeTextFile(lock, "");
  await age(lock, 60);
  const { recover } = recoveryRig(repo);
  const worktree = repo.below("worktrees/task-1");
  await recover({ what: "reset", about: {}, run: () => worktree.git(["reset", "--hard"]) });
});

Deno.test("a young lock is given time, because its owner may be running", async () => {
  await using temp = await tempRepo();
  const repo = await repoWith(temp);
  const lock = join(repo.commonDir, "index.lock");
  await Deno.writeTextFile(lock, "");
  const { recover, steps, pauses } = recoveryRig(repo, { whileWaiting: () => Deno.remove(lock) });
  const run = () => repo.git(["reset", "--hard"]);
  await recover({ what: "reset", about: {}, run });
  assertEquals([steps.length, pauses.length], [1, 1]);
  assertMatch(steps[0] ?? "", /^known fix: try again after \d\.\ds, it worked$/);
});

Deno.test("a lock whose owner is running stays, and a person is asked", async () => {
  await using temp = await tempRepo();
  const repo = await repoWith(temp);
  const lock = join(repo.commonDir, "index.lock");
  const owner = new Deno.Command("git", {
    args: ["cat-file", "--batch"],
    cwd: temp.root,
    stdin: "piped",
    stdout: "null",
  }).spawn();
  try {
    await Deno.writeTextFile(lock, "");
    // An owner is older than its lock: this process becomes as old as the lock looks.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await age(lock, 3.2);
    const { recover, steps } = recoveryRig(repo);
    const run = () => repo.git(["reset", "--hard"]);
    const failed = await failureFrom(recover({ what: "reset", about: {}, run }), "git_failed");
    assertMatch(
      steps[0] ?? "",
      RegExp(`not done: process ${owner.pid} may hold it: .*git cat-file`),
    );
    assertEquals(await textOf(lock), "");
    assertMatch(failed.stderr, /File exists[^]*parex tried to recover:\n- remove the stale lock/);
    assertMatch(steps.at(-1) ?? "", /^person: leave it to a person/);
  } finally {
    await owner.stdin.close();
    await owner.status;
  }
});

Deno.test("a worktree that is registered elsewhere, but gone, makes room for its branch", async () => {
  await using temp = await tempRepo();
  const repo = await repoWith(temp);
  const gone = join(dirname(temp.root), "gone");
  await temp.git(["worktree", "add", "-q", "-b", BRANCH, gone]);
  await recordOwner(repo, BRANCH, PLAN);
  await Deno.remove(gone, { recursive: true });
  const { recover, steps } = recoveryRig(repo);
  const path = join(repo.root, "worktrees", "task-1");
  const whose = { run: "run-1", task: "task-1", identity: PLAN };
  const spec = { ...whose, branch: BRANCH, path, startPoint: "main" };
  await recover({ what: "make", about: {}, run: () => ensureWorktree(repo, spec) });
  assertEquals(steps, [`known fix: take the missing worktree ${gone} off git's list, it worked`]);
});

for (
  const [name, prepare, refusal] of [
    ["staged files", ["add", "new.txt"], /what was staged in it is nowhere else/],
    ["commits", ["commit", "-q", "--allow-empty", "-m", "x"], /commits of it are on no branch/],
  ] as const
) {
  Deno.test(`a worktree that is gone stays registered for the sake of ${name}`, async () => {
    await using temp = await tempRepo();
    const repo = await repoWith(temp);
    const gone = join(dirname(temp.root), "gone");
    await temp.git(["worktree", "add", "-q", "--detach", gone]);
    await Deno.writeTextFile(join(gone, "new.txt"), "new\n");
    await temp.git([...prepare], gone);
    await Deno.remove(gone, { recursive: true });
    const before = await temp.git(["worktree", "list", "--porcelain"]);
    const { recover, steps } = recoveryRig(repo);
    const run = () => repo.git(["worktree", "add", "--detach", gone]);
    await failureFrom(recover({ what: "make", about: {}, run }), "git_failed");
    assertMatch(steps[0] ?? "", refusal);
    assertEquals(await temp.git(["worktree", "list", "--porcelain"]), before);
  });
}

Deno.test("a half-finished operation is completed when it is repeated", async () => {
  await using temp = await tempRepo();
  await temp.git(["branch", BRANCH]);
  const repo = await repoWith(temp);
  const { recover, steps } = recoveryRig(repo);
  let calls = 0;
  const run = () =>
    repo.git(["worktree", "add", ...(calls++ ? [] : ["-b", BRANCH]), "worktrees/x", BRANCH]);
  await recover({ what: "make", about: {}, run });
  assertEquals(steps, ["known fix: try again after 0.0s, it worked"]);
});

Deno.test("a rejected push is repeated if the remote has no other commits", async () => {
  await using temp = await tempRepo();
  const { repo } = await pushedRepo(temp);
  await temp.commit("More");
  const { recover, steps } = recoveryRig(repo);
  let calls = 0;
  // As if the branch had been pushed from another clone since.
  const run = async () => {
    if (calls++) return await pushBranch(repo, "origin", BRANCH);
    await repo.git(["push", "origin", `main:refs/heads/${BRANCH}`]);
  };
  await recover({ what: "push", about: { branch: BRANCH, remote: "origin" }, run });
  assertEquals(steps, ["known fix: look at the remote's branch, then try again, it worked"]);
});

Deno.test("nothing is pushed over commits that are not here", async () => {
  await using temp = await tempRepo();
  const { repo, bare } = await pushedRepo(temp);
  const pushed = await temp.git(["rev-parse", BRANCH]);
  await temp.git(["commit", "-q", "--amend", "-m", "Ours, again"]);
  const { recover, steps } = recoveryRig(repo);
  const run = () => pushBranch(repo, "origin", BRANCH);
  const about = { branch: BRANCH, remote: "origin" };
  const { detail } = await failureFrom(recover({ what: "push", about, run }), "push_failed");
  assertMatch(detail, /origin has commits on feature\/task-1 that are not here \(1\)/);
  assert(detail.includes(`git log refs/heads/${BRANCH}..${pushed}`), detail);
  assertEquals(await temp.git(["rev-parse", BRANCH], bare), pushed);
  assertEquals(steps.length, 2);
});

Deno.test("a branch that parex did not create is left alone", async () => {
  await using temp = await tempRepo();
  const { repo } = await pushedRepo(temp);
  await temp.git(["config", "--unset", `branch.${BRANCH}.parex-plan`]);
  await temp.git(["commit", "-q", "--amend", "-m", "Ours, again"]);
  const { recover, steps } = recoveryRig(repo);
  const run = () => pushBranch(repo, "origin", BRANCH);
  const about = { branch: BRANCH, remote: "origin" };
  await failureFrom(recover({ what: "push", about, run }), "push_failed");
  assertMatch(steps[0] ?? "", /not done: feature\/task-1 is no branch of parex's$/);
});

Deno.test("a missing upstream is set to the remote's branch of the same name", async () => {
  await using temp = await tempRepo();
  const { repo } = await pushedRepo(temp);
  const { recover, steps } = recoveryRig(repo);
  const run = () => repo.git(["rev-parse", "--abbrev-ref", "@{upstream}"]);
  const about = { branch: BRANCH, remote: "origin" };
  assertEquals(await recover({ what: "ask", about, run }), `origin/${BRANCH}\n`);
  assertEquals(steps, ["known fix: set the upstream, it worked"]);
});

Deno.test("an unreachable remote is retried with growing waits, three times at most", async () => {
  await using temp = await tempRepo();
  const { repo } = await pushedRepo(temp);
  const port = freePort();
  await temp.git(["remote", "set-url", "origin", `http://127.0.0.1:${port}/nowhere.git`]);
  const { recover, steps, pauses } = recoveryRig(repo);
  const run = () => pushBranch(repo, "origin", BRANCH);
  const about = { branch: BRANCH, remote: "origin" };
  const { detail } = await failureFrom(recover({ what: "push", about, run }), "push_failed");
  assertMatch(
    steps[2] ?? "",
    /^known fix: try again after \d\.\ds, it failed again: fatal: unable/,
  );
  assertEquals(steps.length, 4);
  assertEquals(detail.match(/^- try again/gm)?.length, 3);
  const [first = 0, second = 0, third = 0] = pauses;
  assert(first < second && second < third, pauses.join());
});

Deno.test("a remote that is reachable again accepts the push", async () => {
  await using temp = await tempRepo();
  const { repo, bare } = await pushedRepo(temp);
  const head = await temp.commit("More");
  await temp.git(["remote", "set-url", "origin", `http://127.0.0.1:${freePort()}/nowhere.git`]);
  const whileWaiting = () => temp.git(["remote", "set-url", "origin", bare]);
  const { recover } = recoveryRig(repo, { whileWaiting });
  const run = () => pushBranch(repo, "origin", BRANCH);
  await recover({ what: "push", about: { branch: BRANCH, remote: "origin" }, run });
  assertEquals(await temp.git(["rev-parse", BRANCH], bare), head);
});

Deno.test("an interrupt ends waiting, and nothing is repeated", async () => {
  await using temp = await tempRepo();
  const { repo } = await pushedRepo(temp);
  await temp.git(["remote", "set-url", "origin", `http://127.0.0.1:${freePort()}/nowhere.git`]);
  const stop = new AbortController();
  // deno-lint-ignore require-await
  const { recover } = recoveryRig(repo, { whileWaiting: async () => stop.abort() });
  let calls = 0;
  const run = () => (calls++, pushBranch(repo, "origin", BRANCH));
  const { signal } = stop;
  await failureFrom(recover({ what: "push", about: {}, run, signal }), "push_failed");
  assertEquals(calls, 1);
});

Deno.test("decisions that only a person can make are left alone", async () => {
  await using temp = await tempRepo();
  await temp.git(["branch", BRANCH]);
  const repo = await repoWith(temp);
  const { recover, steps } = recoveryRig(repo);
  const path = join(repo.root, "worktrees", "task-1");
  const whose = { run: "run-1", task: "task-1", identity: PLAN };
  const spec = { ...whose, branch: BRANCH, path, startPoint: "main" };
  const run = () => ensureWorktree(repo, spec);
  await failureFrom(recover({ what: "make", about: {}, run }), "foreign_branch");
  assertEquals(steps, []);
});

/** Nothing listens there. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}
