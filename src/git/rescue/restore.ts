import { join } from "node:path";
import { TIMEOUTS } from "../../domain/timeouts.ts";
import { Failed, resultOf } from "../../domain/failed.ts";
import type { Failure } from "../../domain/failure.ts";
import { exists, io, isFree, realPathOf } from "../../util/files.ts";
import { detailOf, entries, Git } from "../git.ts";
import type { Repository } from "../repository.ts";
import type { Rescued } from "./list.ts";
import { fetchObjects } from "./anchor.ts";
import { readNote, type RescueNote } from "./note.ts";

export interface Restored {
  path: string;
  branch: string;
  /** Number of restored stashes. */
  stashes: number;
  /** Why submodules without work of their own are missing. */
  incomplete?: Failure | undefined;
}

/**
 * Restores anchored work: a new worktree at `path`, on a new branch, with the files, what was staged and what
 * was in conflict as they were. Overwrites nothing.
 */
export async function restore(
  repo: Repository,
  { sha, note }: Rescued,
  path: string,
): Promise<Restored> {
  if (!isFree(path)) throw new Failed({ reason: "foreign_worktree", path });
  const branch = await freeBranch(repo, note.task);
  const worktree = new Git(path);
  await repo.exclusively(() => addWorktree(repo, sha, note, worktree, branch));
  await fill(repo, worktree, sha, note);
  const stashes = await storeStashes(repo, note);
  const modules = await resultOf(() => fetchModules(repo, worktree, sha, note));
  return {
    path: await realPathOf(path),
    branch,
    stashes,
    incomplete: modules.ok ? undefined : modules.failure,
  };
}

async function freeBranch(repo: Repository, task: string): Promise<string> {
  for (let number = 1;; number++) {
    const branch = `rescue/${task}${number === 1 ? "" : `-${number}`}`;
    const ref = `refs/heads/${branch}`;
    const taken = await repo.result(["show-ref", "--verify", "--quiet", ref]);
    if (taken.code !== 0) return branch;
  }
}

async function addWorktree(
  repo: Repository,
  sha: string,
  { head, refs, commits }: RescueNote,
  worktree: Git,
  branch: string,
): Promise<void> {
  const start = head ?? refs[0]?.sha ?? commits[0];
  const add = ["worktree", "add", "--no-checkout"];
  if (start !== undefined) {
    const args = [...add, "--no-track", "-b", branch, "--", worktree.path, start];
    await repo.git(args);
    return;
  }
  // There was no commit, and there must be none now.
  await repo.git([...add, "--detach", "--", worktree.path, sha]);
  await worktree.git(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
}

/** Writes files and index into a repository or worktree that has neither yet. */
async function fill(
  repo: Repository,
  worktree: Git,
  sha: string,
  note: RescueNote,
): Promise<void> {
  const steps: (() => Promise<unknown>)[] = [
    () => worktree.git(["read-tree", sha]),
    () => worktree.git(["checkout-index", "--all", "--quiet"]),
    () => writeRaw(worktree, note),
    () => worktree.git(["read-tree", note.index ?? sha]),
    () => openConflicts(worktree, note),
    () => announce(worktree, note),
    () => fillNested(repo, worktree, note),
    // Exit code 1 only means that some files are changed.
    async () => await worktree.result(["update-index", "-q", "--refresh"]),
  ];
  for (const step of steps) await step();
}

/** Writes the exact bytes of files that a filter would change. */
async function writeRaw(worktree: Git, { raw }: RescueNote): Promise<void> {
  if (raw === undefined) return;
  const listed = await worktree.git(["ls-tree", "-r", "-z", "--full-tree", raw]);
  for (const entry of entries(listed)) {
    const [info = "", name = ""] = entry.split("\t", 2);
    const [, , blob = ""] = info.split(" ");
    const unpacked = await worktree.line(["unpack-file", blob]);
    const target = join(worktree.path, name);
    await io(target, async () => {
      const { mode } = await Deno.stat(target);
      if (mode !== null) await Deno.chmod(join(worktree.path, unpacked), mode & 0o777);
      await Deno.rename(join(worktree.path, unpacked), target);
    });
  }
}

async function openConflicts(worktree: Git, { conflicts }: RescueNote): Promise<void> {
  if (conflicts === undefined) return;
  let input = "";
  for (const stage of [1, 2, 3]) {
    const tree = `${conflicts}:${stage}`;
    const listed = await worktree.git(["ls-tree", "-r", "-z", "--full-tree", tree]);
    for (const entry of entries(listed)) {
      const [info = "", name = ""] = entry.split("\t", 2);
      const [mode, , blob] = info.split(" ");
      input += `${mode} ${blob} ${stage}\t${name}\0`;
    }
  }
  await worktree.git(["update-index", "-z", "--index-info"], { input });
}

async function announce(worktree: Git, { intended }: RescueNote): Promise<void> {
  if (intended.length === 0) return;
  const paths = intended.map((name) => `:(top,literal)${name}`);
  const args = ["add", "--intent-to-add", "--force", "--", ...paths];
  await worktree.git(args);
}

/** Restores the repositories inside the worktree. */
async function fillNested(
  repo: Repository,
  worktree: Git,
  { nested }: RescueNote,
): Promise<void> {
  for (const one of nested) {
    const inner = join(worktree.path, one.path);
    await io(inner, () => Deno.mkdir(inner, { recursive: true }));
    const message = await repo.git(["log", "-1", "--format=%B", one.sha]);
    const note = readNote(message);
    if (!note) {
      throw new Failed({ reason: "io_failed", path: inner, detail: `${one.sha} is no rescue` });
    }
    await fillRepository(repo, new Git(inner), one.sha, note);
  }
}

async function fillRepository(
  repo: Repository,
  worktree: Git,
  sha: string,
  note: RescueNote,
): Promise<void> {
  if (!exists(join(worktree.path, ".git"))) {
    await repo.git(["init", "--quiet", worktree.path]);
  }
  await fetchObjects(worktree, repo.commonDir, sha);
  for (const { ref, sha } of note.refs) {
    await worktree.git(["update-ref", "--create-reflog", ref, sha]);
  }
  const head = note.branch !== undefined
    ? ["symbolic-ref", "HEAD", `refs/heads/${note.branch}`]
    : ["update-ref", "--no-deref", "HEAD", note.head ?? sha];
  await worktree.git(head);
  return await fill(repo, worktree, sha, note);
}

/** Fetches the submodules that had no work of their own. */
async function fetchModules(
  repo: Repository,
  worktree: Git,
  sha: string,
  { nested }: RescueNote,
): Promise<void> {
  const listed = await worktree.git(["ls-tree", "-r", "-z", "--full-tree", sha]);
  const links = entries(listed).filter((entry) => entry.startsWith("160000 "))
    .map((entry) => entry.slice(entry.indexOf("\t") + 1))
    .filter((name) => nested.every((one) => one.path !== name));
  if (links.length === 0) return;
  const args = ["submodule", "--quiet", "update", "--init", "--recursive", "--", ...links];
  const fetched = await repo.exclusively(() =>
    worktree.result(args, { timeoutMs: TIMEOUTS.network })
  );
  if (fetched.code === 0) return;
  throw new Failed({ reason: "worktree_failed", path: worktree.path, detail: detailOf(fetched) });
}

/** Skips a stash that is still in the list. */
async function storeStashes(repo: Repository, note: RescueNote): Promise<number> {
  const listed = await repo.git(["stash", "list", "--format=%H"]);
  const present = new Set(listed.split("\n"));
  const absent = note.stashes.filter(({ sha }) => !present.has(sha));
  for (const { sha, message } of absent.toReversed()) {
    const args = ["stash", "store", "--quiet", "--message", message, sha];
    await repo.git(args);
  }
  return absent.length;
}

/** The default folder for restored work: one that does not exist yet, next to the worktrees. */
export function freeFolder(parent: string, task: string): string {
  for (let number = 1;; number++) {
    const path = join(parent, `rescue-${task}${number === 1 ? "" : `-${number}`}`);
    if (!exists(path)) return path;
  }
}
