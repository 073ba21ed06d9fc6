import type { Parked, RunOutcome } from "../../machines/ports.ts";
import type { Agent } from "../agent/agent.ts";
import { Places } from "../checks/places.ts";
import type { EventOf, RunEvent } from "../domain/event.ts";
import type { Failure } from "../domain/failure.ts";
import {
  countStatuses,
  selectedTasks,
  speedupOf,
  usageTotals,
  wallMs,
} from "../domain/measures.ts";
import { branchOf, VERSION } from "../domain/names.ts";
import type { Plan } from "../domain/plan.ts";
import { spentUsd } from "../domain/prices.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { applyEvent, emptyRecord, type RunRecord } from "../domain/record.ts";
import type { Beginning } from "../domain/resume.ts";
import type { Selection } from "../domain/selection.ts";
import type { Settings } from "../domain/settings.ts";
import type { TaskId } from "../domain/task.ts";
import { whyNoSandbox } from "../exec/sandbox.ts";
import { childEnv } from "../exec/env.ts";
import { excludeWorktrees } from "../git/exclude.ts";
import { checkBranches, checkRepository } from "../git/prerequisites.ts";
import { remoteOf } from "../git/push.ts";
import type { Repository } from "../git/repository.ts";
import { recovering } from "../recovery/recover.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import { Admission } from "./admission.ts";
import { type Crew, gatherCrew } from "./crew.ts";
import { discreet } from "./discretion.ts";
import { branchTargets, mayBeDirty, warningLines } from "./files.ts";
import { type Journal, type JournalOptions, openJournal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { type Lock, readLock, takeLock } from "./lock.ts";
import { prepareLanding } from "./land.ts";
import { baseOf } from "./queue.ts";
import type { Scope } from "./scope.ts";
import {
  endProcessesOf,
  isStillUnfinished,
  markCommandsOf,
  takeUp,
  type Unfinished,
} from "./resume.ts";
import { PlanWatch } from "./plan_watch.ts";
import { Statuses } from "./statuses.ts";
import { newRunId, runDir, stateDir } from "./store.ts";
import { Starts } from "./starts.ts";
import { Waits } from "./waits.ts";

export interface OpenInput {
  repo: Repository;
  plan: Plan;
  selection: Selection;
  settings: Settings;
  agent: Agent;
  onEvent: (event: RunEvent) => void;
  /** The journal cannot be written any more: nothing more may be done. */
  onLost: (failure: Failure) => void;
  /** The run that is gone on with; absent: a new one. */
  resume?: Resumption;
}

export interface Resumption extends Unfinished {
  beginnings: Map<TaskId, Beginning>;
}

/** A run that holds the repository's lock and has a journal. */
export interface OpenRun {
  scope: Scope;
  statuses: Statuses;
  /** What has happened so far. */
  record: RunRecord;
  /** Records the end and closes; the first call counts. */
  finish(outcome: RunOutcome): void;
  /** Gives lock and journal back without a last word. */
  close(): void;
}

/** Looks whether everything is ready for this run, takes the lock and starts the journal. */
export async function openRun(
  input: OpenInput,
  { agentNeeded } = { agentNeeded: true },
): Promise<Result<OpenRun>> {
  const { repo, plan, settings, agent, resume } = input;
  const inside = Deno.env.get("PAREX_TASK_ID");
  if (inside) return fail({ reason: "nested_run", task: inside });
  const ready = await checkRepository(repo, {
    ...baseGiven(resume?.record.base ?? settings.base),
    allowDirty: settings.allowDirty,
    mayBeDirty: mayBeDirty(repo, plan, settings),
  });
  if (!ready.ok) return ready;
  const crew = agentNeeded
    ? await gatherCrew(agent, input.selection.tasks, settings)
    : ok(new Map([[agent.name, agent]]));
  if (!crew.ok) return crew;
  const unfenced = settings.sandbox ? await whyNoSandbox(repo.root) : undefined;
  if (unfenced !== undefined) return fail({ reason: "sandbox_missing", detail: unfenced });
  const run = resume?.record.run ?? newRunId(new Date());
  const left = readLock(stateDir(repo.commonDir))?.owner.run;
  const lock = takeLock(stateDir(repo.commonDir), run);
  if (!lock.ok) return lock;
  // A process that was killed has left its lock, and maybe agents that are still at work.
  for (const dead of new Set([left, resume?.record.run])) {
    if (dead !== undefined) await endProcessesOf(dead);
  }
  const opened = await openLocked(input, run, { ...ready.value, crew: crew.value }, lock.value);
  if (!opened.ok) lock.value.release();
  return opened;
}

function baseGiven(base: string | undefined): { base?: string } {
  return base === undefined ? {} : { base };
}

async function openLocked(
  input: OpenInput,
  run: string,
  { base, baseSha, crew }: { base: string; baseSha: string; crew: Crew },
  lock: Lock,
): Promise<Result<OpenRun>> {
  const { repo, plan, selection, settings, agent, resume } = input;
  if (resume) {
    const still = await isStillUnfinished(repo, resume);
    if (!still.ok) return still;
  }
  const targets = branchTargets(repo, selection.tasks);
  const branches = await checkBranches(repo, targets, plan.identity);
  if (!branches.ok) return branches;
  const excluded = await excludeWorktrees(repo);
  if (!excluded.ok) return excluded;
  const remote = await remoteOf(repo, base);
  if (!remote.ok) return remote;
  const pushed = remote.value === undefined ? {} : { remote: remote.value };
  const landsOn = { ...baseOf({ base, ...pushed, settings }), sha: baseSha };
  const landing = await prepareLanding(repo, landsOn, settings);
  if (!landing.ok) return landing;
  const dir = runDir(repo.commonDir, run);
  const secrets = await secretsForRecords(repo, settings.copy, childEnv());
  if (!secrets.ok) return secrets;
  const journal = journalIn(dir, run, {
    lastSeq: resume?.lastSeq ?? 0,
    clean: (body) => discreet(body, secrets.value),
    onLost: input.onLost,
  });
  if (!journal.ok) return journal;
  const unmark = markCommandsOf(run);
  const { emit } = journal.value;
  const record = resume?.record ?? emptyRecord();
  journal.value.listen((event) => applyEvent(record, event));
  journal.value.listen(input.onEvent);
  const tasks = new Map(plan.tasks.map((task) => [task.id, task]));
  const statuses = new Statuses(tasks, emit, new PlanWatch(plan.path));
  const scope: Scope = {
    run,
    dir,
    repo,
    plan,
    tasks,
    settings,
    agent,
    crew,
    base,
    baseSha: resume?.record.baseSha ?? baseSha,
    tip: landing.value.tip,
    land: landing.value.land,
    ...pushed,
    emit,
    recover: recovering({ repo, emit, settings, env: childEnv() }),
    record,
    ledger: new Ledger(settings.budgetUsd, settings.taskBudgetUsd),
    merges: new Map(),
    waits: new Waits(),
    admission: new Admission(),
    ended: new Map(),
    attemptStarts: new Map(),
    checkPlaces: new Places(settings.checkJobs),
    treePlaces: new Places(1),
    trees: new Set(),
    starts: new Starts(),
    ahead: new Map(),
  };
  if (resume) recall(scope, resume);
  emitStart(scope, selection, resume);
  const { problem } = landing.value;
  if (problem !== undefined) emit({ type: "notice", message: problem });
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    unmark();
    journal.value.close();
    lock.release();
  };
  if (resume) {
    const restored = statuses.restore(selection.tasks.map(({ id }) => id));
    const taken = restored.ok ? await takeUp(scope, resume.beginnings) : restored;
    if (!taken.ok) {
      close();
      return taken;
    }
  }
  return ok({
    scope,
    statuses,
    record,
    close,
    finish(outcome) {
      if (closed) return;
      if (outcome.kind === "interrupted" && outcome.limit) emit(limitNotice(outcome.limit));
      emit(ending(scope, outcome));
      close();
    },
  });
}

/** The last event of a run; what is neither completed nor blocked counts as pending. */
function ending({ record, land }: Scope, outcome: RunOutcome): EventOf<"run.finished"> {
  const { completed, blocked, ...undone } = countStatuses(record);
  const pending = undone.pending + undone.in_progress + undone.testing;
  const interrupted = outcome.kind === "interrupted";
  const byPerson = interrupted && outcome.limit === undefined;
  const landed = land === "none" || selectedTasks(record).every((task) => task.landed);
  const integrated = record.integration?.ok !== false;
  const now = Date.now();
  const ms = wallMs(record, now);
  const { costUsd } = usageTotals(selectedTasks(record).flatMap(({ attempts }) => attempts));
  return {
    type: "run.finished",
    exit_code: byPerson
      ? 130
      : !interrupted && blocked + pending === 0 && landed && integrated
      ? 0
      : 1,
    completed,
    blocked,
    pending,
    ms,
    speedup: speedupOf(record),
    ...(costUsd === undefined ? {} : { cost_usd: costUsd }),
    ...(interrupted ? { interrupted } : {}),
  };
}

function limitNotice({ until, why }: Parked): EventOf<"notice"> {
  const time = new Date(until).toISOString();
  const message = `the run has ended at a usage limit that lasts until ${time} (${why}); ` +
    "go on with it then: parex resume";
  return { type: "notice", message };
}

function journalIn(dir: string, run: string, options: JournalOptions): Result<Journal> {
  try {
    return ok(openJournal(dir, run, options));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail({ reason: "io_failed", path: dir, detail });
  }
}

/** What an earlier process of the run knew, as far as ports need it. */
function recall(scope: Scope, { record, beginnings }: Resumption): void {
  for (const { id, attempts } of record.tasks.values()) {
    for (const { usage } of attempts) scope.ledger.carryOver(id, spentUsd(usage));
    const last = attempts.at(-1);
    if (last && beginnings.get(id)?.at === "working") scope.ended.set(id, last);
  }
}

function emitStart(
  scope: Scope,
  { tasks, leftovers }: Selection,
  resume: Resumption | undefined,
): void {
  const { plan, settings, agent } = scope;
  const { dryRun: _, json: __, yes: ___, ...kept } = settings;
  const selected = resume
    ? plan.tasks.filter(({ id }) => resume.record.tasks.get(id)?.selected)
    : tasks;
  const warnings = warningLines(scope.repo.checkout, plan);
  scope.emit({
    type: "run.started",
    plan: { name: plan.name, path: plan.path, identity: plan.identity },
    tasks: selected.map(({ id }) => id),
    base: scope.base,
    base_sha: scope.baseSha,
    jobs: settings.jobs,
    agent: agent.name,
    ...(settings.model === undefined ? {} : { model: settings.model }),
    parex: VERSION,
    pid: Deno.pid,
    settings: kept,
    ...(resume ? { resumed: true } : {}),
    graph: plan.tasks.map(({ id, name, effectivePriority, dependencies, status }) => ({
      id,
      name,
      priority: effectivePriority,
      dependencies,
      status,
      branch: branchOf(id),
    })),
    ...(leftovers.length > 0 ? { leftovers } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  });
}
