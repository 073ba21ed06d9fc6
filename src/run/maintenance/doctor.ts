import { basename, dirname, join } from "node:path";
import { planCleanup } from "../../domain/cleanup.ts";
import type { Finding } from "../../domain/doctor_finding.ts";
import { resultOf } from "../../domain/failed.ts";
import type { Plan } from "../../domain/plan.ts";
import { processesByMark } from "../../exec/processes.ts";
import { headState } from "../../git/commit.ts";
import { Git } from "../../git/git.ts";
import { allOf } from "../../util/all_of.ts";
import { exists, isFree } from "../../util/files.ts";
import { listWorktrees, type Registration } from "../../git/worktree_list.ts";
import { findMoved } from "../../git/worktrees/moved.ts";
import { removalPath, taskBeingRemoved } from "../../git/rescue/remove.ts";
import type { Repository } from "../../git/repository.ts";
import { checkStale, findLocks } from "../../recovery/locks.ts";
import { type LeftoverQuestion, readAllLeftovers } from "./cleanup_facts.ts";
import { mapBounded } from "../../util/map_limit.ts";
import { readLock } from "../../journal/lock.ts";
import { listRuns, liveRun, stateDir } from "../../journal/store.ts";

export interface DoctorQuestion extends Omit<LeftoverQuestion, "plan" | "base"> {
  /** Absent: the branch that work lands on is not known. */
  base?: string | undefined;
  /** The current plan, if there is one. */
  plan?: Plan | undefined;
}

/** Limit of concurrent git processes. */
const AT_ONCE = 4;

/** Finds what is wrong with the worktrees, locks, branches and processes of a repository. */
export async function examine(question: DoctorQuestion): Promise<Finding[]> {
  const { repo } = question;
  const worktrees = await listWorktrees(repo);
  // A run in progress takes care of its own work, which looks half done from here.
  const live = liveRun(repo.commonDir) !== undefined;
  const looks = await allOf([
    locksOfDead(repo),
    live ? [] : gitLocks(repo, worktrees),
    processesOfDead(repo),
    examineWorktrees(repo, worktrees, live),
    work(question),
  ]);
  return looks.flat();
}

function locksOfDead({ commonDir }: Repository): Finding[] {
  const state = stateDir(commonDir);
  const held = readLock(state);
  if (!held || held.alive) return [];
  const { pid, since, run } = held.owner;
  const path = `${state}/lock`;
  return [{ code: "lock_left", path, pid, since, run }];
}

async function gitLocks(
  repo: Repository,
  worktrees: Registration[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const lock of await findLocks(repo)) {
    const stale = await checkStale(repo, lock, worktrees);
    if (stale.ok) findings.push({ code: "git_lock_left", path: lock.path });
  }
  return findings;
}

/** How many of the last runs are searched for leftover processes. */
const RECENT_RUNS = 20;

async function processesOfDead({ commonDir }: Repository): Promise<Finding[]> {
  const live = liveRun(commonDir)?.run;
  const runs = (await listRuns(commonDir)).slice(-RECENT_RUNS).filter((run) => run !== live);
  return [...processesByMark("PAREX_RUN_ID", runs)].flatMap(([run, all]): Finding[] => {
    const pids = all.filter((pid) => pid !== Deno.pid);
    return pids.length === 0 ? [] : [{ code: "processes_left", run, pids }];
  });
}

async function examineWorktrees(
  repo: Repository,
  worktrees: Registration[],
  live: boolean,
): Promise<Finding[]> {
  const moved = live ? [] : findMoved(repo);
  const explained = new Set(moved.flatMap(({ linked, path }) => [linked.path, path]));
  const mine = worktrees.filter(({ path }) =>
    // A worktree whose removal has moved it still exists.
    !explained.has(path) && repo.homes.includes(dirname(path)) && !exists(removalPath(path))
  );
  const looks = await mapBounded(mine, AT_ONCE, async ({ path, head }): Promise<Finding[]> => {
    if (!exists(path)) return [{ code: "worktree_missing", path, head }];
    return live ? [] : await halfDone(path);
  });
  const findings = moved.map(({ linked, path }): Finding => {
    return { code: "worktree_moved", path, from: linked.path };
  }).concat(looks.flat());
  const registered = new Set(worktrees.map(({ path }) => path));
  for (const path of await pathsIn(repo.homes)) {
    if (explained.has(path)) continue;
    const task = taskBeingRemoved(path);
    if (task !== undefined) findings.push({ code: "removal_interrupted", path, task });
    else if (!registered.has(path) && !live) {
      findings.push({ code: "folder_unknown", path, empty: isFree(path) });
    }
  }
  return findings;
}

/** If git cannot read a worktree, git's own message is the finding. */
async function halfDone(path: string): Promise<Finding[]> {
  if (taskBeingRemoved(path) !== undefined) return [];
  const state = await resultOf(() => headState(new Git(path)));
  if (!state.ok) return [{ code: "refused", failure: state.failure }];
  const operation = state.value.inProgress;
  return operation ? [{ code: "half_done", path, task: basename(path), operation }] : [];
}

/** The paths in these folders; a link to one of them is skipped. */
async function pathsIn(folders: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of folders) {
    if (!exists(folder) || !(await Deno.lstat(folder)).isDirectory) continue;
    for await (const { name } of Deno.readDir(folder)) paths.push(join(folder, name));
  }
  return paths.sort();
}

/** The work of every plan in the repository. */
async function work(question: DoctorQuestion): Promise<Finding[]> {
  const { base, repo, plan } = question;
  if (base === undefined) return [];
  const live = liveRun(repo.commonDir)?.run;
  const findings: Finding[] = [];
  const own = plan ?? { identity: "", tasks: [] };
  for (const [identity, facts] of await readAllLeftovers({ ...question, base, plan: own })) {
    const mine = identity === plan?.identity;
    const wish = { force: [], statuses: [], archivable: false };
    const { remove, keep } = planCleanup(
      facts,
      live === undefined ? wish : { ...wish, live },
    );
    for (const { task, branch, worktree } of remove) {
      const lies = worktree !== undefined && worktree.missing === undefined;
      const where = lies ? { worktree: worktree.path } : {};
      findings.push({ code: "work_landed", task, branch, owner: identity, ...where });
    }
    if (mine) continue;
    for (const { work } of keep) {
      findings.push({ code: "work_left", branch: work.branch, owner: identity });
    }
  }
  return findings;
}
