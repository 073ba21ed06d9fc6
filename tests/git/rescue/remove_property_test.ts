/** Whatever agents and people have done in a worktree, removing it loses nothing. */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { removeWork } from "../../../src/git/rescue/remove.ts";
import { listRescues } from "../../../src/git/rescue/list.ts";
import { restore } from "../../../src/git/rescue/restore.ts";
import { assertEquals } from "../../support/assert.ts";
import { textOf, writeFiles } from "../../support/repo.ts";
import { sightOf, type Stage, stage, WORK } from "./remove_rig.ts";

const PATHS = ["a.txt", "tool.sh", "dir/b.txt", "dir/deep/ünï cöde.txt", "-x", 'q"uote', "n\new"];

interface Deed {
  name: string;
  act(stage: Stage): Promise<unknown>;
}

type Act<T> = (on: Stage, what: T) => Promise<unknown>;

const anyPath = fc.constantFrom(...PATHS);

function changeWords<T>(name: string, value: T, act: Act<T>): Deed {
  return { name: `${name} ${JSON.stringify(value)}`, act: (on) => act(on, value) };
}

function deed<T>(name: string, what: fc.Arbitrary<T>, act: Act<T>) {
  return what.map((value) => changeWords(name, value, act));
}

/** What agents and people do in a worktree. A step that is not possible at its turn is skipped. */
const anyDeed = fc.oneof(
  { weight: 4, arbitrary: deed("write", fc.tuple(anyPath, fc.string()), writes) },
  deed("write bytes", fc.tuple(anyPath, fc.uint8Array({ maxLength: 9 })), writesBytes),
  deed("delete", anyPath, ({ worktree }, path) => Deno.remove(join(worktree, path))),
  deed("make executable", anyPath, ({ worktree }, path) => Deno.chmod(join(worktree, path), 0o755)),
  deed("link", anyPath, links),
  { weight: 2, arbitrary: deed("stage", anyPath, stages) },
  deed("stage all", fc.constant("."), stages),
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

/** Steps that every run must include, however short it is. */
const ALWAYS: [Deed[], crlf: boolean][] = [
  [[
    changeWords("write", ["-x", "J"], writes),
    changeWords("begin a merge", "merge", halfDone),
    changeWords("stage", PATHS[3] ?? "", stages),
    changeWords("stage all", ".", stages),
    changeWords("write", ["-x", ">X1A Br"], writes),
  ], false],
  [[
    changeWords("begin a rebase", "rebase", halfDone),
    changeWords("change the submodule", true, changesModule),
    changeWords("put a repository", true, putsRepository),
    changeWords("link", "a.txt", links),
  ], true],
];
const RUNS = Deno.env.get("PAREX_TEST_LONG") ? 100 : 5;

function writes({ worktree }: Stage, [path, text]: [string, string]) {
  return writeFiles(worktree, { [path]: text });
}

function writesBytes({ worktree }: Stage, [path, bytes]: [string, Uint8Array<ArrayBuffer>]) {
  return Deno.writeFile(join(worktree, path), bytes);
}

function stages({ git }: Stage, path: string) {
  return git("add", "--", path);
}

async function links({ worktree }: Stage, path: string) {
  await Deno.mkdir(dirname(join(worktree, path)), { recursive: true });
  await Deno.remove(join(worktree, path)).catch(() => {});
  await Deno.symlink("../no/where", join(worktree, path));
}

/** Stops at a conflict, with the earlier changes in place. */
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

Deno.test("removeWork() and restore() bring any worktree back: bytes, modes, links, index and conflicts", async () => {
  await fc.assert(
    fc.asyncProperty(anyDeeds, fc.boolean(), async (deeds, crlf) => {
      await using on = await stage();
      for (const { act } of deeds) await act(on).catch(() => "not possible here");
      // If they were committed, git would see no change, and would only have their stored form.
      if (crlf) await writeFiles(on.worktree, { "eol.txt": "x\r\ny\r\n", "crlf.txt": "x\r\n" });
      const stashes = await on.temp.git(["stash", "list", "--format=%H"]);
      const before = await sightOf(on, on.worktree);
      const commits = await on.git("log", "-g", "--format=%H", "HEAD");

      await removeWork(on.repo, { ...WORK, worktree: on.tree });
      assertEquals(await textOf(join(on.worktree, ".git")), undefined);
      await on.temp.git(["stash", "clear"]);
      await on.temp.git(["reflog", "expire", "--expire=now", "--all"]);
      await on.temp.git(["gc", "-q", "--prune=now"]);

      for (const commit of [...commits.split("\n"), ...stashes.split("\n")]) {
        if (commit !== "") await on.temp.git(["cat-file", "-e", commit]);
      }
      const [rescued] = await listRescues(on.repo);
      if (!rescued) return assertEquals(before.status, "", "nothing was there to lose");
      const to = join(on.temp.root, "worktrees/back");
      assertEquals((await restore(on.repo, rescued, to)).incomplete, undefined);
      assertEquals(await sightOf(on, to), before);
      assertEquals(await on.temp.git(["stash", "list", "--format=%H"]), stashes);
    }),
    { numRuns: RUNS, examples: ALWAYS },
  );
});
