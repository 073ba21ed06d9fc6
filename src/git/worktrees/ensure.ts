import { dirname, join } from "node:path";
import { fail, ok, type Result } from "../../domain/result.ts";
import { gitDirOf } from "../branches.ts";
import { exists, io, isFree, realPathOf } from "../../util/files.ts";
import { detailOf, git, gitInTurn, gitMaybe } from "../git.ts";
import { exclusively } from "../../util/mutex.ts";
import {
  listWorktrees,
  planOwners,
  recordingOwner,
  recordOwner,
  type Registration,
} from "../worktree_list.ts";
import { anchorMissing } from "../rescue/remove.ts";
import type { Repository } from "../repository.ts";
import { initSubmodules } from "../submodules.ts";

export interface WorktreeSpec {
  /** Absent: HEAD stays detached. */
  branch?: string;
  /** Absolute. */
  path: string;
  /** A commit: where the branch begins if it does not exist, or HEAD stands at first. */
  startPoint: string;
  /** The plan that the branch belongs to. */
  identity: string;
  /** Under whose names what goes is anchored. */
  run: string;
  task: string;
}

export interface WorktreeMade {
  /** False: it was there, complete, and is used as it is. */
  created: boolean;
  /** The branch was made, too, and stands at the starting point. */
  isNew: boolean;
  ms: number;
}

/** git's own reason for the lock that it holds while it makes a worktree. */
const UNFINISHED = "initializing";

/**
 * Makes the worktree of a task, or finds the one that is there: what an earlier call has begun is
 * completed, and no work in it is touched. Any number of calls may run side by side.
 */
export async function ensureWorktree(
  repo: Repository,
  spec: WorktreeSpec,
): Promise<Result<WorktreeMade>> {
  const started = performance.now();
  const parent = await io(spec.path, () => Deno.mkdir(dirname(spec.path), { recursive: true }));
  if (!parent.ok) return parent;
  const path = await realPathOf(spec.path);
  return await exclusively(path, async () => {
    // git's list of worktrees stands no two writers, but the checkout, which takes the time, does.
    const added = await exclusively(repo.commonDir, () => register(repo, { ...spec, path }));
    if (!added.ok) return added;
    const filled = await fill(repo, path);
    if (!filled.ok) return filled;
    return ok({
      created: added.value !== "there" || filled.value,
      isNew: added.value === "new",
      ms: Math.round(performance.now() - started),
    });
  });
}

/** Whether a worktree was registered already, or is now, its branch perhaps with it. */
type Registered = "there" | "added" | "new";

async function register(repo: Repository, spec: WorktreeSpec): Promise<Result<Registered>> {
  const { branch, identity } = spec;
  const found = await branchExists(repo, branch);
  if (!found.ok) return found;
  if (!found.value && isFree(spec.path)) {
    const claiming = branch === undefined ? [] : [recordingOwner(branch, identity)];
    const made = await gitInTurn([...claiming, adding(spec, false)], { cwd: repo.root });
    if (made.code === 0) return ok("new");
  }
  // git's list of worktrees takes the longer the more there are: it is read where git refuses.
  return await registerAgain(repo, spec);
}

/** As `register`, where something of it may be there already. */
async function registerAgain(
  repo: Repository,
  spec: WorktreeSpec,
): Promise<Result<"there" | "added">> {
  const [listed, owned] = await Promise.all([listWorktrees(repo), claim(repo, spec)]);
  if (!listed.ok) return listed;
  if (!owned.ok) return owned;

  const here = listed.value.find((one) => one.path === spec.path);
  if (here) {
    const usable = await restore(repo, here, spec);
    if (!usable.ok) return usable;
    if (usable.value) return ok("there");
  }
  const { branch, path } = spec;
  const elsewhere = listed.value.find((one) => one !== here && one.branch === branch);
  if (elsewhere && branch !== undefined) {
    return fail({ reason: "worktree_elsewhere", branch, path: elsewhere.path });
  }
  if (!isFree(path)) return fail({ reason: "foreign_worktree", path });
  const added = await inRepository(repo, path, adding(spec, owned.value.branchExists));
  return added.ok ? ok("added") : added;
}

function adding({ branch, path, startPoint }: WorktreeSpec, branchExists: boolean): string[] {
  const which = branch === undefined
    ? ["--detach", "--", path, startPoint]
    : branchExists
    ? ["--", path, branch]
    : ["--no-track", "-b", branch, "--", path, startPoint];
  return ["worktree", "add", "--no-checkout", ...which];
}

async function branchExists(
  repo: Repository,
  branch: string | undefined,
): Promise<Result<boolean>> {
  if (branch === undefined) return ok(false);
  const args = ["rev-parse", "--quiet", "--verify", `refs/heads/${branch}`];
  const found = await gitMaybe(args, { cwd: repo.root });
  return found.ok ? ok(found.value !== undefined) : found;
}

/**
 * Records the plan before the branch is made: whatever fails after that, a branch left behind is
 * known for this plan's and used the next time.
 */
async function claim(
  repo: Repository,
  { branch, identity }: WorktreeSpec,
): Promise<Result<{ branchExists: boolean }>> {
  if (branch === undefined) return ok({ branchExists: false });
  const found = await branchExists(repo, branch);
  if (!found.ok) return found;
  if (!found.value) {
    const recorded = await recordOwner(repo, branch, identity);
    return recorded.ok ? ok({ branchExists: false }) : recorded;
  }
  const owners = await planOwners(repo);
  if (!owners.ok) return owners;
  const owner = owners.value.get(branch);
  if (owner === identity) return ok({ branchExists: true });
  const foreign = { branch, ...(owner === undefined ? {} : { owner }) };
  return fail({ reason: "foreign_branch", branches: [foreign], identity });
}

/** True: the registered worktree can be used. False: there was nothing left of it, it is off the list. */
async function restore(
  repo: Repository,
  here: Registration,
  spec: WorktreeSpec,
): Promise<Result<boolean>> {
  if (here.locked === UNFINISHED) return await discardUnfinished(repo, spec.path);
  if (isFree(spec.path)) return await forget(repo, here, spec);
  if (here.branch !== undefined && here.branch !== spec.branch) {
    return fail({ reason: "foreign_worktree", path: spec.path, branch: here.branch });
  }
  if (exists(join(spec.path, ".git"))) return ok(true);
  const repaired = await inRepository(repo, spec.path, ["worktree", "repair"]);
  // It looks at all worktrees, and may have failed at another one.
  return repaired.ok || exists(join(spec.path, ".git")) ? ok(true) : repaired;
}

/** `git worktree add` was killed. It had not begun the checkout, so there is no work to lose. */
async function discardUnfinished(repo: Repository, path: string): Promise<Result<false>> {
  const cleared = await io(path, async () => {
    if (exists(join(path, ".git"))) await Deno.remove(join(path, ".git"));
  });
  return cleared.ok ? await unregister(repo, path, ["--force", "--force"]) : cleared;
}

/**
 * Takes a worktree whose folder is gone off git's list, with what was staged in it and the like
 * anchored; but not if that list alone holds what was committed.
 */
async function forget(
  repo: Repository,
  here: Registration,
  { path, branch, run, task }: WorktreeSpec,
): Promise<Result<false>> {
  if (here.branch === undefined && branch !== undefined) {
    const args = ["merge-base", "--is-ancestor", here.head, `refs/heads/${branch}`];
    const contained = await git(args, { cwd: repo.root });
    if (contained.code !== 0) {
      const detail = `its folder is gone, and commits of it are on no branch: keep them with ` +
        `'git branch <name> ${here.head}', then 'git worktree prune'`;
      return fail({ reason: "worktree_failed", path, detail });
    }
  }
  const anchored = await anchorMissing(repo, { run, task, missing: { path, head: here.head } });
  return anchored.ok ? await unregister(repo, path, ["--force"]) : anchored;
}

async function unregister(
  repo: Repository,
  path: string,
  force: string[],
): Promise<Result<false>> {
  // Refused by the system if anything lies in it; git in turn refuses a folder without its pointer.
  const cleared = await io(path, async () => {
    if (exists(path)) await Deno.remove(path);
  });
  if (!cleared.ok) return cleared;
  const removed = await inRepository(repo, path, ["worktree", "remove", ...force, "--", path]);
  return removed.ok ? ok(false) : removed;
}

/** Checks the files out if that was not done: a checkout that came to its end has left an index. */
async function fill(repo: Repository, path: string): Promise<Result<boolean>> {
  const gitDir = await gitDirOf(path);
  if (!gitDir.ok) return gitDir;
  const index = join(gitDir.value, "index");
  const outstanding = !exists(index);
  if (outstanding) {
    // Without an index, a lock on it is what a checkout of ours has left when it was killed.
    const lock = `${index}.lock`;
    const unlocked = await io(lock, async () => {
      if (exists(lock)) await Deno.remove(lock);
    });
    if (!unlocked.ok) return unlocked;
    // A reset notes where it began when it is done: then somebody has removed the index, and what lies
    // there may be work.
    const reset = exists(join(gitDir.value, "ORIG_HEAD"))
      ? ["reset", "--mixed"]
      : ["reset", "--hard"];
    const args = [...reset, "--quiet", "--no-recurse-submodules"];
    const checkedOut = await git(args, { cwd: path });
    if (checkedOut.code !== 0) {
      return fail({ reason: "worktree_failed", path, detail: detailOf(checkedOut) });
    }
  }
  const submodules = await initSubmodules(repo, path);
  return submodules.ok ? ok(outstanding) : submodules;
}

async function inRepository(
  repo: Repository,
  path: string,
  args: string[],
): Promise<Result<void>> {
  const result = await git(args, { cwd: repo.root });
  if (result.code === 0) return ok();
  return fail({ reason: "worktree_failed", path, detail: detailOf(result) });
}
