import { rescueRefOf } from "../domain/names.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Env } from "../exec/env.ts";
import { git, gitFailed, gitLine, gitMaybe, gitOk } from "./git.ts";
import type { Repository } from "./repository.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

/** What is about to go. */
export interface Removal {
  run: string;
  task: string;
  /** With its uncommitted work and its HEAD. Absolute. */
  worktree?: string;
  /** Branches or other refs, by their full names. */
  refs?: string[];
  /** For git, such as the attempt's own list of ignored files. */
  env?: Env;
}

export interface Anchored {
  ref: string;
  sha: string;
}

/** What the rescue commit is made from. */
interface Rescue {
  /** The worktree's HEAD; absent without a worktree, or if it has no commit. */
  head?: string;
  refs: { ref: string; sha: string }[];
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
  if (rescue.value.snapshot === undefined) {
    const lost = await wouldBeLost(repo, rescue.value);
    if (!lost.ok) return lost;
    if (!lost.value) return ok(undefined);
  }
  const sha = await commitRescue(repo, removal, rescue.value);
  return sha.ok ? await createRef(repo, removal, sha.value) : sha;
}

async function collect(repo: Repository, removal: Removal): Promise<Result<Rescue>> {
  const rescue: Rescue = { refs: [] };
  for (const ref of removal.refs ?? []) {
    const sha = await gitLine(["rev-parse", "--verify", `${ref}^{commit}`], { cwd: repo.root });
    if (!sha.ok) return sha;
    rescue.refs.push({ ref, sha: sha.value });
  }
  const { worktree } = removal;
  if (worktree === undefined) return ok(rescue);
  const ours = await belongsTo(repo, worktree);
  if (!ours.ok) return ours;
  const head = await gitMaybe(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], {
    cwd: worktree,
  });
  if (!head.ok) return head;
  const snapshot = await takeSnapshot(worktree, removal.env);
  if (!snapshot.ok) return snapshot;
  if (head.value !== undefined) rescue.head = head.value;
  if (snapshot.value !== undefined) rescue.snapshot = snapshot.value;
  return ok(rescue);
}

async function belongsTo(repo: Repository, worktree: string): Promise<Result<void>> {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const common = await gitLine(args, { cwd: worktree });
  if (!common.ok) return common;
  if (await Deno.realPath(common.value) === repo.commonDir) return ok();
  const detail = "a repository of its own, whose work cannot be anchored in this one";
  return fail({ reason: "io_failed", path: worktree, detail });
}

/** Whether one of the commits is held by none of the refs that stay. */
async function wouldBeLost(repo: Repository, rescue: Rescue): Promise<Result<boolean>> {
  const commits = headsOf(rescue);
  if (commits.length === 0) return ok(false);
  const going = rescue.refs.map(({ ref }) => `--exclude=${ref}`);
  const args = ["rev-list", "-n", "1", ...commits, "--not", ...going, "--glob=refs/*"];
  const lost = await gitOk(args, { cwd: repo.root });
  return lost.ok ? ok(lost.value !== "") : lost;
}

/** The worktree's HEAD first. */
function headsOf({ head, refs }: Rescue): string[] {
  const shas = refs.map(({ sha }) => sha);
  return [...new Set(head === undefined ? shas : [head, ...shas])];
}

async function commitRescue(
  repo: Repository,
  { run, task }: Removal,
  rescue: Rescue,
): Promise<Result<string>> {
  const [first, ...others] = headsOf(rescue);
  const env = await authorship(repo, first);
  if (!env.ok) return env;
  const commit = async (tree: string, parents: string[], message: string) => {
    const args = ["commit-tree", ...parents.flatMap((sha) => ["-p", sha]), "-F", "-", tree];
    return await gitLine(args, { cwd: repo.root, env: env.value, input: message });
  };
  const parents = first === undefined ? [] : [first];
  const lines = [`Work of ${task}, anchored before its removal`, "", `Run: ${run}`];
  if (rescue.head !== undefined) lines.push(`Head: ${rescue.head}`);
  if (rescue.snapshot?.index !== undefined) {
    const index = await commit(rescue.snapshot.index, parents, `What was staged in ${task}\n`);
    if (!index.ok) return index;
    parents.push(index.value);
    lines.push(`Index: ${index.value}`);
  }
  for (const { ref, sha } of rescue.refs) lines.push(`Ref: ${ref} ${sha}`);
  const tree = rescue.snapshot?.files ?? `${first}^{tree}`;
  return await commit(tree, [...parents, ...others], `${lines.join("\n")}\n`);
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
