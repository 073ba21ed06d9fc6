import { type CleanupPlan, type Keep, planCleanup, type WorkFacts } from "../../domain/cleanup.ts";
import type { EventOf } from "../../domain/event.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Plan } from "../../domain/plan.ts";
import { applyEvent, type RunRecord } from "../../domain/record.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import { closest } from "../../domain/suggest.ts";
import type { TaskId } from "../../domain/task.ts";
import { exists } from "../../util/files.ts";
import { removeWork, type Work } from "../../git/rescue/remove.ts";
import { type Archived, archiveNameOf, archivePlan } from "./archive.ts";
import { openJournal } from "../../journal/journal.ts";
import { excludesEnvOf, type LeftoverQuestion, readLeftovers } from "./cleanup_facts.ts";
import { takeLock } from "../../journal/lock.ts";
import { liveRun, newRunId, readJournal, runDir, stateDir } from "../../journal/store.ts";

export interface CleanupInput extends LeftoverQuestion {
  plan: Plan;
  /** The plan's last run. */
  record?: RunRecord;
  /** Tasks whose work goes even if it has not landed. */
  force: readonly TaskId[];
  /** Delete the branches on the remote, too. */
  onRemote: boolean;
}

/** What a cleanup did. */
export interface CleanupOutcome {
  removed: RemovedWork[];
  failed: { work: WorkFacts; failure: Failure }[];
  kept: CleanupPlan["keep"];
  archived?: Archived;
}

export interface RemovedWork {
  work: WorkFacts;
  /** Rescue refs. */
  anchored: string[];
  /** A folder of which something could not be deleted. */
  leftover?: string;
}

/** Looks what a cleanup would do. */
export async function lookForCleanup(input: CleanupInput): Promise<Result<CleanupPlan>> {
  if (input.onRemote && input.remote === undefined) {
    return fail({ reason: "no_remote", root: input.repo.root });
  }
  const facts = await readLeftovers(input);
  if (!facts.ok) return facts;
  const unknown = input.force.find((id) => facts.value.every(({ task }) => task !== id));
  if (unknown !== undefined) return fail(unknownTask(unknown, input.plan, facts.value));
  const live = liveRun(input.repo.commonDir)?.run;
  return ok(planCleanup(facts.value, {
    force: input.force,
    statuses: input.plan.tasks.map(({ status }) => status),
    archivable: input.record?.cleanups.every(({ archive }) => !isThere(archive)) ?? false,
    ...(live === undefined ? {} : { live }),
  }));
}

/** What is to be archived is recorded first, and may not have come to be. */
function isThere(archive: string | undefined): boolean {
  return archive !== undefined && exists(archive);
}

function unknownTask(id: TaskId, plan: Plan, facts: WorkFacts[]): Failure {
  if (plan.tasks.some((task) => task.id === id)) {
    const message = `${id} has neither branch nor worktree, so there is nothing to remove`;
    return { reason: "usage", message, hint: "see what is there: parex cleanup --dry-run" };
  }
  const suggestion = closest(id, facts.map(({ task }) => task));
  return { reason: "unknown_task", id, ...(suggestion === undefined ? {} : { suggestion }) };
}

/**
 * Does what was agreed on, task by task, each all or nothing. Looks again first: what has changed since
 * then stays. Holds the repository's lock, so that no run begins meanwhile.
 */
export async function cleanUp(
  input: CleanupInput,
  agreed: CleanupPlan,
): Promise<Result<CleanupOutcome>> {
  const lock = takeLock(stateDir(input.repo.commonDir));
  if (!lock.ok) return lock;
  try {
    const now = await lookForCleanup(input);
    if (!now.ok) return now;
    const wanted = new Set(agreed.remove.map(({ branch }) => branch));
    const outcome: CleanupOutcome = { removed: [], failed: [], kept: now.value.keep };
    const run = input.record?.run ?? newRunId(new Date());
    for (const work of now.value.remove.filter(({ branch }) => wanted.has(branch))) {
      const removed = await remove(input, run, work);
      if (removed.ok) outcome.removed.push(removed.value);
      else outcome.failed.push({ work, failure: removed.failure });
    }
    const archives = agreed.archive && now.value.archive && outcome.failed.length === 0;
    return await conclude(input, outcome, archives);
  } finally {
    lock.value.release();
  }
}

async function remove(
  { repo, onRemote, remote }: CleanupInput,
  run: string,
  work: WorkFacts,
): Promise<Result<RemovedWork>> {
  const { task, branch, worktree } = work;
  const going: Work = { run, task, branch };
  if (worktree?.missing !== undefined) {
    going.missing = { path: worktree.path, head: worktree.missing };
  } else if (worktree) {
    const env = await excludesEnvOf(worktree.path);
    if (!env.ok) return env;
    going.worktree = worktree.path;
    going.env = env.value;
  }
  if (onRemote && remote !== undefined) going.remote = remote;
  const removed = await removeWork(repo, going);
  if (!removed.ok) return removed;
  const { anchored, leftover } = removed.value;
  return ok({
    work,
    anchored: anchored.map(({ ref }) => ref),
    ...(leftover === undefined ? {} : { leftover }),
  });
}

/** Archives the plan and writes down, in the journal of its last run, what was done. */
async function conclude(
  input: CleanupInput,
  outcome: CleanupOutcome,
  archives: boolean,
): Promise<Result<CleanupOutcome>> {
  const { repo, record } = input;
  const now = new Date();
  const path = archives ? `${repo.root}/${archiveNameOf(input.plan, now)}` : undefined;
  if (outcome.removed.length > 0 || path !== undefined) {
    const noted = record ? await note(input, record, eventOf(outcome, path)) : ok();
    if (!noted.ok) return noted;
  }
  if (path === undefined) return ok(outcome);
  const archived = await archivePlan({
    repo,
    plan: input.plan,
    path,
    ...(record ? { record } : {}),
  });
  return archived.ok ? ok({ ...outcome, archived: archived.value }) : archived;
}

function eventOf(outcome: CleanupOutcome, archive?: string): EventOf<"cleanup.finished"> {
  return {
    type: "cleanup.finished",
    removed: outcome.removed.map(({ work, anchored }) => ({
      task: work.task,
      branch: work.branch,
      ...(work.landed === undefined ? {} : { landed: work.landed }),
      ...(work.worktree === undefined ? {} : { worktree: work.worktree.path }),
      rescue_refs: anchored,
    })),
    kept: [
      ...outcome.kept.map(({ work, keep }) => ({ task: work.task, why: whyOf(keep) })),
      ...outcome.failed.map(({ work, failure }) => ({ task: work.task, why: failure.reason })),
    ],
    ...(archive === undefined ? {} : { archive }),
  };
}

function whyOf(keep: Keep): string {
  return keep.why === "unreadable" ? keep.failure.reason : keep.why;
}

async function note(
  { repo }: CleanupInput,
  record: RunRecord,
  event: EventOf<"cleanup.finished">,
): Promise<Result<void>> {
  const dir = runDir(repo.commonDir, record.run);
  const events = await readJournal(dir);
  if (!events.ok) return events;
  let lost: Failure | undefined;
  const journal = openJournal(dir, record.run, {
    lastSeq: events.value.at(-1)?.seq ?? 0,
    onLost: (failure) => (lost = failure),
  });
  journal.listen((written) => applyEvent(record, written));
  journal.emit(event);
  journal.close();
  return lost ? fail(lost) : ok();
}
