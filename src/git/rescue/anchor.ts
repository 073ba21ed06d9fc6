import { join } from "node:path";
import { Failed } from "../../domain/failed.ts";
import { rescueRefOf } from "../../domain/names.ts";
import type { Env } from "../../exec/env.ts";
import { headState } from "../commit.ts";
import { Git, gitFailed } from "../git.ts";
import type { Stash } from "./reflog_commits.ts";
import { commitsLostWithout } from "./unreachable.ts";
import { nestedWork, STRANGERS_CONFIG } from "./nested_repositories.ts";
import { Repository } from "../repository.ts";
import { type RescueNote, writeNote } from "./note.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

/** What is about to be removed. */
export interface Removal {
  run: string;
  task: string;
  /** Its uncommitted work and its HEAD are anchored, too. */
  worktree?: Git | undefined;
  /** Branches or other refs, by full name. */
  refs?: string[];
  /** Commits that no ref names. */
  commits?: string[];
  stashes?: Stash[];
}

export interface Anchored {
  ref: string;
  sha: string;
}

/** The content of a rescue commit. */
interface Rescue {
  note: RescueNote;
  /** Absent: there are no uncommitted changes. */
  snapshot?: Snapshot | undefined;
}

/**
 * Anchors under the task's rescue ref what would be lost: commits that no other ref contains, and what is
 * staged, unstaged or untracked (ignored files are not kept). Undefined if that is nothing. Leaves the
 * worktree and its index as they are. Anchoring the same twice gives the same ref.
 */
export async function anchor(
  repo: Repository,
  removal: Removal,
): Promise<Anchored | undefined> {
  const rescue = await collect(repo, removal);
  const { note, snapshot } = rescue;
  if (snapshot === undefined && note.nested.length === 0) {
    const going = note.refs.map(({ ref }) => ref);
    const lost = await commitsLostWithout(repo, commitsOf(note), going);
    if (lost.length === 0) return undefined;
  }
  const sha = await commitRescue(repo, rescue);
  return await createRef(repo, removal, sha);
}

async function collect(repo: Repository, removal: Removal): Promise<Rescue> {
  const { run, task, worktree, stashes = [] } = removal;
  const refs: RescueNote["refs"] = [];
  for (const ref of removal.refs ?? []) {
    const sha = await repo.line(["rev-parse", "--verify", `${ref}^{commit}`]);
    refs.push({ ref, sha });
  }
  const going = refs.map(({ ref }) => ref);
  const commits = await commitsLostWithout(repo, removal.commits ?? [], going);
  const note: RescueNote = {
    run,
    task,
    intended: [],
    refs,
    commits,
    stashes,
    nested: [],
  };
  return worktree === undefined ? { note } : await look(repo, note, worktree);
}

/** Adds the content of a worktree. */
async function look(
  repo: Repository,
  note: RescueNote,
  worktree: Git,
): Promise<Rescue> {
  await belongsTo(repo, worktree);
  const { sha, branch, inProgress } = await headState(worktree);
  if (sha !== undefined) note.head = sha;
  if (branch !== undefined) note.branch = branch;
  if (inProgress !== undefined) note.unfinished = inProgress;
  const nested = await nestedWork(worktree);
  for (const path of nested) {
    const carried = await carryOver(repo, note, join(worktree.path, path));
    note.nested.push({ path, sha: carried });
  }
  const snapshot = await takeSnapshot(worktree);
  return { note, snapshot };
}

async function belongsTo(repo: Repository, worktree: Git): Promise<void> {
  const common = await commonDirOf(worktree);
  if (common === repo.commonDir) return;
  const detail = "a repository of its own, whose work cannot be anchored in this one";
  throw new Failed({ reason: "io_failed", path: worktree.path, detail });
}

async function commonDirOf(worktree: Git): Promise<string> {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const common = await worktree.line(args);
  return await Deno.realPath(common);
}

/** Copies all work of a repository inside a worktree into this one's objects, as a rescue commit. */
async function carryOver(
  repo: Repository,
  { run, task }: RescueNote,
  path: string,
): Promise<string> {
  const worktree = new Git(path, { config: STRANGERS_CONFIG });
  const inner = new Repository(path, path, await commonDirOf(worktree));
  const branches = await worktree.git([
    "for-each-ref",
    "--format=%(refname)",
    "refs/heads",
    "refs/stash",
  ]);
  const refs = branches.split("\n").filter((ref) => ref !== "");
  const rescue = await collect(inner, { run, task, worktree, refs });
  const sha = await commitRescue(inner, rescue);
  await fetchObjects(repo, path, sha);
  return sha;
}

/** Fetches a commit from another repository on this machine, even if no ref there names it. */
export async function fetchObjects(at: Git, from: string, sha: string): Promise<void> {
  const config = ["-c", "protocol.version=2", "-c", "protocol.file.allow=always"];
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"];
  await at.git([...config, "fetch", ...flags, "--", from, sha]);
}

/** All commits that a rescue commit must contain besides its trees, HEAD first. */
function commitsOf({ head, refs, commits, stashes, nested }: RescueNote): string[] {
  const shas = (all: { sha: string }[]) => all.map(({ sha }) => sha);
  const start = head === undefined ? [] : [head];
  return [...new Set([...start, ...shas(refs), ...commits, ...shas(stashes), ...shas(nested)])];
}

async function commitRescue(
  repo: Repository,
  { note, snapshot }: Rescue,
): Promise<string> {
  const [first, ...others] = commitsOf(note);
  const env = await authorship(repo, first);
  const commit = async (tree: string, parents: string[], message: string) => {
    const args = ["commit-tree", ...parents.flatMap((sha) => ["-p", sha]), "-F", "-", tree];
    return await repo.line(args, { env, input: message });
  };
  const parents = first === undefined ? [] : [first];
  const heads = [...parents];
  const hold = async (tree: string, what: string) => {
    const held = await commit(tree, heads, `${what} in ${note.task}\n`);
    parents.push(held);
    return held;
  };
  if (snapshot) {
    note.index = await hold(snapshot.index, "What was staged");
    note.intended = snapshot.intended;
    if (snapshot.conflicts) {
      const tree = await folderOf(repo, snapshot.conflicts);
      note.conflicts = await hold(tree, "The files in conflict");
    }
    if (snapshot.raw !== undefined) {
      note.raw = await hold(snapshot.raw, "The files as they lay");
    }
  }
  const tree = snapshot?.files ?? `${first}^{tree}`;
  return await commit(tree, [...new Set([...parents, ...others])], writeNote(note));
}

/** A tree of trees, numbered from 1. */
async function folderOf(repo: Repository, trees: string[]): Promise<string> {
  const input = trees.map((sha, at) => `040000 tree ${sha}\t${at + 1}\n`).join("");
  return await repo.line(["mktree"], { input });
}

/** Needs no user identity, and uses the date of the work, so that the same work gives the same commit. */
async function authorship(repo: Repository, commit: string | undefined): Promise<Env> {
  let date = "0";
  if (commit !== undefined) {
    const args = ["rev-list", "-n", "1", "--no-commit-header", "--format=%ct", commit];
    const found = await repo.line(args);
    date = found;
  }
  return {
    GIT_AUTHOR_NAME: "parex",
    GIT_AUTHOR_EMAIL: "parex@localhost",
    GIT_AUTHOR_DATE: `@${date} +0000`,
    GIT_COMMITTER_NAME: "parex",
    GIT_COMMITTER_EMAIL: "parex@localhost",
    GIT_COMMITTER_DATE: `@${date} +0000`,
  };
}

/** Under the task's name, with a number if that ref anchors other work. */
async function createRef(
  repo: Repository,
  { run, task }: Removal,
  sha: string,
): Promise<Anchored> {
  for (let number = 1;; number++) {
    const ref = rescueRefOf(run, task) + (number === 1 ? "" : `.${number}`);
    const args = ["update-ref", ref, sha, ""]; // the empty old value: only if it does not exist
    const created = await repo.result(args);
    if (created.code === 0) return { ref, sha };
    const there = await repo.maybe(["rev-parse", "--quiet", "--verify", ref]);
    if (there === undefined) throw gitFailed(args, created);
    if (there === sha) return { ref, sha };
  }
}
