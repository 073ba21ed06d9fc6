import { join } from "node:path";
import { Failed, resultOf } from "../domain/failed.ts";
import type { Unfinished } from "../domain/failure.ts";
import type { CommandResult } from "../exec/command.ts";
import { exists } from "../util/files.ts";
import { detailOf, entries, type Git } from "./git.ts";
import type { Hooks } from "./hooks.ts";
import { headIn } from "./head.ts";
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

/** As `changes`, each file alone, and `headState`, in one git command; for linked worktrees. */
export async function changesAndHead(
  worktree: Worktree,
): Promise<{ changes: Change[]; head: HeadState }> {
  const { changes, ...where } = await readStatus(worktree, EVERY_FILE);
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
/** Lists only repositories of their own as folders. */
const EVERY_FILE = ["--untracked-files=all"];

/** The branch and commit of a worktree, and the operation in progress. */
export async function headState(worktree: Git): Promise<HeadState> {
  const { gitDir, ref, sha } = await headIn(worktree);
  const inProgress = unfinished(gitDir);
  return {
    branch: ref?.replace(/^refs\/heads\//, ""),
    sha,
    inProgress,
  };
}

/** Rebase first: while it stops at a commit, it leaves the files of a cherry-pick too. */
const MARKS: [string, Unfinished][] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
];

/** The operation that is in progress in a worktree, by its own git folder. */
export function unfinished(gitDir: string): Unfinished | undefined {
  for (const [name, operation] of MARKS) {
    if (exists(join(gitDir, name))) return operation;
  }
}

export interface CommitOptions {
  /** Paths relative to the top level that stay out of the commit, with everything below them. */
  exclude: string[];
  hooks?: Hooks | undefined;
  /** What is uncommitted, and the state of HEAD, if that is known already. */
  left?: { changes: Change[]; head: HeadState } | undefined;
}

/**
 * Commits all uncommitted changes of a worktree; false if there are none. The user's hooks and signing apply;
 * if a hook fixes files and refuses, the fixes are staged and the commit is tried once more. Refuses while a
 * merge or the like is in progress, because the commit would conclude it.
 */
export async function commitAll(
  worktree: Git,
  message: string,
  { exclude, hooks, left }: CommitOptions,
): Promise<boolean> {
  const head = left?.head ?? await headState(worktree);
  const all = left?.changes ?? (await readStatus(worktree, EVERY_FILE)).changes;
  if (head.inProgress) {
    throw new Failed({ reason: "commit_failed", detail: `a ${head.inProgress} is half done` });
  }
  await refuseNested(worktree, all);
  const isExcluded = ({ path }: Change) =>
    exclude.some((folder) => path === folder || path.startsWith(`${folder}/`));
  if (all.every(isExcluded)) return false;
  await stage(worktree, exclude);
  // The agent has staged them.
  if (all.some((change) => isExcluded(change) && /^[^ ?]/.test(change.state))) {
    const paths = exclude.map((path) => `:(top,literal)${path}`);
    await worktree.git(["reset", "--quiet", "--", ...paths]);
  }
  // Automatic maintenance would slow down every task; git does it at another commit.
  const untidied = ["-c", "maintenance.auto=false"];
  const args = [...untidied, "commit", "--quiet", "--cleanup=whitespace", "--file=-"];
  const commit = () => worktree.result(args, { hooks, input: message });
  const committed = await commit();
  if (committed.code === 0) return true;
  const refused = refusal(committed);
  if (committed.timedOut) throw refused;
  const staged = await worktree.git(STAGED);
  await stage(worktree, exclude);
  const fixed = await worktree.git(STAGED);
  if (fixed === "") return false;
  if (fixed === staged) throw refused;
  const again = await commit();
  if (again.code === 0) return true;
  throw refusal(again);
}

/** The failure of a commit. */
export function refusal(committed: CommandResult): Failed {
  const late = committed.timedOut || undefined;
  return new Failed({ reason: "commit_failed", detail: detailOf(committed), late });
}

const STAGED = ["diff", "--cached", "--raw", "-z", "--no-renames"];

async function stage(worktree: Git, exclude: string[]): Promise<void> {
  const not = exclude.map((path) => `:(top,exclude,literal)${path}`);
  const added = await worktree.result(["add", "--all", "--sparse", "--", ":/", ...not]);
  if (added.code !== 0) throw new Failed({ reason: "commit_failed", detail: detailOf(added) });
}

/** If committed, a repository in the tree would be a link to a commit that exists nowhere else. */
async function refuseNested(worktree: Git, changes: Change[]): Promise<void> {
  if (changes.some(({ path }) => path === ".gitmodules")) return;
  const staged = changes.filter(({ newLink }) => newLink).map(({ path }) => path);
  const untracked = changes.filter(({ path, state }) => state === "??" && path.endsWith("/"));
  const nested = [...staged, ...untracked.map(({ path }) => path.slice(0, -1))];
  if (nested.length === 0) return;
  if (staged.length > 0) await worktree.git(["rm", "--cached", "--quiet", "-f", "--", ...staged]);
  const detail = `a repository of its own lies in the tree: ${nested.join(", ")}`;
  throw new Failed({ reason: "commit_failed", detail });
}

/**
 * Commits up to this one, or on this ref, that none of `notFrom` (branches, commits) has, newest first. Merges do not count,
 * since they contain others' work, and neither do empty commits.
 */
export async function ownCommits(
  repo: Repository,
  commit: string,
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
  const input = [commit, ...notFrom.map((ref) => `^${ref}`), ""].join("\n");
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
