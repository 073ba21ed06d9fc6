import { join } from "node:path";
import type { Failure } from "../../domain/failure.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
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
): Promise<Result<Restored>> {
  if (!isFree(path)) return fail({ reason: "foreign_worktree", path });
  const branch = await freeBranch(repo, note.task);
  if (!branch.ok) return branch;
  const made = await exclusively(
    repo.commonDir,
    () => addWorktree(repo, sha, note, path, branch.value),
  );
  if (!made.ok) return made;
  const filled = await fill(repo, path, sha, note);
  if (!filled.ok) return filled;
  const stashes = await storeStashes(repo, note);
  if (!stashes.ok) return stashes;
  const modules = await fetchModules(repo, path, sha, note);
  return ok({
    path: await realPathOf(path),
    branch: branch.value,
    stashes: stashes.value,
    ...(modules.ok ? {} : { incomplete: modules.failure }),
  });
}

async function freeBranch(repo: Repository, task: string): Promise<Result<string>> {
  for (let number = 1;; number++) {
    const branch = `rescue/${task}${number === 1 ? "" : `-${number}`}`;
    const ref = `refs/heads/${branch}`;
    const taken = await git(["show-ref", "--verify", "--quiet", ref], { cwd: repo.root });
    if (taken.code !== 0) return ok(branch);
  }
}

async function addWorktree(
  repo: Repository,
  sha: string,
  { head, refs, commits }: RescueNote,
  path: string,
  branch: string,
): Promise<Result<void>> {
  const start = head ?? refs[0]?.sha ?? commits[0];
  const add = ["worktree", "add", "--no-checkout"];
  if (start !== undefined) {
    const args = [...add, "--no-track", "-b", branch, "--", path, start];
    const added = await gitOk(args, { cwd: repo.root });
    return added.ok ? ok() : added;
  }
  // There was no commit yet, and shall be none.
  const added = await gitOk([...add, "--detach", "--", path, sha], { cwd: repo.root });
  if (!added.ok) return added;
  const unborn = await gitOk(["symbolic-ref", "HEAD", `refs/heads/${branch}`], { cwd: path });
  return unborn.ok ? ok() : unborn;
}

/** Writes files and index into a repository or worktree that has neither yet. */
async function fill(
  repo: Repository,
  path: string,
  sha: string,
  note: RescueNote,
): Promise<Result<void>> {
  const steps: (() => Promise<Result<unknown>>)[] = [
    () => gitOk(["read-tree", sha], { cwd: path }),
    () => gitOk(["checkout-index", "--all", "--quiet"], { cwd: path }),
    () => writeRaw(path, note),
    () => gitOk(["read-tree", note.index ?? sha], { cwd: path }),
    () => openConflicts(path, note),
    () => announce(path, note),
    () => fillNested(repo, path, note),
    // Exit code 1 says no more than that some files are changed.
    async () => ok(await git(["update-index", "-q", "--refresh"], { cwd: path })),
  ];
  for (const step of steps) {
    const done = await step();
    if (!done.ok) return done;
  }
  return ok();
}

/** Puts the very bytes there that a filter would change. */
async function writeRaw(path: string, { raw }: RescueNote): Promise<Result<void>> {
  if (raw === undefined) return ok();
  const listed = await gitOk(["ls-tree", "-r", "-z", "--full-tree", raw], { cwd: path });
  if (!listed.ok) return listed;
  for (const entry of entries(listed.value)) {
    const [info = "", name = ""] = entry.split("\t", 2);
    const [, , blob = ""] = info.split(" ");
    const unpacked = await gitLine(["unpack-file", blob], { cwd: path });
    if (!unpacked.ok) return unpacked;
    const target = join(path, name);
    const written = await io(target, async () => {
      const { mode } = await Deno.stat(target);
      if (mode !== null) await Deno.chmod(join(path, unpacked.value), mode & 0o777);
      await Deno.rename(join(path, unpacked.value), target);
    });
    if (!written.ok) return written;
  }
  return ok();
}

async function openConflicts(path: string, { conflicts }: RescueNote): Promise<Result<void>> {
  if (conflicts === undefined) return ok();
  let input = "";
  for (const stage of [1, 2, 3]) {
    const tree = `${conflicts}:${stage}`;
    const listed = await gitOk(["ls-tree", "-r", "-z", "--full-tree", tree], { cwd: path });
    if (!listed.ok) return listed;
    for (const entry of entries(listed.value)) {
      const [info = "", name = ""] = entry.split("\t", 2);
      const [mode, , blob] = info.split(" ");
      input += `${mode} ${blob} ${stage}\t${name}\0`;
    }
  }
  const opened = await gitOk(["update-index", "-z", "--index-info"], { cwd: path, input });
  return opened.ok ? ok() : opened;
}

async function announce(path: string, { intended }: RescueNote): Promise<Result<void>> {
  if (intended.length === 0) return ok();
  const paths = intended.map((name) => `:(top,literal)${name}`);
  const args = ["add", "--intent-to-add", "--force", "--", ...paths];
  const announced = await gitOk(args, { cwd: path });
  return announced.ok ? ok() : announced;
}

/** Makes the repositories inside the worktree again. */
async function fillNested(
  repo: Repository,
  path: string,
  { nested }: RescueNote,
): Promise<Result<void>> {
  for (const one of nested) {
    const inner = join(path, one.path);
    const made = await io(inner, () => Deno.mkdir(inner, { recursive: true }));
    if (!made.ok) return made;
    const message = await gitOk(["log", "-1", "--format=%B", one.sha], { cwd: repo.root });
    if (!message.ok) return message;
    const note = readNote(message.value);
    if (!note) return fail({ reason: "io_failed", path: inner, detail: `${one.sha} is no rescue` });
    const restored = await fillRepository(repo, inner, one.sha, note);
    if (!restored.ok) return restored;
  }
  return ok();
}

async function fillRepository(
  repo: Repository,
  path: string,
  sha: string,
  note: RescueNote,
): Promise<Result<void>> {
  if (!exists(join(path, ".git"))) {
    const made = await gitOk(["init", "--quiet", path], { cwd: repo.root });
    if (!made.ok) return made;
  }
  const fetched = await fetchObjects(path, repo.commonDir, sha);
  if (!fetched.ok) return fetched;
  for (const { ref, sha } of note.refs) {
    const set = await gitOk(["update-ref", "--create-reflog", ref, sha], { cwd: path });
    if (!set.ok) return set;
  }
  const head = note.branch !== undefined
    ? ["symbolic-ref", "HEAD", `refs/heads/${note.branch}`]
    : ["update-ref", "--no-deref", "HEAD", note.head ?? sha];
  const stands = await gitOk(head, { cwd: path });
  return stands.ok ? await fill(repo, path, sha, note) : stands;
}

/** Submodules that had no work of their own are what their remotes have. */
async function fetchModules(
  repo: Repository,
  path: string,
  sha: string,
  { nested }: RescueNote,
): Promise<Result<void>> {
  const listed = await gitOk(["ls-tree", "-r", "-z", "--full-tree", sha], { cwd: path });
  if (!listed.ok) return listed;
  const links = entries(listed.value).filter((entry) => entry.startsWith("160000 "))
    .map((entry) => entry.slice(entry.indexOf("\t") + 1))
    .filter((name) => nested.every((one) => one.path !== name));
  if (links.length === 0) return ok();
  const args = ["submodule", "--quiet", "update", "--init", "--recursive", "--", ...links];
  const fetched = await exclusively(repo.commonDir, () => git(args, { cwd: path }));
  if (fetched.code === 0) return ok();
  return fail({ reason: "worktree_failed", path, detail: detailOf(fetched) });
}

/** A stash that is on the list still stays where it is. */
async function storeStashes(repo: Repository, note: RescueNote): Promise<Result<number>> {
  const listed = await gitOk(["stash", "list", "--format=%H"], { cwd: repo.root });
  if (!listed.ok) return listed;
  const present = new Set(listed.value.split("\n"));
  const absent = note.stashes.filter(({ sha }) => !present.has(sha));
  for (const { sha, message } of absent.toReversed()) {
    const args = ["stash", "store", "--quiet", "--message", message, sha];
    const stored = await gitOk(args, { cwd: repo.root });
    if (!stored.ok) return stored;
  }
  return ok(absent.length);
}

/** Where work is brought back to if nobody says otherwise: a free folder beside the worktrees. */
export function freeFolder(parent: string, task: string): string {
  for (let number = 1;; number++) {
    const path = join(parent, `rescue-${task}${number === 1 ? "" : `-${number}`}`);
    if (!exists(path)) return path;
  }
}
