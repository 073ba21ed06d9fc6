import { join } from "node:path";
import { rescueRefOf } from "../../domain/names.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { Env } from "../../exec/env.ts";
import { headState } from "../commit.ts";
import { git, gitFailed, gitLine, gitMaybe, gitOk } from "../git.ts";
import type { Stash } from "./reflog_commits.ts";
import { lostWithout } from "./unreachable.ts";
import { nestedWork, strangersEnv } from "./nested_repositories.ts";
import type { Repository } from "../repository.ts";
import { type RescueNote, writeNote } from "./note.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

/** What is about to go. */
export interface Removal {
  run: string;
  task: string;
  /** With its uncommitted work and its HEAD. Absolute. */
  worktree?: string;
  /** Branches or other refs, by their full names. */
  refs?: string[];
  /** Commits that no ref names. */
  commits?: string[];
  stashes?: Stash[];
  /** For git, such as the attempt's own list of ignored files. */
  env?: Env;
}

export interface Anchored {
  ref: string;
  sha: string;
}

/** What the rescue commit is made from. */
interface Rescue {
  note: RescueNote;
  /** Absent: nothing is uncommitted. */
  snapshot?: Snapshot;
}

/**
 * Anchors under the task's rescue ref what would be lost: commits that no other ref holds, and what
 * is staged, unstaged or untracked (ignored files are not kept). Undefined if that is nothing. Leaves
 * the worktree and its index as they are. Anchoring the same twice gives the same ref.
 */
export async function anchor(
  repo: Repository,
  removal: Removal,
): Promise<Result<Anchored | undefined>> {
  const rescue = await collect(repo, removal);
  if (!rescue.ok) return rescue;
  const { note, snapshot } = rescue.value;
  if (snapshot === undefined && note.nested.length === 0) {
    const going = note.refs.map(({ ref }) => ref);
    const lost = await lostWithout(repo, commitsOf(note), going);
    if (!lost.ok) return lost;
    if (lost.value.length === 0) return ok(undefined);
  }
  const sha = await commitRescue(repo, rescue.value);
  return sha.ok ? await createRef(repo, removal, sha.value) : sha;
}

async function collect(repo: Repository, removal: Removal): Promise<Result<Rescue>> {
  const { run, task, worktree, stashes = [] } = removal;
  const refs: RescueNote["refs"] = [];
  for (const ref of removal.refs ?? []) {
    const sha = await gitLine(["rev-parse", "--verify", `${ref}^{commit}`], { cwd: repo.root });
    if (!sha.ok) return sha;
    refs.push({ ref, sha: sha.value });
  }
  const going = refs.map(({ ref }) => ref);
  const commits = await lostWithout(repo, removal.commits ?? [], going);
  if (!commits.ok) return commits;
  const note: RescueNote = {
    run,
    task,
    intended: [],
    refs,
    commits: commits.value,
    stashes,
    nested: [],
  };
  return worktree === undefined ? ok({ note }) : await look(repo, note, worktree, removal.env);
}

/** Adds what a worktree holds. */
async function look(
  repo: Repository,
  note: RescueNote,
  worktree: string,
  env?: Env,
): Promise<Result<Rescue>> {
  const ours = await belongsTo(repo, worktree);
  if (!ours.ok) return ours;
  const head = await headState(worktree);
  if (!head.ok) return head;
  const { sha, branch, inProgress } = head.value;
  if (sha !== undefined) note.head = sha;
  if (branch !== undefined) note.branch = branch;
  if (inProgress !== undefined) note.unfinished = inProgress;
  const nested = await nestedWork(worktree, env);
  if (!nested.ok) return nested;
  for (const path of nested.value) {
    const carried = await carryOver(repo, note, join(worktree, path));
    if (!carried.ok) return carried;
    note.nested.push({ path, sha: carried.value });
  }
  const snapshot = await takeSnapshot(worktree, env);
  if (!snapshot.ok) return snapshot;
  return ok({ note, ...(snapshot.value === undefined ? {} : { snapshot: snapshot.value }) });
}

async function belongsTo(repo: Repository, worktree: string): Promise<Result<void>> {
  const common = await commonDirOf(worktree);
  if (!common.ok) return common;
  if (common.value === repo.commonDir) return ok();
  const detail = "a repository of its own, whose work cannot be anchored in this one";
  return fail({ reason: "io_failed", path: worktree, detail });
}

async function commonDirOf(worktree: string): Promise<Result<string>> {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const common = await gitLine(args, { cwd: worktree });
  return common.ok ? ok(await Deno.realPath(common.value)) : common;
}

/** Brings all work of a repository inside a worktree into this one's objects, as a rescue commit. */
async function carryOver(
  repo: Repository,
  { run, task }: RescueNote,
  path: string,
): Promise<Result<string>> {
  const commonDir = await commonDirOf(path);
  if (!commonDir.ok) return commonDir;
  const inner: Repository = { root: path, checkout: path, commonDir: commonDir.value };
  const branches = await gitOk(
    ["for-each-ref", "--format=%(refname)", "refs/heads", "refs/stash"],
    {
      cwd: path,
    },
  );
  if (!branches.ok) return branches;
  const refs = branches.value.split("\n").filter((ref) => ref !== "");
  const rescue = await collect(inner, { run, task, worktree: path, refs, env: strangersEnv() });
  if (!rescue.ok) return rescue;
  const sha = await commitRescue(inner, rescue.value);
  if (!sha.ok) return sha;
  const fetched = await fetchObjects(repo.root, path, sha.value);
  return fetched.ok ? sha : fetched;
}

/** Brings a commit of another repository on this machine here, although no ref there names it. */
export async function fetchObjects(cwd: string, from: string, sha: string): Promise<Result<void>> {
  const config = ["-c", "protocol.version=2", "-c", "protocol.file.allow=always"];
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"];
  const fetched = await gitOk([...config, "fetch", ...flags, "--", from, sha], { cwd });
  return fetched.ok ? ok() : fetched;
}

/** Everything that a rescue commit is to hold beside its trees, HEAD first. */
function commitsOf({ head, refs, commits, stashes, nested }: RescueNote): string[] {
  const shas = (all: { sha: string }[]) => all.map(({ sha }) => sha);
  const start = head === undefined ? [] : [head];
  return [...new Set([...start, ...shas(refs), ...commits, ...shas(stashes), ...shas(nested)])];
}

async function commitRescue(
  repo: Repository,
  { note, snapshot }: Rescue,
): Promise<Result<string>> {
  const [first, ...others] = commitsOf(note);
  const env = await authorship(repo, first);
  if (!env.ok) return env;
  const commit = async (tree: string, parents: string[], message: string) => {
    const args = ["commit-tree", ...parents.flatMap((sha) => ["-p", sha]), "-F", "-", tree];
    return await gitLine(args, { cwd: repo.root, env: env.value, input: message });
  };
  const parents = first === undefined ? [] : [first];
  const heads = [...parents];
  const hold = async (tree: string, what: string) => {
    const held = await commit(tree, heads, `${what} in ${note.task}\n`);
    if (held.ok) parents.push(held.value);
    return held;
  };
  if (snapshot) {
    const index = await hold(snapshot.index, "What was staged");
    if (!index.ok) return index;
    note.index = index.value;
    note.intended = snapshot.intended;
    if (snapshot.conflicts) {
      const tree = await folderOf(repo, snapshot.conflicts);
      const conflicts = tree.ok ? await hold(tree.value, "The files in conflict") : tree;
      if (!conflicts.ok) return conflicts;
      note.conflicts = conflicts.value;
    }
    if (snapshot.raw !== undefined) {
      const raw = await hold(snapshot.raw, "The files as they lay");
      if (!raw.ok) return raw;
      note.raw = raw.value;
    }
  }
  const tree = snapshot?.files ?? `${first}^{tree}`;
  return await commit(tree, [...new Set([...parents, ...others])], writeNote(note));
}

/** A tree of trees, numbered from 1. */
async function folderOf(repo: Repository, trees: string[]): Promise<Result<string>> {
  const input = trees.map((sha, at) => `040000 tree ${sha}\t${at + 1}\n`).join("");
  return await gitLine(["mktree"], { cwd: repo.root, input });
}

/** Needs no identity of the user's, and has the date of the work, so that it comes out the same twice. */
async function authorship(repo: Repository, commit: string | undefined): Promise<Result<Env>> {
  let date = "0";
  if (commit !== undefined) {
    const args = ["rev-list", "-n", "1", "--no-commit-header", "--format=%ct", commit];
    const found = await gitLine(args, { cwd: repo.root });
    if (!found.ok) return found;
    date = found.value;
  }
  return ok({
    GIT_AUTHOR_NAME: "parex",
    GIT_AUTHOR_EMAIL: "parex@localhost",
    GIT_AUTHOR_DATE: `@${date} +0000`,
    GIT_COMMITTER_NAME: "parex",
    GIT_COMMITTER_EMAIL: "parex@localhost",
    GIT_COMMITTER_DATE: `@${date} +0000`,
  });
}

/** Under the task's name, or that name and a number if other work is anchored there. */
async function createRef(
  repo: Repository,
  { run, task }: Removal,
  sha: string,
): Promise<Result<Anchored>> {
  for (let number = 1;; number++) {
    const ref = rescueRefOf(run, task) + (number === 1 ? "" : `.${number}`);
    const args = ["update-ref", ref, sha, ""]; // the empty old value: only if it does not exist
    const created = await git(args, { cwd: repo.root });
    if (created.code === 0) return ok({ ref, sha });
    const there = await gitMaybe(["rev-parse", "--quiet", "--verify", ref], { cwd: repo.root });
    if (!there.ok) return there;
    if (there.value === undefined) return gitFailed(args, created);
    if (there.value === sha) return ok({ ref, sha });
  }
}
