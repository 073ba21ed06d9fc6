import { basename } from "node:path";
import type { Finding } from "../../domain/doctor_finding.ts";
import { Failed } from "../../domain/failed.ts";
import { endTree } from "../../exec/kill.ts";
import { io } from "../../util/files.ts";
import { abortOperation } from "../../git/rescue/abort.ts";
import { listWorktrees } from "../../git/worktree_list.ts";
import { forgetMissing, moveBack, removeWork, type Work } from "../../git/rescue/remove.ts";
import { reconnectMoved } from "../../git/worktrees/moved.ts";
import type { Repository } from "../../git/repository.ts";
import { Worktree } from "../../git/worktree.ts";
import { removeStaleLock } from "../../recovery/locks.ts";
import { liveRun } from "../../journal/store.ts";

/**
 * Fixes one finding; what it removes is anchored first. Returns rescue refs. The caller holds the
 * repository's lock; taking it has already fixed a lock that a dead process left.
 */
export async function fix(
  repo: Repository,
  run: string,
  finding: Finding,
): Promise<string[]> {
  switch (finding.code) {
    case "git_lock_left":
      return await removeLock(repo, finding.path);
    case "processes_left":
      return await endProcesses(repo, finding.run);
    case "removal_interrupted": {
      await moveBack(repo, finding.path);
      return [];
    }
    case "worktree_missing": {
      const { path, head } = finding;
      const missing = { path, head };
      return refs(await forgetMissing(repo, { run, task: basename(path), missing }));
    }
    case "worktree_moved": {
      await reconnectMoved(repo);
      return [];
    }
    case "folder_unknown": {
      // The system refuses this if the folder is no longer empty.
      await io(finding.path, () => Deno.remove(finding.path));
      return [];
    }
    case "half_done": {
      const { path, task, operation } = finding;
      return refs(await abortOperation(new Worktree(repo, task, path), run, operation));
    }
    case "work_landed":
      return await remove(repo, run, finding);
    default:
      return [];
  }
}

function refs(anchored: { ref: string } | undefined): string[] {
  return anchored === undefined ? [] : [anchored.ref];
}

async function removeLock(repo: Repository, path: string): Promise<string[]> {
  const worktrees = await listWorktrees(repo);
  const removed = await removeStaleLock(repo, path, { worktrees });
  if (removed.ok) return [];
  throw new Failed({ reason: "io_failed", path, detail: removed.failure });
}

async function endProcesses(repo: Repository, run: string): Promise<string[]> {
  // It may have been resumed since.
  if (liveRun(repo.commonDir)?.run === run) return [];
  await endTree({ marks: { PAREX_RUN_ID: run } });
  return [];
}

async function remove(
  repo: Repository,
  run: string,
  { task, branch, worktree }: Extract<Finding, { code: "work_landed" }>,
): Promise<string[]> {
  const work: Work = { run, task, branch };
  if (worktree !== undefined) {
    work.worktree = new Worktree(repo, task, worktree);
  }
  const removed = await removeWork(repo, work);
  return removed.anchored.map(({ ref }) => ref);
}
