import { Failed } from "../../domain/failed.ts";
import type { Plan } from "../../domain/plan.ts";
import type { RunRecord } from "../../domain/record.ts";
import { type Beginning, remainderOf } from "../../domain/resume.ts";
import type { Settings } from "../../domain/settings.ts";
import type { Selection } from "../../domain/selection.ts";
import type { TaskId } from "../../domain/task.ts";
import { endTree, gone } from "../../exec/kill.ts";
import type { Marks } from "../../exec/processes.ts";
import { markCommands } from "../../exec/sh.ts";
import type { Repository } from "../../git/repository.ts";
import { type JournaledRun, readRun, runsNewestFirst } from "../../journal/store.ts";

/** A run that an earlier process has left. */
export type Unfinished = JournaledRun;

/** With the step at which each of its tasks begins again. */
export interface Resumption extends Unfinished {
  beginnings: Map<TaskId, Beginning>;
}

/** The run with this id, or the most recent one; undefined: there is none. */
export async function lastRun(
  commonDir: string,
  id?: string,
): Promise<Unfinished | undefined> {
  if (id !== undefined) {
    const run = await readRun(commonDir, id);
    if (run.record.plan) return run;
    throw new Failed({ reason: "run_not_found", id });
  }
  for await (const run of runsNewestFirst(commonDir)) {
    if (run.record.plan) return run;
  }
  return undefined;
}

/** Whether a run that no process executes has work left. */
export function isUnfinished({ finished }: RunRecord): boolean {
  return finished === undefined || finished.interrupted === true;
}

/** The run with this id, or the last one, if it can be resumed. */
export async function findUnfinished(
  commonDir: string,
  id?: string,
): Promise<Unfinished> {
  const found = await lastRun(commonDir, id);
  if (!found) throw new Failed({ reason: "run_not_found" });
  const { run, plan, agentless } = found.record;
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
  for await (const { record: later } of runsNewestFirst(commonDir, { lenient: true })) {
    if (later.run <= run) break;
    if (later.plan?.identity !== plan?.identity) continue;
    const message = `run ${run} is not the last one of its plan: run ${later.run} came after it`;
    throw new Failed({
      reason: "usage",
      message,
      hint: `see its report: parex report ${later.run}`,
    });
  }
  return found;
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

/** How long a git command of a dead process may take to finish. */
const COMMAND_MS = 15_000;

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
  if (!await gone(commandsOf(run), COMMAND_MS)) await endTree(commandsOf(run));
  await agents;
}
