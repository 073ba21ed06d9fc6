import { join } from "node:path";
import { Failed, resultOf } from "../domain/failed.ts";
import type { Unfinished } from "../domain/failure.ts";
import type { CommandResult } from "../exec/command.ts";
import { allOf } from "../util/all_of.ts";
import { exists } from "../util/files.ts";
import { detailOf, entries, type Git } from "./git.ts";
import type { Hooks } from "./hooks.ts";
import type { Repository } from "./repository.ts";
import type { Worktree } from "./worktree.ts";
import { type Change, readStatus } from "./status.ts";

export type { Change };

/** The branch and commit of a worktree's HEAD. */
export interface HeadState {
  /** Absent: HEAD is detached. */
  branch?: string | undefined;
  /** Absent: the branch has no commit yet. */
  sha?: string | undefined;
  /** A git operation that is in progress. */
  inProgress?: Unfinished | undefined;
}

export interface Commit {
  sha: string;
  subject: string;
}

export interface FileChange {
  path: string;
  change: "added" | "modified" | "deleted";
}

/** Uncommitted changes of a worktree, untracked files among them. */
export async function changes(worktree: Git): Promise<Change[]> {
  return (await readStatus(worktree, UNTRACKED)).changes;
}

/** As `changes` and `headState`, in one git command; for linked worktrees. */
export async function changesAndHead(
  worktree: Worktree,
): Promise<{ changes: Change[]; head: HeadState }> {
  const { changes, ...where } = await readStatus(worktree, UNTRACKED);
  const inProgress = unfinished(worktree.gitDir);
  return { changes, head: { ...where, inProgress } };
}

/** The same with ignored files, in one git command; a folder that has only ignored files is listed alone. */
export async function everythingIn(
  worktree: Worktree,
): Promise<{ changes: Change[]; ignored: Change[]; head: HeadState }> {
  const { changes: all, ...where } = await readStatus(worktree, [...UNTRACKED, "--ignored"]);
  const inProgress = unfinished(worktree.gitDir);
  const isIgnored = ({ state }: Change) => state === IGNORED;
  return {
    changes: all.filter((change) => !isIgnored(change)),
    ignored: all.filter(isIgnored),
    head: { ...where, inProgress },
  };
}

/** The state of an ignored file. */
const IGNORED = "!!";

const UNTRACKED = ["--untracked-files=normal"];

/** The branch and commit of a worktree, and the operation in progress. */
export async function headState(worktree: Git): Promise<HeadState> {
  const { gitDir, ref, sha } = await headWithCommit(worktree) ?? await anyHead(worktree);
  const inProgress = unfinished(gitDir);
  return {
    branch: ref?.replace(/^refs\/heads\//, ""),
    sha,
    inProgress,
  };
}

interface Head {
  gitDir: string;
  ref: string | undefined;
  sha: string | undefined;
}

/** In one git command; undefined if git cannot answer everything, as on a branch without a commit. */
async function headWithCommit(worktree: Git): Promise<Head | undefined> {
  const args = ["rev-parse", "--absolute-git-dir", "HEAD^{commit}", "--symbolic-full-name", "HEAD"];
  const told = await worktree.result(args);
  const [, gitDir, sha, name] = /^(.+)\n([0-9a-f]+)\n(refs\/.+|HEAD)\n$/s.exec(told.stdout) ?? [];
  if (told.code !== 0 || gitDir === undefined) return undefined;
  return { gitDir, sha, ref: name === "HEAD" ? undefined : name };
}

async function anyHead(worktree: Git): Promise<Head> {
  const [gitDir, ref, sha] = await allOf([
    worktree.line(["rev-parse", "--absolute-git-dir"]),
    worktree.maybe(["symbolic-ref", "--quiet", "HEAD"]),
    worktree.maybe(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]),
  ]);
  return { gitDir, ref, sha };
}

/** Rebase first: while it stops at a commit, it leaves the files of a cherry-pick too. */
const MARKS: [string, Unfinished][] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
];

function unfinished(gitDir: string): Unfinished | undefined {
  for (const [name, operation] of MARKS) {
    if (exists(join(gitDir, name))) return operation;
  }
}

export interface CommitOptions {
  /** Paths relative to the top level that stay out of the commit, with everything below them. */
  exclude: string[];
  hooks?: Hooks | undefined;
  /** The state of HEAD, if it is known already. */
  head?: HeadState | undefined;
}

/**
 * Commits all uncommitted changes of a worktree; false if there are none. The user's hooks and signing apply;
 * if a hook fixes files and refuses, the fixes are staged and the commit is tried once more. Refuses while a
 * merge or the like is in progress, because the commit would conclude it.
 */
export async function commitAll(
  worktree: Git,
  message: string,
  { exclude, hooks, head: known }: CommitOptions,
): Promise<boolean> {
  const head = known ? known : await headState(worktree);
  if (head.inProgress) {
    throw new Failed({ reason: "commit_failed", detail: `a ${head.inProgress} is half done` });
  }
  const staged = await stageAll(worktree, exclude);
  if (staged.length === 0) return false;
  // Automatic maintenance would slow down every task; git does it at another commit.
  const untidied = ["-c", "maintenance.auto=false"];
  const args = [...untidied, "commit", "--quiet", "--cleanup=whitespace", "--file=-"];
  const commit = () => worktree.result(args, { hooks, input: message });
  const committed = await commit();
  if (committed.code === 0) return true;
  const refused = refusal(committed);
  if (committed.timedOut) throw refused;
  const fixed = await stageAll(worktree, exclude);
  if (fixed.length === 0) return false;
  if (fixed.join("\0") === staged.join("\0")) throw refused;
  const again = await commit();
  if (again.code === 0) return true;
  throw refusal(again);
}

/** The failure of a commit. */
export function refusal(committed: CommandResult): Failed {
  const late = committed.timedOut || undefined;
  return new Failed({ reason: "commit_failed", detail: detailOf(committed), late });
}

/** The fields of `git diff --raw -z` after staging. */
async function stageAll(worktree: Git, exclude: string[]): Promise<string[]> {
  const not = exclude.map((path) => `:(top,exclude,literal)${path}`);
  const add = ["add", "--all", "--sparse", "--", ":/", ...not];
  const added = await worktree.result(add);
  if (added.code !== 0) throw new Failed({ reason: "commit_failed", detail: detailOf(added) });
  const listed = await worktree.git(STAGED);
  const staged = await withoutExcluded(worktree, entries(listed), exclude);
  const nested = nestedRepositories(staged);
  if (nested.length === 0) return staged;
  // If committed, it would be a link to a commit that exists nowhere else.
  await worktree.git(["rm", "--cached", "--quiet", "-f", "--", ...nested]);
  const detail = `a repository of its own lies in the tree: ${nested.join(", ")}`;
  throw new Failed({ reason: "commit_failed", detail });
}

const STAGED = ["diff", "--cached", "--raw", "-z", "--no-renames"];

/** The fields of `git diff --raw -z` after the excluded paths were unstaged. */
async function withoutExcluded(
  at: Git,
  fields: string[],
  exclude: string[],
): Promise<string[]> {
  const isExcluded = (field: string) =>
    exclude.some((path) => field === path || field.startsWith(`${path}/`));
  if (!fields.some(isExcluded)) return fields;
  // The agent has staged them.
  const paths = exclude.map((path) => `:(top,literal)${path}`);
  await at.git(["reset", "--quiet", "--", ...paths]);
  const left = await at.git(STAGED);
  return entries(left);
}

/** New links to commits of other repositories, in the fields of `git diff --raw -z`. */
function nestedRepositories(fields: string[]): string[] {
  const links: string[] = [];
  let declared = false;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const path = fields[at + 1] ?? "";
    if (path === ".gitmodules") declared = true;
    if (fields[at]?.startsWith(":000000 160000 ")) links.push(path);
  }
  return declared ? [] : links;
}

/**
 * Commits on a branch that none of `notFrom` (branches, commits) has, newest first. Merges do not count,
 * since they contain others' work, and neither do empty commits.
 */
export async function ownCommits(
  repo: Repository,
  branch: string,
  notFrom: string[],
): Promise<Commit[]> {
  const args = [
    "rev-list",
    "--topo-order",
    "--no-merges",
    "--no-commit-header",
    "--format=%H %s",
    // With a pathspec, even one for all files, git leaves out empty commits.
    "--full-history",
    "--stdin",
    "--",
    ":/",
  ];
  const input = [`refs/heads/${branch}`, ...notFrom.map((ref) => `^${ref}`), ""].join("\n");
  const listed = await repo.git(args, { input });
  const lines = listed.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const space = line.indexOf(" ");
    return { sha: line.slice(0, space), subject: line.slice(space + 1) };
  });
}

const CHANGE: Record<string, FileChange["change"]> = { A: "added", D: "deleted" };

/** What `to` has changed since it left `from` (both are commits or branches). */
export async function filesChanged(
  repo: Repository,
  from: string,
  to: string,
): Promise<FileChange[]> {
  const list = ["diff-tree", "-r", "-z", "--name-status", "--no-renames"];
  const since = await resultOf(() =>
    repo.git([...list, "--merge-base", "--end-of-options", from, to])
  );
  // Unrelated histories have no merge base.
  const diff = since.ok ? since.value : await repo.git([...list, "--end-of-options", from, to]);
  const fields = entries(diff);
  const found: FileChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    found.push({ change: CHANGE[fields[at] ?? ""] ?? "modified", path: fields[at + 1] ?? "" });
  }
  return found;
}
