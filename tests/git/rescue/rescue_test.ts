import { dirname, join } from "node:path";
import { Git } from "../../../src/git/git.ts";
import { excludeLocally } from "../../../src/git/excludes.ts";
import { anchor } from "../../../src/git/rescue/anchor.ts";
import { openRepository, type Repository } from "../../../src/git/repository.ts";
import { readNote } from "../../../src/git/rescue/note.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { type TempRepo, tempRepo, textOf, writeFiles } from "../../support/repo.ts";
import { failureFrom } from "../../support/result.ts";

const WORK = { run: "run-1", task: "task-1" };
const REF = "refs/parex/rescue/run-1/task-1";

/** A repository with the worktree of a task in it. */
async function withWorktree(files: Record<string, string> = { "a.txt": "a\n" }) {
  const temp = await tempRepo({ files });
  const worktree = join(temp.root, "worktrees/task-1");
  await temp.git(["worktree", "add", "-q", "-b", "feature/task-1", worktree]);
  const repo = await openRepository(temp.root);
  await excludeLocally(repo, "/worktrees/");
  return { temp, worktree, repo };
}

async function stateOf(worktree: string, temp: TempRepo): Promise<string> {
  const admin = await temp.git(["rev-parse", "--absolute-git-dir"], worktree);
  const index = await Deno.readFile(join(admin, "index"));
  const status = await temp.git(["--no-optional-locks", "status", "--porcelain"], worktree);
  return `${await crypto.subtle.digest("SHA-256", index).then((hash) =>
    new Uint8Array(hash)
  )}\n${status}`;
}

Deno.test("anchor() keeps staged, unstaged and untracked files, their bytes and modes", async () => {
  const { temp, worktree, repo } = await withWorktree({
    "both.txt": "1\n",
    "deleted.txt": "x\n",
    ".gitignore": "*.log\n",
  });
  await using _ = temp;
  await writeFiles(worktree, { "both.txt": "2\n", "staged only.txt": "s\n" });
  await temp.git(["add", "-A"], worktree);
  await writeFiles(worktree, { "both.txt": "3\n", "new/tool.sh": "#!/bin/sh\n", "x.log": "log" });
  await Deno.chmod(join(worktree, "new/tool.sh"), 0o755);
  await Deno.writeFile(join(worktree, "bytes ü\n.bin"), new Uint8Array([0, 255, 13, 10]));
  await Deno.symlink("both.txt", join(worktree, "link"));
  await Deno.remove(join(worktree, "deleted.txt"));
  await Deno.remove(join(worktree, "staged only.txt"));
  const before = await stateOf(worktree, temp);

  const anchored = await anchor(repo, { ...WORK, worktree: new Git(worktree) });
  assertEquals(anchored?.ref, REF);
  assertEquals(await stateOf(worktree, temp), before, "worktree and index are as they were");

  const back = join(dirname(temp.root), "back");
  await temp.git(["worktree", "add", "-q", "--detach", back, REF]);
  assertEquals(await textOf(join(back, "both.txt")), "3\n");
  assertEquals(await textOf(join(back, "deleted.txt")), undefined);
  assertEquals(await textOf(join(back, "x.log")), undefined);
  assertEquals((await Deno.stat(join(back, "new/tool.sh"))).mode! & 0o111, 0o111);
  assertEquals([...await Deno.readFile(join(back, "bytes ü\n.bin"))], [0, 255, 13, 10]);
  assertEquals(await Deno.readLink(join(back, "link")), "both.txt");
  assertEquals(await temp.git(["show", `${REF}^1:both.txt`]), "1");
  assertEquals(await temp.git(["show", `${REF}^2:both.txt`]), "2");
  assertEquals(await temp.git(["show", `${REF}^2:staged only.txt`]), "s");
});

Deno.test("anchor() gives the same ref for the same work, and a numbered one for other work", async () => {
  const { temp, worktree, repo } = await withWorktree();
  await using _ = temp;
  await writeFiles(worktree, { "new.txt": "1" });
  const first = await anchor(repo, { ...WORK, worktree: new Git(worktree) });
  assertEquals(await anchor(repo, { ...WORK, worktree: new Git(worktree) }), first);
  await writeFiles(worktree, { "new.txt": "2" });
  assertEquals((await anchor(repo, { ...WORK, worktree: new Git(worktree) }))?.ref, `${REF}.2`);
  await writeFiles(worktree, { "new.txt": "3" });
  assertEquals((await anchor(repo, { ...WORK, worktree: new Git(worktree) }))?.ref, `${REF}.3`);
  assertEquals(await temp.git(["rev-parse", REF]), first?.sha);
});

Deno.test("anchor() does nothing when nothing would be lost", async () => {
  const { temp, worktree, repo } = await withWorktree();
  await using _ = temp;
  const refs = ["refs/heads/feature/task-1"];
  assertEquals(await anchor(repo, { ...WORK, worktree: new Git(worktree), refs }), undefined);
  await temp.git(["commit", "-q", "--allow-empty", "-m", "work"], worktree);
  assertEquals(
    await anchor(repo, { ...WORK, worktree: new Git(worktree) }),
    undefined,
    "the branch stays",
  );
  await temp.git(["merge", "-q", "feature/task-1"]);
  assertEquals(
    await anchor(repo, { ...WORK, worktree: new Git(worktree), refs }),
    undefined,
    "it has landed",
  );
  assertEquals(await temp.git(["for-each-ref", "refs/parex"]), "");
});

Deno.test("anchor() keeps commits that are only on a branch or a detached HEAD", async () => {
  const { temp, worktree, repo } = await withWorktree();
  await using _ = temp;
  const commit = async (message: string) => {
    await temp.git(["commit", "-q", "--allow-empty", "-m", message], worktree);
    return await temp.git(["rev-parse", "HEAD"], worktree);
  };
  const onBranch = await commit("on the branch");
  await temp.git(["checkout", "-q", "--detach", "main"], worktree);
  const detached = await commit("on no branch");
  const refs = ["refs/heads/feature/task-1"];
  const anchored = await anchor(repo, { ...WORK, worktree: new Git(worktree), refs });
  assertEquals(await temp.git(["log", "-1", "--format=%P", REF]), `${detached} ${onBranch}`);
  assertEquals(await anchor(repo, { ...WORK, refs }), undefined, "that is held by now");
  assert(anchored);
});

Deno.test("anchor() keeps the files of a merge with open conflicts", async () => {
  const { temp, worktree, repo } = await withWorktree();
  await using _ = temp;
  await writeFiles(worktree, { "a.txt": "theirs\n" });
  await temp.git(["commit", "-q", "-a", "-m", "theirs"], worktree);
  await temp.commit("ours", { "a.txt": "ours\n" });
  await temp.git(["merge", "main"], worktree).catch(() => "conflict");
  await anchor(repo, { ...WORK, worktree: new Git(worktree) });
  assert((await temp.git(["show", `${REF}:a.txt`])).includes("<<<<<<<"));
  assert((await temp.git(["status"], worktree)).includes("Unmerged paths"));
});

Deno.test("anchor() needs no identity, and runs none of the user's hooks", async () => {
  const { temp, worktree, repo } = await withWorktree();
  await using _ = temp;
  await temp.git(["config", "--unset", "user.email"]);
  await temp.git(["config", "user.useConfigOnly", "true"]);
  await Deno.writeTextFile(join(temp.root, ".git/hooks/pre-commit"), "#!/bin/sh\nexit 1\n", {
    mode: 0o755,
  });
  await writeFiles(worktree, { "new.txt": "1" });
  assert(await anchor(repo, { ...WORK, worktree: new Git(worktree) }));
});

Deno.test("anchor() fails if the worktree no longer belongs to this repository", async () => {
  const { temp, worktree, repo } = await withWorktree();
  await using _ = temp;
  await Deno.remove(join(worktree, ".git"));
  await failureFrom(anchor(repo, { ...WORK, worktree: new Git(worktree) }), "git_failed");
  await temp.git(["init", "-q"], worktree);
  assertEquals(
    (await failureFrom(anchor(repo, { ...WORK, worktree: new Git(worktree) }), "io_failed")).path,
    worktree,
  );
});

Deno.test("anchor() runs nothing that a repository in the worktree names as a monitor or a hook", async () => {
  const { temp, worktree, repo } = await withWorktree();
  await using _ = temp;
  const inner = join(worktree, "inner");
  await temp.git(["init", "-q", inner]);
  const ran = join(temp.root, ".git/ran");
  const script = join(inner, ".git/hooks/post-index-change");
  await Deno.mkdir(dirname(script), { recursive: true });
  await Deno.writeTextFile(script, `#!/bin/sh\necho "$0" >> '${ran}'\n`, { mode: 0o755 });
  await writeFiles(inner, { "n.txt": "n" });
  await temp.git(["add", "n.txt"], inner);
  await temp.git(["config", "core.fsmonitor", script], inner);
  await temp.git(["status"], inner);
  assert((await textOf(ran) ?? "").split("\n").length > 2, "git itself runs them");
  await Deno.remove(ran);
  assert(await anchor(repo, { ...WORK, worktree: new Git(worktree) }));
  assertEquals(await textOf(ran), undefined);
});

Deno.test("anchor() leaves alone what a submodule can fetch again, and keeps its own work", async () => {
  await using library = await tempRepo({ name: "library" });
  await using temp = await tempRepo();
  await temp.git(["submodule", "add", "-q", library.root, "lib"]);
  await temp.commit("Add a submodule");
  const repo: Repository = await openRepository(temp.root);
  assertEquals(await anchor(repo, { ...WORK, worktree: temp.at }), undefined);
  await temp.write({ "lib/README.md": "changed" });
  const anchored = await anchor(repo, { ...WORK, worktree: temp.at });
  const note = readNote(await temp.git(["log", "-1", "--format=%B", anchored?.ref ?? ""]));
  assertEquals(note?.nested.map(({ path }) => path), ["lib"]);
  assertEquals(await temp.git(["show", `${note?.nested[0]?.sha}:README.md`]), "changed");
});
