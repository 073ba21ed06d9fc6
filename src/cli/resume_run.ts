import process from "node:process";
import { loadSettings, resumedSettings, retriedSettings } from "../config/load.ts";
import type { Plan } from "../domain/plan.ts";
import type { RunRecord } from "../domain/record.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { select, withDependents } from "../domain/selection.ts";
import type { Settings } from "../domain/settings.ts";
import { openRepository, type Repository } from "../git/repository.ts";
import { loadPlan } from "../plan/load.ts";
import { findUnfinished, isUnfinished, lastRun, type Unfinished } from "../run/resume/resume.ts";
import { heldBy } from "../journal/lock.ts";
import { liveRun, stateDir } from "../journal/store.ts";
import type { Context } from "./context.ts";
import type { ReadyRun } from "./ready_run.ts";
import { lastWithAgents } from "./runs.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Finds the run that is meant, and the settings that it goes on with. */
export async function prepareResume(
  { io }: Context,
  id: string | undefined,
  flags: Flags,
): Promise<Result<ReadyRun>> {
  const repo = await openRepository(io.cwd);
  if (!repo.ok) return repo;
  // Before all else: what a live run is doing looks like many other faults.
  const held = heldBy(stateDir(repo.value.commonDir));
  if (held) return fail(held);
  const found = await findUnfinished(repo.value.commonDir, id);
  return found.ok ? await goOnWith(repo.value, found.value, flags) : found;
}

/** A new run of blocked tasks and of what waits for them, with what was set for the last one. */
export async function prepareRetry(
  { io }: Context,
  tasks: string[],
  flags: Flags,
): Promise<Result<ReadyRun>> {
  const repo = await openRepository(io.cwd);
  if (!repo.ok) return repo;
  const held = heldBy(stateDir(repo.value.commonDir));
  if (held) return fail(held);
  const found = await lastRun(repo.value.commonDir);
  if (!found.ok) return found;
  const record = found.value?.record;
  if (!record?.plan) return fail({ reason: "run_not_found" });
  if (isUnfinished(record) && !record.agentless) {
    const message = `run ${record.run} has not come to its end yet`;
    return fail({ reason: "usage", message, hint: "parex resume goes on with it" });
  }
  const plan = await loadPlan(record.plan.path);
  if (!plan.ok) return plan;
  const blocked = allBlocked(plan.value, tasks);
  if (!blocked.ok) return blocked;
  const worked = await lastWithAgents(repo.value.commonDir, record);
  const input = { flags, env: Deno.env.toObject(), root: repo.value.checkout };
  const settings = worked.settings
    ? await retriedSettings(worked.settings, input)
    : await loadSettings(input);
  if (!settings.ok) return settings;
  const only = withDependents(plan.value.tasks, tasks);
  const { path } = plan.value;
  return ok({ repo: repo.value, planPath: path, settings: { ...settings.value, only } });
}

/**
 * Offers to go on with the last run if it was interrupted and is of the same plan. Where nobody can
 * be asked, it says how, and a new run is made. Undefined: the person wants neither.
 */
export async function offerResume(
  { io }: Context,
  ready: ReadyRun,
  flags: Flags,
): Promise<Result<ReadyRun | undefined>> {
  const { commonDir } = ready.repo;
  const found = await lastRun(commonDir);
  if (!found.ok) return found;
  const record = found.value?.record;
  if (!found.value || !record || !isUnfinished(record) || record.agentless) return ok(ready);
  if (liveRun(commonDir)) return ok(ready);
  if (record.plan?.path !== ready.planPath) return ok(ready);
  const { json, yes } = ready.settings;
  if (json || yes || !io.stderrIsTerminal || !Deno.stdin.isTerminal()) {
    io.err(`run ${record.run} of this plan was interrupted; parex resume goes on with it\n`);
    return ok(ready);
  }
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `Run ${record.run} of this plan was interrupted. Go on with it?`,
    output: process.stderr,
  });
  if (isCancel(answer)) return ok(undefined);
  return answer ? await goOnWith(ready.repo, found.value, flags) : ok(ready);
}

async function goOnWith(
  repo: Repository,
  unfinished: Unfinished,
  flags: Flags,
): Promise<Result<ReadyRun>> {
  const { plan } = unfinished.record;
  if (!plan) return fail({ reason: "run_not_found", id: unfinished.record.run });
  const settings = await settingsOf(repo, unfinished.record, flags);
  if (!settings.ok) return settings;
  return ok({ repo, planPath: plan.path, settings: settings.value, resume: unfinished });
}

/** As the run was begun with, where its journal tells; flags win. */
async function settingsOf(
  { checkout }: Repository,
  { settings }: RunRecord,
  flags: Flags,
): Promise<Result<Settings>> {
  return settings
    ? await resumedSettings(settings, { flags, root: checkout })
    : await loadSettings({ flags, env: Deno.env.toObject(), root: checkout });
}

function allBlocked({ tasks }: Plan, ids: string[]): Result<void> {
  const known = select(tasks, ids);
  if (!known.ok) return known;
  const other = tasks.find(({ id, status }) => ids.includes(id) && status !== "blocked");
  if (!other) return ok();
  const message = `${other.id} is ${other.status}, not blocked`;
  return fail({ reason: "usage", message, hint: "see which tasks are: parex status" });
}
