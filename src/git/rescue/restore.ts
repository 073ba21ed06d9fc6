import { join } from "node:path";
import { Failed, resultOf } from "../../domain/failed.ts";
import type { Failure } from "../../domain/failure.ts";
import { exists, io, isFree, realPathOf } from "../../util/files.ts";
import { detailOf, entries, git, gitLine, gitOk } from "../git.ts";
import { exclusively } from "../../util/mutex.ts";
import type { Repository } from "../repository.ts";
import type { Rescued } from "./list.ts";
import { fetchObjects } from "./anchor.ts";
import { readNote, type RescueNote } from "./note.ts";

export interface Restored {
  path: string;
  branch: string;
  /** Stashes that were put back on the list. */
  stashes: number;
  /** Why submodules without work of their own are not there. */
  incomplete?: Failure;
}

/**
 * Brings anchored work back: a new worktree at `path`, on a new branch, with the files, what was
 * staged and what was in conflict as they were. Nothing that is there is written over.
 */
export async function restore(
  repo: Repository,
  { sha, note }: Rescued,
  path: string,
): Promise<Restored> {
  if (!isFree(path)) throw new Failed({ reason: "foreign_worktree", path });
  const branch = await freeBranch(repo, note.task);
  await exclusively(
    repo.commonDir,
    () => addWorktree(repo, sha, note, path, branch),
  );
  await fill(repo, path, sha, note);
  const stashes = await storeStashes(repo, note);
  const modules = await resultOf(() => fetchModules(repo, path, sha, note));
  return {
    path: await realPathOf(path),
    branch,
    stashes,
    ...(modules.ok ? {} : { incomplete: modules.failure }),
  };
}

async function freeBranch(repo: Repository, task: string): Promise<string> {
  for (let number = 1;; number++) {
    const branch = `rescue/${task}${number === 1 ? "" : `-${number}`}`;
    const ref = `refs/heads/${branch}`;
    const taken = await git(["show-ref", "--verify", "--quiet", ref], { cwd: repo.root });
    if (taken.code !== 0) return branch;
  }
}

async function addWorktree(
  repo: Repository,
  sha: string,
  { head, refs, commits }: RescueNote,
  path: string,
  branch: string,
): Promise<void> {
  const start = head ?? refs[0]?.sha ?? commits[0];
  const add = ["worktree", "add", "--no-checkout"];
  if (start !== undefined) {
    const args = [...add, "--no-track", "-b", branch, "--", path, start];
    await gitOk(args, { cwd: repo.root });
    return;
  }
  // There was no commit yet, and shall be none.
  await gitOk([...add, "--detach", "--", path, sha], { cwd: repo.root });
  await gitOk(["symbolic-ref", "HEAD", `refs/heads/${branch}`], { cwd: path });
}

/** Writes files and index into a repository or worktree that has neither yet. */
async function fill(
  repo: Repository,
  path: string,
  sha: string,
  note: RescueNote,
): Promise<void> {
  const steps: (() => Promise<unknown>)[] = [
    () => gitOk(["read-tree", sha], { cwd: path }),
    () => gitOk(["checkout-index", "--all", "--quiet"], { cwd: path }),
    () => writeRaw(path, note),
    () => gitOk(["read-tree", note.index ?? sha], { cwd: path }),
    () => openConflicts(path, note),
    () => announce(path, note),
    () => fillNested(repo, path, note),
    // Exit code 1 says no more than that some files are changed.
    async () => await git(["update-index", "-q", "--refresh"], { cwd: path }),
  ];
  for (const step of steps) await step();
}

/** Puts the very bytes there that a filter would change. */
async function writeRaw(path: string, { raw }: RescueNote): Promise<void> {
  if (raw === undefined) return;
  const listed = await gitOk(["ls-tree", "-r", "-z", "--full-tree", raw], { cwd: path });
  for (const entry of entries(listed)) {
    const [info = "", name = ""] = entry.split("\t", 2);
    const [, , blob = ""] = info.split(" ");
    const unpacked = await gitLine(["unpack-file", blob], { cwd: path });
    const target = join(path, name);
    await io(target, async () => {
      const { mode } = await Deno.stat(target);
      if (mode !== null) await Deno.chmod(join(path, unpacked), mode & 0o777);
      await Deno.rename(join(path, unpacked), target);
    });
  }
}

async function openConflicts(path: string, { conflicts }: RescueNote): Promise<void> {
  if (conflicts === undefined) return;
  let input = "";
  for (const stage of [1, 2, 3]) {
    const tree = `${conflicts}:${stage}`;
    const listed = await gitOk(["ls-tree", "-r", "-z", "--full-tree", tree], { cwd: path });
    for (const entry of entries(listed)) {
      const [info = "", name = ""] = entry.split("\t", 2);
      const [mode, , blob] = info.split(" ");
      input += `${mode} ${blob} ${stage}\t${name}\0`;
    }
  }
  await gitOk(["update-index", "-z", "--index-info"], { cwd: path, input });
}

async function announce(path: string, { intended }: RescueNote): Promise<void> {
  if (intended.length === 0) return;
  const paths = intended.map((name) => `:(top,literal)${name}`);
  const args = ["add", "--intent-to-add", "--force", "--", ...paths];
  await gitOk(args, { cwd: path });
}

/** Makes the repositories inside the worktree again. */
async function fillNested(
  repo: Repository,
  path: string,
  { nested }: RescueNote,
): Promise<void> {
  for (const one of nested) {
    const inner = join(path, one.path);
    await io(inner, () => Deno.mkdir(inner, { recursive: true }));
    const message = await gitOk(["log", "-1", "--format=%B", one.sha], { cwd: repo.root });
    const note = readNote(message);
    if (!note) {
      throw new Failed({ reason: "io_failed", path: inner, detail: `${one.sha} is no rescue` });
    }
    await fillRepository(repo, inner, one.sha, note);
  }
}

async function fillRepository(
  repo: Repository,
  path: string,
  sha: string,
  note: RescueNote,
): Promise<void> {
  if (!exists(join(path, ".git"))) {
    await gitOk(["init", "--quiet", path], { cwd: repo.root });
  }
  await fetchObjects(path, repo.commonDir, sha);
  for (const { ref, sha } of note.refs) {
    await gitOk(["update-ref", "--create-reflog", ref, sha], { cwd: path });
  }
  const head = note.branch !== undefined
    ? ["symbolic-ref", "HEAD", `refs/heads/${note.branch}`]
    : ["update-ref", "--no-deref", "HEAD", note.head ?? sha];
  await gitOk(head, { cwd: path });
  return await fill(repo, path, sha, note);
}

/** Submodules that had no work of their own are what their remotes have. */
async function fetchModules(
  repo: Repository,
  path: string,
  sha: string,
  { nested }: RescueNote,
): Promise<void> {
  const listed = await gitOk(["ls-tree", "-r", "-z", "--full-tree", sha], { cwd: path });
  const links = entries(listed).filter((entry) => entry.startsWith("160000 "))
    .map((entry) => entry.slice(entry.indexOf("\t") + 1))
    .filter((name) => nested.every((one) => one.path !== name));
  if (links.length === 0) return;
  const args = ["submodule", "--quiet", "update", "--init", "--recursive", "--", ...links];
  const fetched = await exclusively(repo.commonDir, () => git(args, { cwd: path }));
  if (fetched.code === 0) return;
  throw new Failed({ reason: "worktree_failed", path, detail: detailOf(fetched) });
}

/** A stash that is on the list still stays where it is. */
async function storeStashes(repo: Repository, note: RescueNote): Promise<number> {
  const listed = await gitOk(["stash", "list", "--format=%H"], { cwd: repo.root });
  const present = new Set(listed.split("\n"));
  const absent = note.stashes.filter(({ sha }) => !present.has(sha));
  for (const { sha, message } of absent.toReversed()) {
    const args = ["stash", "store", "--quiet", "--message", message, sha];
    await gitOk(args, { cwd: repo.root });
  }
  return absent.length;
}

/** Where work is brought back to if nobody says otherwise: a free folder beside the worktrees. */
export function freeFolder(parent: string, task: string): string {
  for (let number = 1;; number++) {
    const path = join(parent, `rescue-${task}${number === 1 ? "" : `-${number}`}`);
    if (!exists(path)) return path;
  }
}
