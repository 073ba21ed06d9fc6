import type { Parked, RunOutcome } from "../../machines/ports.ts";
import type { EventOf } from "../domain/event.ts";
import { exitCodeOf } from "../domain/failure.ts";
import { countStatuses, selectedTasks, speedupOf, usageTotals, wallMs } from "../domain/metrics.ts";
import { VERSION } from "../domain/names.ts";
import type { RunRecord } from "../domain/record.ts";
import type { Selection } from "../domain/selection.ts";
import { warningLines } from "./context/plan_paths.ts";
import type { LockOwner } from "../journal/lock.ts";
import { explain } from "../report/messages/explain.ts";
import type { Scope } from "./context/run_context.ts";
import type { Notice } from "../domain/notice.ts";

/** The first event of a new run, or of a process that resumes the run of this record. */
export function startedEvent(
  scope: Scope,
  { tasks, leftovers }: Selection,
  resumed: RunRecord | undefined,
): EventOf<"run.started"> {
  const { plan, settings, agent } = scope;
  const { dryRun: _, json: __, yes: ___, ...kept } = settings;
  const selected = resumed ? plan.tasks.filter(({ id }) => resumed.tasks.get(id)?.selected) : tasks;
  const warnings = warningLines(scope.repo.checkout, plan);
  return {
    type: "run.started",
    plan: {
      name: plan.name,
      path: plan.path,
      identity: plan.identity,
      foreign: plan.foreign && true,
    },
    tasks: selected.map(({ id }) => id),
    base: scope.base,
    base_sha: scope.baseSha,
    jobs: settings.jobs,
    agent: agent.name,
    model: settings.model,
    parex: VERSION,
    pid: Deno.pid,
    settings: kept,
    resumed: resumed && true,
    graph: plan.tasks.map(({ id, name, effectivePriority, dependencies, status }) => ({
      id,
      name,
      priority: effectivePriority,
      dependencies,
      status,
      branch: scope.repo.branchOf(id),
    })),
    leftovers: leftovers.length > 0 ? leftovers : undefined,
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}

/** The last event of a run; tasks that are neither completed nor blocked count as pending. */
export function finishedEvent(
  { record, land, baseProtected }: Scope,
  outcome: RunOutcome,
): EventOf<"run.finished"> {
  const { completed, blocked, ...undone } = countStatuses(record);
  const pending = undone.pending + undone.in_progress + undone.testing;
  const interrupted = outcome.kind === "interrupted";
  const failure = interrupted ? outcome.failure : undefined;
  const byPerson = interrupted && !outcome.limit && !failure;
  const landed = land === "none" || selectedTasks(record).every((task) => task.landed);
  const integrated = record.integration?.ok !== false;
  const now = Date.now();
  const ms = wallMs(record, now);
  const { costUsd } = usageTotals(selectedTasks(record).flatMap(({ attempts }) => attempts));
  return {
    type: "run.finished",
    exit_code: byPerson
      ? 130
      : failure
      ? exitCodeOf(failure)
      : !interrupted && blocked + pending === 0 && landed && integrated
      ? 0
      : 1,
    completed,
    blocked,
    pending,
    ms,
    speedup: speedupOf(record),
    cost_usd: costUsd,
    interrupted: interrupted || undefined,
    base_protected: baseProtected || undefined,
    stopped: failure && { reason: failure.reason, ...explain(failure) },
  };
}

/** Why a run that does not wait for usage limits ended. */
export function limitNotice({ until, why }: Parked): Notice {
  return { about: "usage_limit", until, why };
}

/** A lock from another machine is taken over: its processes cannot be checked from here. */
export function lockTakenNotice({ pid, run, machine }: LockOwner): Notice {
  return { about: "lock_taken", pid, host: machine?.host, run };
}
