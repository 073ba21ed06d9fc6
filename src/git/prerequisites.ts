import { basename, dirname, join } from "node:path";
import { Failed, resultOf } from "../domain/failed.ts";
import type { PrerequisiteFailure } from "../domain/failure.ts";
import { WORKTREES_DIR } from "../domain/names.ts";
import { closest } from "../domain/suggest.ts";
import { allOf } from "../util/all_of.ts";
import { folders } from "./branches.ts";
import { headState } from "./commit.ts";
import { isFree, isWithin, realPathOf } from "../util/files.ts";
import type { Env } from "../exec/env.ts";
import { entries, type Git } from "./git.ts";
import { identityEnv } from "./identity.ts";
import { planOwners } from "./plan_owners.ts";
import { listWorktrees } from "./worktree_list.ts";
import type { Repository } from "./repository.ts";
import { readStatus } from "./status.ts";

export interface RepositoryChecks {
  /** Branch to land on; absent: the one checked out. */
  base?: string | undefined;
  allowDirty: boolean;
  /** Files and folders whose changes are ignored. Absolute. */
  allowedUncommitted: string[];
}

/** Whether a run can begin in this repository, from which commit, and under which name. */
export async function checkRepository(
  repo: Repository,
  checks: RepositoryChecks,
): Promise<{ base: string; baseSha: string; identity: Env }> {
  const [base, identity] = await allOf([
    findBase(repo, checks.base),
    knownIdentity(repo.here),
    checks.allowDirty ? undefined : checkClean(repo, checks.allowedUncommitted),
  ]);
  return { ...base, identity };
}

/** The base and its tip; by default the branch that is checked out. */
export async function findBase(
  repo: Repository,
  wanted: string | undefined,
): Promise<{ base: string; baseSha: string }> {
  const here = repo.here;
  let base = wanted;
  if (base === undefined) {
    const head = await headState(here);
    if (head.branch === undefined) throw new Failed({ reason: "detached_head", root: here.path });
    base = head.branch;
  }
  const sha = await repo.refs.sha(`refs/heads/${base}`);
  if (sha !== undefined) return { base, baseSha: sha };
  const branches = await repo.refs.heads();
  const suggestion = closest(base, [...branches.keys()]);
  throw new Failed({
    reason: "base_missing",
    base,
    suggestion,
  });
}

async function knownIdentity(here: Git): Promise<Env> {
  const found = await resultOf(() => identityEnv(here));
  if (found.ok) return found.value;
  const { failure } = found;
  if (failure.reason !== "git_failed") throw new Failed(failure);
  throw new Failed({ reason: "no_identity", detail: failure.stderr });
}

/** Limit of paths in the failure; there may be thousands. */
const NAMED = 100;

async function checkClean(repo: Repository, allowedUncommitted: string[]): Promise<void> {
  const here = repo.here;
  const allowed = await Promise.all(
    [repo.worktrees, join(repo.root, ".parallel"), ...allowedUncommitted].map(realPathOf),
  );
  // The link itself may not be excluded yet.
  allowed.push(join(repo.root, WORKTREES_DIR));
  const [head, dirty] = await allOf([headState(here), dirtyPaths(here, allowed)]);
  const { inProgress } = head;
  if (dirty.length === 0 && inProgress === undefined) return;
  throw new Failed({
    reason: "dirty_tree",
    root: here.path,
    paths: dirty.slice(0, NAMED),
    total: dirty.length,
    inProgress,
  });
}

async function dirtyPaths(here: Git, allowed: string[]): Promise<string[]> {
  const status = await readStatus(here);
  const root = here.path;
  const isAllowed = (path: string) => allowed.some((folder) => isWithin(join(root, path), folder));
  const dirty: string[] = [];
  const mixed: string[] = [];
  for (const { path, state } of status.changes) {
    const plain = path.replace(/\/$/, "");
    if (isAllowed(plain)) continue;
    // git lists an untracked folder alone; it may contain both allowed and other files.
    const holdsAllowed = allowed.some((folder) => isWithin(folder, join(root, plain)));
    (state === "??" && holdsAllowed ? mixed : dirty).push(path);
  }
  if (mixed.length === 0) return dirty;
  const args = ["--literal-pathspecs", "ls-files", "--others", "--exclude-standard", "-z"];
  const files = await here.git([...args, "--", ...mixed]);
  return [...dirty, ...entries(files).filter((path) => !isAllowed(path))];
}

export interface TaskBranch {
  id: string;
  branch: string;
  /** Of its worktree, absolute. */
  path: string;
}

/** Whether the branches and folders of all tasks are unused, or belong to this plan. */
export async function checkBranches(
  repo: Repository,
  tasks: TaskBranch[],
  identity: string,
): Promise<void> {
  const [branches, owners, worktrees] = await allOf([
    repo.refs.heads(),
    planOwners(repo),
    listWorktrees(repo),
  ]);
  const taken = checkNames(tasks, [...branches.keys()], owners, identity);
  if (taken) throw new Failed(taken);

  const byBranch = new Map(worktrees.map((one) => [one.branch, one]));
  const byPath = new Map(worktrees.map((one) => [one.path, one]));
  const parents = new Map<string, string>();
  for (const task of tasks) {
    const parent = dirname(task.path);
    if (!parents.has(parent)) parents.set(parent, await realPathOf(parent));
    const path = join(parents.get(parent) ?? parent, basename(task.path));
    const holder = byBranch.get(task.branch);
    if (holder && holder.path !== path) {
      throw new Failed({ reason: "worktree_elsewhere", branch: task.branch, path: holder.path });
    }
    const there = byPath.get(path);
    if (there === undefined && !isFree(path)) {
      throw new Failed({ reason: "foreign_worktree", path });
    }
    if (there?.branch !== undefined && there.branch !== task.branch) {
      throw new Failed({ reason: "foreign_worktree", path, branch: there.branch });
    }
  }
}

/** Branches are files and folders for git: `a` and `a/b` cannot both exist. */
function checkNames(
  tasks: TaskBranch[],
  branches: string[],
  owners: Map<string, string>,
  identity: string,
): PrerequisiteFailure | undefined {
  const existing = new Set(branches);
  const below = new Map(branches.flatMap((name) => folders(name).map((path) => [path, name])));
  const foreign: { branch: string; owner?: string | undefined }[] = [];
  for (const { branch } of tasks) {
    if (existing.has(branch)) {
      const owner = owners.get(branch);
      if (owner !== identity) foreign.push({ branch, owner });
      continue;
    }
    const above = folders(branch).find((path) => existing.has(path));
    const inTheWay = above ?? below.get(branch);
    if (inTheWay !== undefined) {
      return { reason: "branch_in_the_way", branch: inTheWay, wanted: branch };
    }
  }
  if (foreign.length > 0) return { reason: "foreign_branch", branches: foreign, identity };
}
