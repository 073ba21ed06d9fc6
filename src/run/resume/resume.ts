import { TIMEOUTS } from "../../domain/timeouts.ts";
import { Failed } from "../../domain/failed.ts";
import { selectedTasks } from "../../domain/metrics.ts";
import type { Plan } from "../../domain/plan.ts";
import type { RunRecord } from "../../domain/record.ts";
import { type Beginning, remainderOf } from "../../domain/resume.ts";
import type { Settings } from "../../domain/settings.ts";
import type { Selection } from "../../domain/selection.ts";
import type { TaskId } from "../../domain/task.ts";
import { endTree, waitForEnd } from "../../exec/kill.ts";
import type { Marks } from "../../exec/processes.ts";
import { markCommands } from "../../exec/command.ts";
import type { Repository } from "../../git/repository.ts";
import { type JournaledRun, readRun, runsNewestFirst } from "../../journal/store.ts";

/** A run that an earlier process has left. */
export type Unfinished = JournaledRun;

/**
 * The run with this id, or the last one that had something to do; undefined: there is none. Where all
 * was completed before, a run has done nothing, and hides no other one.
 */
export async function lastRun(
  commonDir: string,
  id?: string,
): Promise<Unfinished | undefined> {
  if (id !== undefined) {
    const run = await readRun(commonDir, id);
    if (run.record.plan) return run;
    throw new Failed({ reason: "run_not_found", id });
  }
  let newest: Unfinished | undefined;
  for await (const run of runsNewestFirst(commonDir)) {
    if (!run.record.plan) continue;
    newest ??= run;
    if (!run.record.finished || selectedTasks(run.record).length > 0) return run;
  }
  return newest;
}

/** Whether a run that no process executes has work left. */
export function isUnfinished({ finished }: RunRecord): boolean {
  return finished === undefined || finished.interrupted === true;
}

/**
 * The run with this id, or the last interrupted one of the plan that was executed last, if it can be
 * resumed. Tasks that later runs have taken over are no longer among its own.
 */
export async function findUnfinished(
  commonDir: string,
  id?: string,
): Promise<Unfinished> {
  const last = await lastRun(commonDir, id);
  if (!last) throw new Failed({ reason: "run_not_found" });
  const found = id === undefined ? await lastInterrupted(commonDir, last) : last;
  const { run, agentless } = found.record;
  if (!isUnfinished(found.record)) {
    const message = `run ${run} is finished: there is nothing to resume`;
    throw new Failed({
      reason: "usage",
      message,
      hint: `see its report: parex report ${run}`,
    });
  }
  if (agentless) {
    const message = `run ${run} only lands completed work, and calls no agents`;
    throw new Failed({ reason: "usage", message, hint: "land the rest: parex merge" });
  }
  const later = await dropTasksOfLaterRuns(commonDir, found.record);
  if (later === undefined || selectedTasks(found.record).length > 0) return found;
  throw new Failed({
    reason: "usage",
    message: `run ${later} has taken over all that was left of run ${run}`,
    hint: `see its report: parex report ${later}`,
  });
}

/** The newest run of the plan that has agents and something left to do; else the given one. */
async function lastInterrupted(commonDir: string, last: Unfinished): Promise<Unfinished> {
  for await (const run of runsNewestFirst(commonDir, { lenient: true })) {
    const { record } = run;
    if (record.plan?.identity !== last.record.plan?.identity) continue;
    if (!isUnfinished(record) || record.agentless) continue;
    await dropTasksOfLaterRuns(commonDir, record);
    if (selectedTasks(record).length > 0) return run;
  }
  return last;
}

/**
 * Takes the tasks from a run that later runs of its plan have had since: they are as those have left
 * them. Returns the newest of these runs.
 */
async function dropTasksOfLaterRuns(
  commonDir: string,
  record: RunRecord,
): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const { record: later } of runsNewestFirst(commonDir, { lenient: true })) {
    if (later.run <= record.run) break;
    if (later.plan?.identity !== record.plan?.identity) continue;
    for (const { id } of selectedTasks(later)) {
      const own = record.tasks.get(id);
      if (own) own.selected = false;
      newest ??= later.run;
    }
  }
  return newest;
}

/** Checks again once the lock is held: another process may have resumed the run. */
export async function isStillUnfinished(
  { commonDir }: Repository,
  { record: { run }, lastSeq }: Unfinished,
): Promise<void> {
  if ((await readRun(commonDir, run)).lastSeq === lastSeq) return;
  const message = `another process has just continued run ${run}`;
  throw new Failed({ reason: "usage", message, hint: "see its progress: parex status" });
}

/** The tasks of a run that are left, from the plan as it is now. */
export interface Remainder {
  plan: Plan;
  selection: Selection;
  beginnings: Map<TaskId, Beginning>;
}

export function selectRemainder(
  plan: Plan,
  { record }: Unfinished,
  settings: Settings,
): Remainder {
  if (plan.identity !== record.plan?.identity) {
    const message =
      `there is another plan now at ${plan.path} than run ${record.run} was begun with`;
    throw new Failed({ reason: "usage", message, hint: "execute it: parex execute" });
  }
  const { tasks, left, beginnings } = remainderOf(plan.tasks, record, settings.land !== "none");
  const skipped = tasks.filter((task) => !left.includes(task) && task.status === "completed");
  return {
    plan: { ...plan, tasks },
    selection: { tasks: left, skipped, leftovers: [] },
    beginnings,
  };
}

/** The marks of a run's git and gh commands. */
function commandsOf(run: string): { marks: Marks } {
  return { marks: { PAREX_COMMAND_OF: run } };
}

/** Marks commands as this run's from now on. Returns how to stop that. */
export function markCommandsOf(run: string): () => void {
  markCommands(commandsOf(run).marks);
  return () => markCommands({});
}

/**
 * Ends processes that a dead process of the run has left running: agents and checks at once; git commands get
 * time to finish, since a killed one leaves more damage.
 */
export async function endProcessesOf(run: string): Promise<void> {
  const agents = endTree({ marks: { PAREX_RUN_ID: run } });
  if (!await waitForEnd(commandsOf(run), TIMEOUTS.leftGitCommand)) await endTree(commandsOf(run));
  await agents;
}
