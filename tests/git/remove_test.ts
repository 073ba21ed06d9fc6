import { dirname, join } from "node:path";
import fc from "fast-check";
import { excludeWorktrees } from "../../src/git/exclude.ts";
import { listWorktrees, planOwners, recordOwner } from "../../src/git/registrations.ts";
import { forgetMissing, moveBack, removeWork } from "../../src/git/remove.ts";
import { openRepository, type Repository } from "../../src/git/repository.ts";
import { listRescues } from "../../src/git/rescues.ts";
import { restore } from "../../src/git/restore.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { type TempRepo, tempRepo, textOf, writeFiles } from "../support/repo.ts";
import { failureOf, must } from "../support/result.ts";
import { treeOf } from "../support/tree.ts";

const WORK = { run: "run-1", task: "task-1", branch: "feature/task-1" };
const PATHS = ["a.txt", "tool.sh", "dir/b.txt", "dir/deep/ünï cöde.txt", "-x", 'q"uote', "n\new"];
const FILES = {
  "a.txt": "1\n2\n3\n",
  "tool.sh": "#!/bin/sh\n",
  "dir/b.txt": "b\n",
  "eol.txt": "x\n",
  ".gitattributes": "* text=auto\n",
  ".gitignore": "*.log\n",
};

interface Stage extends AsyncDisposable {
  temp: TempRepo;
  repo: Repository;
  worktree: string;
  git(...args: string[]): Promise<string>;
}

/** A repository with a submodule, and in it the worktree of a task. */
async function stage(): Promise<Stage> {
  const library = await tempRepo({ name: "library" });
  const temp = await tempRepo({ files: FILES });
  await temp.git(["submodule", "add", "-q", library.root, "lib"]);
  await temp.commit("Add a submodule");
  const repo = must(await openRepository(temp.root));
  must(await excludeWorktrees(repo));
  must(await recordOwner(repo, WORK.branch, "plan-1"));
  const worktree = join(temp.root, "worktrees/task-1");
  await temp.git(["worktree", "add", "-q", "-b", WORK.branch, worktree]);
  await temp.git(["submodule", "-q", "update", "--init"], worktree);
  return {
    temp,
    repo,
    worktree,
    git: (...args) => temp.git(args, worktree),
    [Symbol.asyncDispose]: async () => {
      await library[Symbol.asyncDispose]();
      await temp[Symbol.asyncDispose]();
    },
  };
}

interface Deed {
  name: string;
  act(stage: Stage): Promise<unknown>;
}

const anyPath = fc.constantFrom(...PATHS);

function deed<T>(
  name: string,
  what: fc.Arbitrary<T>,
  act: (on: Stage, what: T) => Promise<unknown>,
) {
  return what.map((value): Deed => ({
    name: `${name} ${JSON.stringify(value)}`,
    act: (on) => act(on, value),
  }));
}

/** What agents and people do in a worktree. Some of it is not possible where it comes; then it is not done. */
const anyDeed = fc.oneof(
  { weight: 4, arbitrary: deed("write", fc.tuple(anyPath, fc.string()), writes) },
  deed("write bytes", fc.tuple(anyPath, fc.uint8Array({ maxLength: 9 })), writesBytes),
  deed("delete", anyPath, ({ worktree }, path) => Deno.remove(join(worktree, path))),
  deed("make executable", anyPath, ({ worktree }, path) => Deno.chmod(join(worktree, path), 0o755)),
  deed("link", anyPath, links),
  { weight: 2, arbitrary: deed("stage", anyPath, ({ git }, path) => git("add", "--", path)) },
  deed("stage all", fc.constant(""), ({ git }) => git("add", "-A")),
  deed("commit", fc.constant(""), ({ git }) => git("commit", "-qam", "work")),
  deed("take back a commit", fc.constant(""), ({ git }) => git("reset", "-q", "--hard", "HEAD~1")),
  deed("stash", fc.constant(""), ({ git }) => git("stash", "push", "-q", "-u")),
  deed("detach", fc.constant(""), ({ git }) => git("checkout", "-q", "--detach")),
  deed("begin a rebase", fc.constant("rebase"), halfDone),
  deed("begin a merge", fc.constant("merge"), halfDone),
  deed("change the submodule", fc.boolean(), changesModule),
  deed("put a repository", fc.boolean(), putsRepository),
);

const anyDeeds = fc.array(anyDeed, { minLength: 1, maxLength: 9 });

function writes({ worktree }: Stage, [path, text]: [string, string]) {
  return writeFiles(worktree, { [path]: text });
}

function writesBytes({ worktree }: Stage, [path, bytes]: [string, Uint8Array<ArrayBuffer>]) {
  return Deno.writeFile(join(worktree, path), bytes);
}

async function links({ worktree }: Stage, path: string) {
  await Deno.mkdir(dirname(join(worktree, path)), { recursive: true });
  await Deno.remove(join(worktree, path)).catch(() => {});
  await Deno.symlink("../no/where", join(worktree, path));
}

/** Stops at a conflict, with whatever was changed before. */
async function halfDone({ temp, worktree, git }: Stage, how: string) {
  const before = await textOf(join(worktree, "a.txt")) ?? "";
  await writeFiles(worktree, { "a.txt": `ours\n${before}`, "both.txt": "ours\n" });
  await git("add", "both.txt");
  await git("commit", "-qm", "ours", "--", "a.txt", "both.txt");
  await temp.commit("theirs", { "a.txt": "theirs\n", "both.txt": "theirs\n" });
  await git(how, "--autostash", "main");
}

async function changesModule({ temp, worktree }: Stage, committed: boolean) {
  const module = join(worktree, "lib");
  await writeFiles(module, { "README.md": "changed\n", "new.txt": "new\n" });
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
  if (committed) await temp.git([...identity, "commit", "-qam", "in the submodule"], module);
}

async function putsRepository({ temp, worktree }: Stage, committed: boolean) {
  const put = join(worktree, "put here");
  await writeFiles(put, { "inner.txt": "inner\n" });
  await temp.git(["init", "-q"], put);
  const identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
  await temp.git(["add", "-A"], put);
  if (committed) await temp.git([...identity, "commit", "-qm", "inner"], put);
  await writeFiles(put, { "inner.txt": "inner, changed\n" });
}

/** All that a person would see of a worktree. */
async function sightOf({ temp }: Stage, worktree: string) {
  return {
    files: await treeOf(worktree),
    status: await temp.git(["status", "--porcelain", "-z", "-uall"], worktree),
    index: await temp.git(["ls-files", "--stage", "-z"], worktree),
    head: await temp.git(["rev-parse", "HEAD"], worktree),
  };
}

Deno.test("removeWork() and restore() bring any worktree back: bytes, modes, links, index and conflicts", async () => {
  await fc.assert(
    fc.asyncProperty(anyDeeds, fc.boolean(), async (deeds, crlf) => {
      await using on = await stage();
      for (const { act } of deeds) await act(on).catch(() => "not possible here");
      // Committed, they would be no change to git, which then has only what it stores of them.
      if (crlf) await writeFiles(on.worktree, { "eol.txt": "x\r\ny\r\n", "crlf.txt": "x\r\n" });
      const stashes = await on.temp.git(["stash", "list", "--format=%H"]);
      const before = await sightOf(on, on.worktree);
      const commits = await on.git("log", "-g", "--format=%H", "HEAD");

      must(await removeWork(on.repo, { ...WORK, worktree: on.worktree }));
      assertEquals(await textOf(join(on.worktree, ".git")), undefined);
      await on.temp.git(["stash", "clear"]);
      await on.temp.git(["reflog", "expire", "--expire=now", "--all"]);
      await on.temp.git(["gc", "-q", "--prune=now"]);

      for (const commit of [...commits.split("\n"), ...stashes.split("\n")]) {
        if (commit !== "") await on.temp.git(["cat-file", "-e", commit]);
      }
      const [rescued] = must(await listRescues(on.repo));
      if (!rescued) return assertEquals(before.status, "", "nothing was there to lose");
      const to = join(on.temp.root, "worktrees/back");
      assertEquals(must(await restore(on.repo, rescued, to)).incomplete, undefined);
      assertEquals(await sightOf(on, to), before);
      assertEquals(await on.temp.git(["stash", "list", "--format=%H"]), stashes);
    }),
    { numRuns: 15 },
  );
});

Deno.test("removeWork() leaves nothing behind of work that has landed, and anchors nothing", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "a.txt": "done\n" });
  await on.git("commit", "-qam", "done");
  await on.temp.git(["merge", "-q", WORK.branch]);
  const removed = must(await removeWork(on.repo, { ...WORK, worktree: on.worktree }));
  assertEquals(removed, { anchored: [] });
  assertEquals(await on.temp.git(["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
  assertEquals(must(await planOwners(on.repo)).size, 0);
  assertEquals(must(await listWorktrees(on.repo)).length, 1);
  assertEquals([...Deno.readDirSync(dirname(on.worktree))], []);
});

Deno.test("removeWork() removes nothing when the branch cannot be deleted", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "a.txt": "changed\n", "new.txt": "new\n" });
  const before = await sightOf(on, on.worktree);
  const lock = join(on.temp.root, `.git/refs/heads/${WORK.branch}.lock`);
  await Deno.writeTextFile(lock, "");
  failureOf(await removeWork(on.repo, { ...WORK, worktree: on.worktree }), "git_failed");
  await Deno.remove(lock);
  assertEquals(await sightOf(on, on.worktree), before);
  assertEquals(await on.git("symbolic-ref", "HEAD"), `refs/heads/${WORK.branch}`);
});

Deno.test("removeWork() removes nothing when the remote refuses, or has commits of its own", async () => {
  await using on = await stage();
  const remote = join(dirname(on.temp.root), "remote.git");
  await on.temp.git(["init", "-q", "--bare", remote]);
  await on.temp.git(["remote", "add", "origin", remote]);
  await on.temp.git(["push", "-q", "origin", WORK.branch]);
  const work = { ...WORK, worktree: on.worktree, remote: "origin" };
  const before = await sightOf(on, on.worktree);

  const hook = join(remote, "hooks/pre-receive");
  await Deno.writeTextFile(hook, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  failureOf(await removeWork(on.repo, work), "push_failed");
  await Deno.remove(hook);
  await on.temp.git(["commit", "-q", "--allow-empty", "-m", "by a colleague"]);
  await on.temp.git(["push", "-q", "origin", `main:${WORK.branch}`]);
  failureOf(await removeWork(on.repo, work), "push_failed");
  assertEquals(await sightOf(on, on.worktree), before);
  assertEquals(await on.git("rev-parse", WORK.branch), before.head);

  await on.temp.git(["push", "-qf", "origin", `${before.head}:refs/heads/${WORK.branch}`]);
  must(await removeWork(on.repo, work));
  assertEquals(await on.temp.git(["ls-remote", "--heads", "origin"]), "");
});

Deno.test("moveBack() brings home a worktree at which a removal was interrupted", async () => {
  await using on = await stage();
  const going = join(dirname(on.worktree), "_going-task-1");
  await Deno.rename(on.worktree, going);
  must(await moveBack(on.repo, going));
  assertEquals(await on.git("status", "--porcelain"), "");
  assertEquals(must(await listWorktrees(on.repo))[1]?.path, on.worktree);
});

Deno.test("forgetMissing() keeps what git knows of a worktree whose folder is gone", async () => {
  await using on = await stage();
  await on.git("checkout", "-q", "--detach");
  await on.git("commit", "-q", "--allow-empty", "-m", "on no branch");
  const head = await on.git("rev-parse", "HEAD");
  await writeFiles(on.worktree, { "a.txt": "staged\n" });
  await on.git("add", "a.txt");
  await Deno.remove(on.worktree, { recursive: true });
  const missing = { path: on.worktree, head };
  const anchored = must(await forgetMissing(on.repo, { run: "run-1", task: "task-1", missing }));
  assertEquals(must(await listWorktrees(on.repo)).length, 1);
  assert(anchored);
  await on.temp.git(["merge-base", "--is-ancestor", head, anchored.ref]);
  const [rescued] = must(await listRescues(on.repo));
  assert(rescued);
  must(await restore(on.repo, rescued, on.worktree));
  assertEquals(await textOf(join(on.worktree, "a.txt")), "staged\n");
});

Deno.test("restore() writes over nothing, neither folder nor branch", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "new.txt": "new\n" });
  must(await removeWork(on.repo, { ...WORK, worktree: on.worktree }));
  const [rescued] = must(await listRescues(on.repo));
  assert(rescued);
  await on.temp.git(["branch", "rescue/task-1"]);
  await writeFiles(on.temp.root, { "taken/file.txt": "mine" });
  const taken = join(on.temp.root, "taken");
  failureOf(await restore(on.repo, rescued, taken), "foreign_worktree");
  assertEquals(await textOf(join(taken, "file.txt")), "mine");
  const to = join(dirname(on.temp.root), "elsewhere");
  assertEquals(must(await restore(on.repo, rescued, to)).branch, "rescue/task-1-2");
  assertEquals(await textOf(join(to, "new.txt")), "new\n");
});

Deno.test("restore() announces again what was announced to git and not staged", async () => {
  await using on = await stage();
  await writeFiles(on.worktree, { "new.txt": "new\n" });
  await on.git("rm", "-q", "--cached", "a.txt");
  await on.git("add", "-N", "new.txt", "a.txt");
  const before = await sightOf(on, on.worktree);
  must(await removeWork(on.repo, { ...WORK, worktree: on.worktree }));
  const [rescued] = must(await listRescues(on.repo));
  assert(rescued);
  const to = join(on.temp.root, "worktrees/back");
  must(await restore(on.repo, rescued, to));
  assertEquals(await sightOf(on, to), before);
});
