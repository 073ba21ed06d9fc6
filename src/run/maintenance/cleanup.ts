import {
  type CleanupPlan,
  type Keep,
  type OldRecords,
  planCleanup,
  type WorkFacts,
} from "../../domain/cleanup.ts";
import type { EventOf } from "../../domain/event.ts";
import { Failed, resultOf, valueOf } from "../../domain/failed.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Plan } from "../../domain/plan.ts";
import { planRecord } from "../../domain/plan_record.ts";
import { applyEvent, type RunRecord } from "../../domain/record.ts";
import { unknownTask } from "../../domain/suggest.ts";
import type { TaskId } from "../../domain/task.ts";
import { exists } from "../../util/files.ts";
import { removeIfEmpty } from "../../git/worktrees/folder.ts";
import { removeWork, type Work } from "../../git/rescue/remove.ts";
import { Worktree } from "../../git/worktree.ts";
import { type Archived, archiveNameOf, archivePlan } from "./archive.ts";
import { openJournal } from "../../journal/journal.ts";
import { type LeftoverQuestion, readLeftovers } from "./cleanup_facts.ts";
import { findOldRuns, removeOldRuns } from "./old_runs.ts";
import { takeLock } from "../../journal/lock.ts";
import { liveRun, newRunId, readJournal, runDir, stateDir } from "../../journal/store.ts";

export interface CleanupInput extends LeftoverQuestion {
  plan: Plan;
  /** The plan's last run. */
  record?: RunRecord | undefined;
  /** The runs of the plan before it, oldest first. */
  earlier: readonly RunRecord[];
  /** Tasks whose work is removed even if it has not landed. */
  force: readonly TaskId[];
  /** Delete the branches on the remote, too. */
  onRemote: boolean;
  /** The last runs whose transcripts and logs stay. */
  keepRuns: number;
}

/** What a cleanup did. */
export interface CleanupOutcome {
  removed: RemovedWork[];
  failed: { work: WorkFacts; failure: Failure }[];
  kept: CleanupPlan["keep"];
  archived?: Archived | undefined;
  old?: OldRecords | undefined;
}

export interface RemovedWork {
  work: WorkFacts;
  /** Rescue refs. */
  anchored: string[];
  /** A folder that could not be deleted completely. */
  leftover?: string | undefined;
}

/** Decides what a cleanup would do. */
export async function lookForCleanup(input: CleanupInput): Promise<CleanupPlan> {
  if (input.onRemote && input.remotes?.push === undefined) {
    throw new Failed({ reason: "no_remote", root: input.repo.root, remotes: input.remotes?.all });
  }
  const facts = await readLeftovers(input);
  const unknown = input.force.find((id) => facts.every(({ task }) => task !== id));
  if (unknown !== undefined) throw new Failed(nothingToRemove(unknown, input.plan, facts));
  const live = liveRun(input.repo.commonDir)?.run;
  const decided = planCleanup(facts, {
    force: input.force,
    statuses: input.plan.tasks.map(({ status }) => status),
    archivable: input.record?.cleanups.every(({ archive }) => !isThere(archive)) ?? false,
    live,
  });
  const { runs, bytes } = await findOldRuns(input.repo.commonDir, input.keepRuns);
  return { ...decided, old: runs === 0 ? undefined : { runs, bytes } };
}

/** The archive is recorded before it is made, so it may not exist. */
function isThere(archive: string | undefined): boolean {
  return archive !== undefined && exists(archive);
}

function nothingToRemove(id: TaskId, plan: Plan, facts: WorkFacts[]): Failure {
  if (plan.tasks.some((task) => task.id === id)) {
    const message = `${id} has neither branch nor worktree, so there is nothing to remove`;
    return { reason: "usage", message, hint: "list what can be removed: parex cleanup --dry-run" };
  }
  return unknownTask(id, facts.map(({ task }) => task));
}

/**
 * Does what the user agreed to, task by task, each all or nothing. Looks again first: whatever has changed
 * since then is kept. Holds the repository's lock, so that no run can begin.
 */
export async function cleanUp(
  input: CleanupInput,
  agreed: CleanupPlan,
): Promise<CleanupOutcome> {
  const lock = valueOf(takeLock(stateDir(input.repo.commonDir)));
  try {
    const now = await lookForCleanup(input);
    const wanted = new Set(agreed.remove.map(({ branch }) => branch));
    const outcome: CleanupOutcome = { removed: [], failed: [], kept: now.keep };
    const run = input.record?.run ?? newRunId(new Date());
    for (const work of now.remove.filter(({ branch }) => wanted.has(branch))) {
      const removed = await resultOf(() => remove(input, run, work));
      if (removed.ok) outcome.removed.push(removed.value);
      else outcome.failed.push({ work, failure: removed.failure });
    }
    const archives = agreed.archive && now.archive && outcome.failed.length === 0;
    await removeIfEmpty(input.repo);
    if (agreed.old) outcome.old = await removeOld(input);
    return await conclude(input, outcome, archives);
  } finally {
    lock.release();
  }
}

async function removeOld({ repo, keepRuns }: CleanupInput): Promise<OldRecords> {
  const old = await findOldRuns(repo.commonDir, keepRuns);
  await removeOldRuns(old);
  return { runs: old.runs, bytes: old.bytes };
}

async function remove(
  { repo, onRemote, remotes }: CleanupInput,
  run: string,
  work: WorkFacts,
): Promise<RemovedWork> {
  const { task, branch, worktree } = work;
  const going: Work = { run, task, branch };
  if (worktree?.missing !== undefined) {
    going.missing = { path: worktree.path, head: worktree.missing };
  } else if (worktree) {
    going.worktree = new Worktree(repo, task, worktree.path);
  }
  if (onRemote && remotes?.push !== undefined) going.remote = remotes.push;
  const { anchored, leftover } = await removeWork(repo, going);
  return {
    work,
    anchored: anchored.map(({ ref }) => ref),
    leftover,
  };
}

/** Archives the plan and records the cleanup in the journal of its last run. */
async function conclude(
  input: CleanupInput,
  outcome: CleanupOutcome,
  archives: boolean,
): Promise<CleanupOutcome> {
  const { repo, record } = input;
  const now = new Date();
  const path = archives ? `${repo.root}/${archiveNameOf(input.plan, now)}` : undefined;
  if (record && (outcome.removed.length > 0 || path !== undefined)) {
    await note(input, record, eventOf(outcome, path));
  }
  if (path === undefined) return outcome;
  const archived = await archivePlan({
    repo,
    plan: input.plan,
    path,
    record: record && planRecord([...input.earlier, record]),
  });
  return { ...outcome, archived };
}

function eventOf(outcome: CleanupOutcome, archive?: string): EventOf<"cleanup.finished"> {
  return {
    type: "cleanup.finished",
    removed: outcome.removed.map(({ work, anchored }) => ({
      task: work.task,
      branch: work.branch,
      landed: work.landed,
      worktree: work.worktree?.path,
      rescue_refs: anchored,
    })),
    kept: [
      ...outcome.kept.map(({ work, keep }) => ({ task: work.task, why: whyOf(keep) })),
      ...outcome.failed.map(({ work, failure }) => ({ task: work.task, why: failure.reason })),
    ],
    archive,
  };
}

function whyOf(keep: Keep): string {
  return keep.why === "unreadable" ? keep.failure.reason : keep.why;
}

async function note(
  { repo }: CleanupInput,
  record: RunRecord,
  event: EventOf<"cleanup.finished">,
): Promise<void> {
  const dir = runDir(repo.commonDir, record.run);
  const events = await readJournal(dir);
  let lost: Failure | undefined;
  const journal = openJournal(dir, record.run, {
    lastSeq: events.at(-1)?.seq ?? 0,
    onLost: (failure) => (lost = failure),
  });
  journal.listen((written) => applyEvent(record, written));
  journal.emit(event);
  journal.close();
  if (lost) throw new Failed(lost);
  return;
}
