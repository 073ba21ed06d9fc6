import { basename } from "node:path";
import type { Finding } from "../../domain/doctor_finding.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import { endTree } from "../../exec/kill.ts";
import { io } from "../../util/files.ts";
import { giveUp } from "../../git/rescue/abort.ts";
import { listWorktrees } from "../../git/worktree_list.ts";
import { forgetMissing, moveBack, removeWork, type Work } from "../../git/rescue/remove.ts";
import type { Repository } from "../../git/repository.ts";
import { removeStaleLock } from "../../recovery/locks.ts";
import { excludesEnvOf } from "./cleanup_facts.ts";
import { liveRun } from "../../journal/store.ts";

/**
 * Puts one finding right; what goes is anchored first. Returns rescue refs. The caller holds the
 * repository's lock, and by taking it has put right that a dead process held it.
 */
export async function fix(
  repo: Repository,
  run: string,
  finding: Finding,
): Promise<Result<string[]>> {
  switch (finding.code) {
    case "git_lock_left":
      return await removeLock(repo, finding.path);
    case "processes_left":
      return await endProcesses(repo, finding.run);
    case "removal_interrupted": {
      const moved = await moveBack(repo, finding.path);
      return moved.ok ? ok([]) : moved;
    }
    case "worktree_missing": {
      const { path, head } = finding;
      const missing = { path, head };
      return refs(await forgetMissing(repo, { run, task: basename(path), missing }));
    }
    case "folder_unknown": {
      // Refused by the system if anything lies in it by now.
      const removed = await io(finding.path, () => Deno.remove(finding.path));
      return removed.ok ? ok([]) : removed;
    }
    case "half_done": {
      const { path, task, operation } = finding;
      const env = await excludesEnvOf(path);
      if (!env.ok) return env;
      return refs(await giveUp(repo, { run, task, worktree: path, env: env.value }, operation));
    }
    case "work_landed":
      return await remove(repo, run, finding);
    default:
      return ok([]);
  }
}

function refs(result: Result<{ ref: string } | undefined>): Result<string[]> {
  if (!result.ok) return result;
  return ok(result.value === undefined ? [] : [result.value.ref]);
}

async function removeLock(repo: Repository, path: string): Promise<Result<string[]>> {
  const worktrees = await listWorktrees(repo);
  if (!worktrees.ok) return worktrees;
  const removed = await removeStaleLock(repo, path, { worktrees: worktrees.value });
  return removed.ok ? ok([]) : fail({ reason: "io_failed", path, detail: removed.failure });
}

async function endProcesses(repo: Repository, run: string): Promise<Result<string[]>> {
  // It may have been resumed meanwhile.
  if (liveRun(repo.commonDir)?.run === run) return ok([]);
  await endTree({ marks: { PAREX_RUN_ID: run } });
  return ok([]);
}

async function remove(
  repo: Repository,
  run: string,
  { task, branch, worktree }: Extract<Finding, { code: "work_landed" }>,
): Promise<Result<string[]>> {
  const work: Work = { run, task, branch };
  if (worktree !== undefined) {
    const env = await excludesEnvOf(worktree);
    if (!env.ok) return env;
    work.worktree = worktree;
    work.env = env.value;
  }
  const removed = await removeWork(repo, work);
  return removed.ok ? ok(removed.value.anchored.map(({ ref }) => ref)) : removed;
}
