import { dirname, join } from "node:path";
import { Failed, resultOf } from "../../domain/failed.ts";
import { allOf } from "../../util/all_of.ts";
import { exists, io, isFree, realPathOf } from "../../util/files.ts";
import { trustCheckout } from "../as_checked_out.ts";
import { detailOf } from "../git.ts";
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
import { fillSubmodules, type MissingSubmodule } from "../submodules.ts";
import { Worktree } from "../worktree.ts";

export interface WorktreeSpec {
  /** Absent: HEAD stays detached. */
  branch?: string | undefined;
  /** Absolute. */
  path: string;
  /** A commit: where the branch begins if it does not exist, or HEAD stands at first. */
  startPoint: string;
  /** The plan that the branch belongs to. */
  identity: string;
  /** Under whose names what goes is anchored. */
  run: string;
  task: string;
  /** Ends what waits for the network. */
  signal?: AbortSignal | undefined;
}

export interface WorktreeMade {
  /** False: it was there, complete, and is used as it is. */
  created: boolean;
  /** The branch was made, too, and stands at the starting point. */
  isNew: boolean;
  /** Submodules that could not be had: the worktree is complete but for them. */
  missing: MissingSubmodule[];
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
): Promise<WorktreeMade> {
  const started = performance.now();
  await io(spec.path, () => Deno.mkdir(dirname(spec.path), { recursive: true }));
  const path = await realPathOf(spec.path);
  return await exclusively(path, async () => {
    // git's list of worktrees stands no two writers, but the checkout, which takes the time, does.
    const added = await repo.exclusively(() => register(repo, { ...spec, path }));
    const worktree = new Worktree(repo, spec.task, path);
    await beginNotes(worktree, added !== "there");
    const filled = await fill(worktree);
    if (filled) await trustCheckout(worktree);
    return {
      created: added !== "there" || filled,
      isNew: added === "new",
      missing: await fillSubmodules(repo.here, worktree, spec.signal),
      ms: Math.round(performance.now() - started),
    };
  });
}

/** Whether a worktree was registered already, or is now, its branch perhaps with it. */
type Registered = "there" | "added" | "new";

async function register(repo: Repository, spec: WorktreeSpec): Promise<Registered> {
  const { branch, identity } = spec;
  const found = await branchExists(repo, branch);
  if (!found && isFree(spec.path)) {
    const claiming = branch === undefined ? [] : [recordingOwner(branch, identity)];
    const made = await repo.resultInTurn([...claiming, adding(spec, false)]);
    if (made.code === 0) return "new";
  }
  // git's list of worktrees takes the longer the more there are: it is read where git refuses.
  return await registerAgain(repo, spec);
}

/** As `register`, where something of it may be there already. */
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
  const args = ["rev-parse", "--quiet", "--verify", `refs/heads/${branch}`];
  const found = await repo.maybe(args);
  return found !== undefined;
}

/**
 * Records the plan before the branch is made: whatever fails after that, a branch left behind is
 * known for this plan's and used the next time.
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

/** True: the registered worktree can be used. False: there was nothing left of it, it is off the list. */
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
  // It looks at all worktrees, and may have failed at another one.
  if (!repaired.ok && !exists(join(spec.path, ".git"))) throw new Failed(repaired.failure);
  return true;
}

/** `git worktree add` was killed. It had not begun the checkout, so there is no work to lose. */
async function discardUnfinished(repo: Repository, path: string): Promise<false> {
  await io(path, async () => {
    if (exists(join(path, ".git"))) await Deno.remove(join(path, ".git"));
  });
  return await unregister(repo, path, ["--force", "--force"]);
}

/**
 * Takes a worktree whose folder is gone off git's list, with what was staged in it and the like
 * anchored; but not if that list alone holds what was committed.
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
  // Refused by the system if anything lies in it; git in turn refuses a folder without its pointer.
  await io(path, async () => {
    if (exists(path)) await Deno.remove(path);
  });
  await inRepository(repo, path, ["worktree", "remove", ...force, "--", path]);
  return false;
}

/** Checks the files out if that was not done: a checkout that came to its end has left an index. */
async function fill(worktree: Worktree): Promise<boolean> {
  const { gitDir, repo: { commonDir } } = worktree;
  const index = join(gitDir, "index");
  const outstanding = !exists(index);
  if (outstanding) {
    // Without an index, a lock on it is what a checkout of ours has left when it was killed.
    const lock = `${index}.lock`;
    await io(lock, async () => {
      if (exists(lock)) await Deno.remove(lock);
    });
    await linkKeys(commonDir, gitDir);
    // A reset notes where it began when it is done: then somebody has removed the index, and what lies
    // there may be work.
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

/** git-crypt looks for its keys in a worktree's own folder alone. */
async function linkKeys(commonDir: string, gitDir: string): Promise<void> {
  const link = join(gitDir, "git-crypt");
  if (!exists(join(commonDir, "git-crypt")) || exists(link)) return;
  await io(link, () => Deno.symlink("../../git-crypt", link, { type: "dir" }));
}

/** Notes on an earlier worktree of the same name are gone with it; older versions kept them elsewhere. */
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
