import { dirname, join } from "node:path";
import { Failed, resultOf } from "../../domain/failed.ts";
import { allOf } from "../../util/all_of.ts";
import { exists, io, isFree, realPathOf } from "../../util/files.ts";
import { ignoreCheckoutDifferences } from "../checkout_differences.ts";
import { detailOf } from "../git.ts";
import { exclusively } from "../../util/mutex.ts";
import { planOwners, recordOwner } from "../plan_owners.ts";
import { listWorktrees, type Registration } from "../worktree_list.ts";
import { anchorMissing } from "../rescue/remove.ts";
import type { Repository } from "../repository.ts";
import { fillSubmodules, type MissingSubmodule } from "../submodules.ts";
import { Worktree } from "../worktree.ts";

export interface WorktreeSpec {
  /** Absent: HEAD stays detached. */
  branch?: string | undefined;
  /** Absolute. */
  path: string;
  /** A commit: a new branch begins there, and so does HEAD. */
  startPoint: string;
  /** The plan that the branch belongs to. */
  identity: string;
  /** The run under whose name removed work is anchored. */
  run: string;
  task: string;
  /** Ends waiting for the network. */
  signal?: AbortSignal | undefined;
}

export interface WorktreeMade {
  /** False: a complete worktree existed, and is used as it is. */
  created: boolean;
  /** The branch is new, too, and is at the starting point. */
  isNew: boolean;
  /** Submodules that could not be checked out; everything else is complete. */
  missing: MissingSubmodule[];
  ms: number;
}

/** git's own reason for the lock that it holds while it creates a worktree. */
const UNFINISHED = "initializing";

/**
 * Creates the worktree of a task, or finds the existing one: completes what an earlier call has begun, and
 * touches no work in it. Calls may run concurrently.
 */
export async function ensureWorktree(
  repo: Repository,
  spec: WorktreeSpec,
): Promise<WorktreeMade> {
  const started = performance.now();
  await io(spec.path, () => Deno.mkdir(dirname(spec.path), { recursive: true }));
  const path = await realPathOf(spec.path);
  return await exclusively(path, async () => {
    // git rejects concurrent writers of its worktree list; the checkout, which takes longer, may run in
    // parallel.
    const added = await repo.exclusively(() => register(repo, { ...spec, path }));
    const worktree = new Worktree(repo, spec.task, path);
    await beginNotes(worktree, added !== "there");
    const filled = await fill(worktree);
    if (filled) {
      await ignoreCheckoutDifferences(worktree, added === "new" ? spec.startPoint : undefined);
    }
    return {
      created: added !== "there" || filled,
      isNew: added === "new",
      missing: await fillSubmodules(repo.here, worktree, spec.signal),
      ms: Math.round(performance.now() - started),
    };
  });
}

/** Whether a worktree was registered already, or is now, perhaps with a new branch. */
type Registered = "there" | "added" | "new";

async function register(repo: Repository, spec: WorktreeSpec): Promise<Registered> {
  const { branch, identity } = spec;
  const found = await branchExists(repo, branch);
  if (!found && isFree(spec.path)) {
    if (branch !== undefined) await recordOwner(repo, branch, identity);
    const made = await repo.result(adding(spec, false));
    if (made.code === 0) return "new";
  }
  // git's worktree list gets slower the longer it is: it is read only if git refuses.
  return await registerAgain(repo, spec);
}

/** As `register`, if part of it may exist already. */
async function registerAgain(
  repo: Repository,
  spec: WorktreeSpec,
): Promise<"there" | "added"> {
  const [listed, owned] = await allOf([listWorktrees(repo), claim(repo, spec)]);

  const here = listed.find((one) => one.path === spec.path);
  if (here) {
    const usable = await restore(repo, here, spec);
    if (usable) return "there";
  }
  const { branch, path } = spec;
  const elsewhere = listed.find((one) => one !== here && one.branch === branch);
  if (elsewhere && branch !== undefined) {
    throw new Failed({ reason: "worktree_elsewhere", branch, path: elsewhere.path });
  }
  if (!isFree(path)) throw new Failed({ reason: "foreign_worktree", path });
  await inRepository(repo, path, adding(spec, owned.branchExists));
  return "added";
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
): Promise<boolean> {
  if (branch === undefined) return false;
  return await repo.refs.sha(`refs/heads/${branch}`) !== undefined;
}

/**
 * Records the plan before the branch is created: if a later step fails, the branch is known to be this plan's
 * and is used the next time.
 */
async function claim(
  repo: Repository,
  { branch, identity }: WorktreeSpec,
): Promise<{ branchExists: boolean }> {
  if (branch === undefined) return { branchExists: false };
  const found = await branchExists(repo, branch);
  if (!found) {
    await recordOwner(repo, branch, identity);
    return { branchExists: false };
  }
  const owners = await planOwners(repo);
  const owner = owners.get(branch);
  if (owner === identity) return { branchExists: true };
  const foreign = { branch, owner };
  throw new Failed({ reason: "foreign_branch", branches: [foreign], identity });
}

/**
 * True: the registered worktree can be used. False: nothing was left of it, and it was removed from the list.
 */
async function restore(
  repo: Repository,
  here: Registration,
  spec: WorktreeSpec,
): Promise<boolean> {
  if (here.locked === UNFINISHED) return await discardUnfinished(repo, spec.path);
  if (isFree(spec.path)) return await forget(repo, here, spec);
  if (here.branch !== undefined && here.branch !== spec.branch) {
    throw new Failed({ reason: "foreign_worktree", path: spec.path, branch: here.branch });
  }
  if (exists(join(spec.path, ".git"))) return true;
  const repaired = await resultOf(() => inRepository(repo, spec.path, ["worktree", "repair"]));
  // `repair` looks at all worktrees, and may have failed at another one.
  if (!repaired.ok && !exists(join(spec.path, ".git"))) throw new Failed(repaired.failure);
  return true;
}

/** `git worktree add` was killed before the checkout began, so there is no work to lose. */
async function discardUnfinished(repo: Repository, path: string): Promise<false> {
  await io(path, async () => {
    if (exists(join(path, ".git"))) await Deno.remove(join(path, ".git"));
  });
  return await unregister(repo, path, ["--force", "--force"]);
}

/**
 * Removes a worktree whose folder is gone from git's list, after anchoring what was staged in it; refuses if
 * that list alone names committed work.
 */
async function forget(
  repo: Repository,
  here: Registration,
  { path, branch, run, task }: WorktreeSpec,
): Promise<false> {
  if (here.branch === undefined && branch !== undefined) {
    const args = ["merge-base", "--is-ancestor", here.head, `refs/heads/${branch}`];
    const contained = await repo.result(args);
    if (contained.code !== 0) {
      const detail = `its folder is gone, and commits of it are on no branch: keep them with ` +
        `'git branch <name> ${here.head}', then 'git worktree prune'`;
      throw new Failed({ reason: "worktree_failed", path, detail });
    }
  }
  await anchorMissing(repo, { run, task, missing: { path, head: here.head } });
  return await unregister(repo, path, ["--force"]);
}

async function unregister(
  repo: Repository,
  path: string,
  force: string[],
): Promise<false> {
  // The system refuses this if the folder is not empty; git in turn refuses a folder without its `.git` file.
  await io(path, async () => {
    if (exists(path)) await Deno.remove(path);
  });
  await inRepository(repo, path, ["worktree", "remove", ...force, "--", path]);
  return false;
}

/** Checks out the files if that was not done: a finished checkout has left an index. */
async function fill(worktree: Worktree): Promise<boolean> {
  const { gitDir, repo: { commonDir } } = worktree;
  const index = join(gitDir, "index");
  const outstanding = !exists(index);
  if (outstanding) {
    // Without an index, a lock on it was left by a checkout of parex's that was killed.
    const lock = `${index}.lock`;
    await io(lock, async () => {
      if (exists(lock)) await Deno.remove(lock);
    });
    await linkKeys(commonDir, gitDir);
    // A finished reset leaves ORIG_HEAD: then somebody has removed the index, and the files may be work.
    const reset = exists(join(gitDir, "ORIG_HEAD")) ? ["reset", "--mixed"] : ["reset", "--hard"];
    const args = [...reset, "--quiet", "--no-recurse-submodules"];
    const checkedOut = await worktree.result(args);
    if (checkedOut.code !== 0) {
      throw new Failed({
        reason: "worktree_failed",
        path: worktree.path,
        detail: detailOf(checkedOut),
      });
    }
  }
  return outstanding;
}

/** git-crypt looks for its keys only in a worktree's own folder. */
async function linkKeys(commonDir: string, gitDir: string): Promise<void> {
  const link = join(gitDir, "git-crypt");
  if (!exists(join(commonDir, "git-crypt")) || exists(link)) return;
  await io(link, () => Deno.symlink("../../git-crypt", link, { type: "dir" }));
}

/** Removes notes on an earlier worktree of the same name; older versions kept them elsewhere. */
async function beginNotes(worktree: Worktree, isNew: boolean): Promise<void> {
  const { notes, excludes } = worktree;
  await io(notes, async () => {
    if (isNew && exists(notes)) await Deno.remove(notes, { recursive: true });
    await Deno.mkdir(notes, { recursive: true, mode: 0o700 });
    const older = join(worktree.gitDir, "parex-excludes");
    if (isNew || exists(excludes) || !exists(older)) return;
    if ((await Deno.lstat(older)).isFile) await Deno.copyFile(older, excludes);
  });
}

async function inRepository(
  repo: Repository,
  path: string,
  args: string[],
): Promise<void> {
  const result = await repo.result(args);
  if (result.code === 0) return;
  throw new Failed({ reason: "worktree_failed", path, detail: detailOf(result) });
}
