import process from "node:process";
import { loadSettings, resumedSettings, retriedSettings } from "../config/load.ts";
import { Failed, valueOf } from "../domain/failed.ts";
import type { Plan } from "../domain/plan.ts";
import type { RunRecord } from "../domain/record.ts";
import { select, withDependents } from "../domain/selection.ts";
import type { Settings } from "../domain/settings.ts";
import { processEnv } from "../exec/env.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { loadPlan } from "../plan/load.ts";
import { findUnfinished, isUnfinished, lastRun, type Unfinished } from "../run/resume/resume.ts";
import { presentPath } from "../plan/find.ts";
import { lockFailure } from "../journal/lock.ts";
import { liveRun, stateDir } from "../journal/store.ts";
import type { Context } from "./context.ts";
import type { ReadyRun } from "./ready_run.ts";
import { fullRunId, lastWithAgents, withRecordedStatuses } from "./runs.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Finds the run to resume, and its settings. */
export async function prepareResume(
  { io }: Context,
  id: string | undefined,
  flags: Flags,
): Promise<ReadyRun> {
  const repo = await repositoryAt(io.cwd);
  // First of all: the work of a live run looks like many other faults.
  const held = lockFailure(stateDir(repo.commonDir));
  if (held) throw new Failed(held);
  const found = await findUnfinished(repo.commonDir, await fullRunId(repo.commonDir, id));
  return await continueRun(repo, found, flags);
}

/** A new run of blocked tasks and the tasks that wait for them, with the settings of the last run. */
export async function prepareRetry(
  { io }: Context,
  tasks: string[],
  flags: Flags,
): Promise<ReadyRun> {
  const repo = await repositoryAt(io.cwd);
  const held = lockFailure(stateDir(repo.commonDir));
  if (held) throw new Failed(held);
  const found = await lastRun(repo.commonDir);
  const record = found?.record;
  if (!record?.plan) throw new Failed({ reason: "run_not_found" });
  if (isUnfinished(record) && !record.agentless) {
    const message = `run ${record.run} is not finished`;
    throw new Failed({ reason: "usage", message, hint: "continue it: parex resume" });
  }
  const plan = withRecordedStatuses(
    valueOf(await loadPlan(await presentPath(repo.checkout, record.plan.path))),
    record,
  );
  allBlocked(plan, tasks);
  const worked = await lastWithAgents(repo.commonDir, record);
  const input = { flags, env: processEnv(), root: repo.checkout, plan: plan.path };
  const settings = worked.settings
    ? await retriedSettings(worked.settings, input)
    : await loadSettings(input);
  const only = withDependents(plan.tasks, tasks);
  const { path } = plan;
  return { repo, planPath: path, settings: { ...settings, only } };
}

/**
 * Offers to resume the last run if it was interrupted and has the same plan. If nobody can be asked, it says
 * how to resume, and a new run is made. Undefined: the person wants neither.
 */
export async function offerResume(
  { io }: Context,
  ready: ReadyRun,
  flags: Flags,
): Promise<ReadyRun | undefined> {
  const { commonDir } = ready.repo;
  const found = await lastRun(commonDir);
  const record = found?.record;
  if (!found || !record || !isUnfinished(record) || record.agentless) return ready;
  if (liveRun(commonDir)) return ready;
  const { plan } = record;
  if (!plan || await presentPath(ready.repo.checkout, plan.path) !== ready.planPath) return ready;
  const { json, yes } = ready.settings;
  if (json || yes || !io.stderrIsTerminal || !Deno.stdin.isTerminal()) {
    io.err(`run ${record.run} of this plan was interrupted; continue it: parex resume\n`);
    return ready;
  }
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `Run ${record.run} of this plan was interrupted. Continue it?`,
    output: process.stderr,
  });
  if (isCancel(answer)) return undefined;
  return answer ? await continueRun(ready.repo, found, flags) : ready;
}

async function continueRun(
  repo: Repository,
  unfinished: Unfinished,
  flags: Flags,
): Promise<ReadyRun> {
  const { plan } = unfinished.record;
  if (!plan) throw new Failed({ reason: "run_not_found", id: unfinished.record.run });
  const planPath = await presentPath(repo.checkout, plan.path);
  const settings = await settingsOf(repo, unfinished.record, planPath, flags);
  return { repo, planPath, settings, resume: unfinished };
}

/** The run's original settings, if its journal has them; flags win. */
async function settingsOf(
  { checkout }: Repository,
  { settings }: RunRecord,
  plan: string,
  flags: Flags,
): Promise<Settings> {
  const input = { flags, env: processEnv(), root: checkout, plan };
  return await (settings ? resumedSettings(settings, input) : loadSettings(input));
}

function allBlocked({ tasks }: Plan, ids: string[]): void {
  valueOf(select(tasks, ids));
  const other = tasks.find(({ id, status }) => ids.includes(id) && status !== "blocked");
  if (!other) return;
  const message = `${other.id} is ${other.status}, not blocked`;
  throw new Failed({ reason: "usage", message, hint: "see which tasks are: parex status" });
}
