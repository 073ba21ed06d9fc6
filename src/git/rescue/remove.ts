/**
 * The only code that removes work. Nothing else in parex deletes a worktree or a branch that may contain
 * work, and nothing is deleted here before it is anchored.
 */
import { TIMEOUTS } from "../../domain/timeouts.ts";
import { basename, dirname, join } from "node:path";
import { Failed, resultOf } from "../../domain/failed.ts";
import { isAncestor } from "../ancestry.ts";
import { exists, io } from "../../util/files.ts";
import { detailOf } from "../git.ts";
import { reflogCommits, stashesOf } from "./reflog_commits.ts";
import { commitsLostWithout } from "./unreachable.ts";
import { type Missing, missingCommits } from "./missing_worktree.ts";
import { forgetOwner } from "../plan_owners.ts";
import { listWorktrees } from "../worktree_list.ts";
import type { Repository } from "../repository.ts";
import { Worktree } from "../worktree.ts";
import { anchor, type Anchored } from "./anchor.ts";

/** The work of a task that is to be removed. */
export interface Work {
  run: string;
  task: string;
  branch: string;
  /** Absent: there is none. */
  worktree?: Worktree | undefined;
  /** A worktree in git's list whose folder is gone. */
  missing?: Missing;
  /** Delete the branch on this remote, too. */
  remote?: string;
}

export interface Removed {
  /** The refs that it can be restored from. */
  anchored: Anchored[];
  /** A folder that could not be deleted completely. */
  leftover?: string | undefined;
}

interface Step {
  apply: () => Promise<unknown>;
  /** Undoes it when a later step fails. */
  revert?: () => Promise<unknown>;
}

/** No task id begins like this, so no worktree has such a name. */
const GOING = "_going-";

/** The path of a worktree while it is being removed. */
export function removalPath(worktree: string): string {
  return join(dirname(worktree), GOING + basename(worktree));
}

/** The task of a folder that an interrupted removal has left; undefined for other folders. */
export function taskBeingRemoved(path: string): string | undefined {
  const name = basename(path);
  return name.startsWith(GOING) ? name.slice(GOING.length) : undefined;
}

/**
 * Removes a task's worktree, its branch and what parex recorded about it: all of it, or, if a step fails,
 * nothing. Everything that no other branch contains is anchored first.
 */
export async function removeWork(repo: Repository, work: Work): Promise<Removed> {
  return await repo.exclusively(async () => {
    const ref = `refs/heads/${work.branch}`;
    const tip = await repo.maybe(["rev-parse", "--quiet", "--verify", ref]);
    const anchored: Anchored[] = [];
    const { worktree } = work;
    const aside = worktree && new Worktree(repo, work.task, removalPath(worktree.path));
    const steps: Step[] = [anchoring(repo, work, anchored)];
    if (worktree && aside) {
      steps.push(moving(repo, worktree.path, aside.path));
      // Anchors what was written during the move. Submodules know their path and do not work elsewhere.
      if (!exists(join(worktree.gitDir, "modules"))) {
        steps.push(anchoring(repo, { ...work, worktree: aside }, anchored));
      }
    }
    if (tip !== undefined) steps.push(deletingBranch(repo, ref, tip));
    if (work.remote !== undefined) {
      steps.push(deletingRemote(repo, work.remote, work.branch, tip));
    }
    const going = aside?.path ?? work.missing?.path;
    // The last step: it cannot be undone.
    if (going !== undefined) steps.push({ apply: () => deleteWorktree(repo, going) });
    await allOrNothing(steps);
    await forgetOwner(repo, work.branch);
    const left = going !== undefined && exists(going);
    return { anchored, leftover: left ? going : undefined };
  });
}

async function allOrNothing(steps: Step[]): Promise<void> {
  const done: Step[] = [];
  for (const step of steps) {
    try {
      await step.apply();
    } catch (error) {
      for (const one of done.toReversed()) await one.revert?.();
      throw error;
    }
    done.push(step);
  }
}

function anchoring(repo: Repository, work: Work, anchored: Anchored[]): Step {
  return {
    apply: async () => {
      const kept = await anchorAll(repo, work);
      if (kept && anchored.every(({ ref }) => ref !== kept.ref)) anchored.push(kept);
    },
  };
}

/** Anchors the work with everything that git has recorded about it and that is removed with it. */
async function anchorAll(
  repo: Repository,
  { run, task, branch, worktree, missing }: Work,
): Promise<Anchored | undefined> {
  const noted = await reflogCommits(repo, { branch, worktree });
  const stashes = await stashesOf(repo, branch, noted);
  const gone = missing ? await missingCommits(repo, missing) : [];
  const args = ["rev-parse", "--quiet", "--verify", `refs/heads/${branch}`];
  const tip = await repo.maybe(args);
  return await anchor(repo, {
    run,
    task,
    refs: tip === undefined ? [] : [`refs/heads/${branch}`],
    commits: [...noted, ...gone],
    stashes,
    worktree,
  });
}

/** A folder that can be moved can be moved back; one that cannot be moved could not be deleted. */
function moving(repo: Repository, from: string, to: string): Step {
  const rename = (from: string, to: string) => io(from, () => Deno.rename(from, to));
  const repair = (path: string) => repo.git(["worktree", "repair", "--", path]);
  return {
    apply: async () => {
      if (exists(to)) throw new Failed({ reason: "foreign_worktree", path: to });
      await rename(from, to);
      try {
        await repair(to);
      } catch (error) {
        await rename(to, from);
        throw error;
      }
    },
    revert: async () => {
      await rename(to, from);
      await repair(from);
    },
  };
}

/** Moves a worktree back that an interrupted removal has moved. */
export async function moveBack(repo: Repository, going: string): Promise<void> {
  const task = taskBeingRemoved(going);
  if (task === undefined) return;
  const home = join(dirname(going), task);
  await moving(repo, going, home).apply();
}

/** A worktree whose folder is gone, and its task. */
interface Vanished {
  run: string;
  task: string;
  missing: Missing;
}

/** Removes a worktree whose folder is gone from git's list, after anchoring what git recorded about it. */
export async function forgetMissing(
  repo: Repository,
  vanished: Vanished,
): Promise<Anchored | undefined> {
  return await repo.exclusively(async () => {
    const anchored = await anchorMissing(repo, vanished);
    await deleteWorktree(repo, vanished.missing.path);
    return anchored;
  });
}

/** Anchors what only git's list knows of such a worktree. */
export async function anchorMissing(
  repo: Repository,
  { run, task, missing }: Vanished,
): Promise<Anchored | undefined> {
  const commits = await missingCommits(repo, missing);
  return await anchor(repo, { run, task, commits });
}

/** Deletes it only at the commit where it was seen: it may have moved since. */
function deletingBranch(repo: Repository, ref: string, tip: string): Step {
  return {
    apply: () => repo.git(["update-ref", "-d", ref, tip]),
    revert: () => repo.git(["update-ref", "--create-reflog", ref, tip, ""]),
  };
}

function deletingRemote(
  repo: Repository,
  remote: string,
  branch: string,
  tip: string | undefined,
): Step {
  const ref = `refs/heads/${branch}`;
  return {
    apply: async () => {
      const listed = await repo.result(["ls-remote", "--quiet", "--", remote, ref], {
        timeoutMs: TIMEOUTS.network,
      });
      const refused = (detail: string) =>
        new Failed({ reason: "push_failed", remote, branch, detail });
      if (listed.code !== 0) throw refused(detailOf(listed));
      const there = listed.stdout.split("\n").find((line) => line.endsWith(`\t${ref}`));
      const sha = there?.split("\t")[0];
      if (sha === undefined) return;
      if (!await isKnown(repo, ref, sha, tip)) {
        throw refused("the remote branch has commits that are not here");
      }
      const args = ["push", "--quiet", `--force-with-lease=${ref}:${sha}`, "--", remote, `:${ref}`];
      const pushed = await repo.result(args, { timeoutMs: TIMEOUTS.network });
      if (pushed.code !== 0) throw refused(detailOf(pushed));
    },
  };
}

/**
 * Whether a remote's branch was contained in the local one; without a local one, whether a ref contains it.
 */
async function isKnown(
  repo: Repository,
  ref: string,
  sha: string,
  tip: string | undefined,
): Promise<boolean> {
  if (tip !== undefined) {
    const known = await resultOf(() => isAncestor(repo, sha, tip));
    return known.ok && known.value;
  }
  const lost = await resultOf(() => commitsLostWithout(repo, [sha], [ref]));
  return lost.ok && lost.value.length === 0;
}

/** git removes it from its list even if part of the folder cannot be deleted. */
async function deleteWorktree(repo: Repository, path: string): Promise<void> {
  const args = ["worktree", "remove", "--force", "--", path];
  const removed = await repo.result(args);
  if (removed.code === 0) return;
  const listed = await listWorktrees(repo);
  if (listed.every((one) => one.path !== path)) return;
  throw new Failed({ reason: "worktree_failed", path, detail: detailOf(removed) });
}
