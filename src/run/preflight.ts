import { join } from "node:path";
import { Failed, resultOf, valueOf } from "../domain/failed.ts";
import type { RunOutcome } from "../../machines/ports.ts";
import type { Agent } from "../agent/agent.ts";
import type { RunEvent } from "../domain/event.ts";
import type { Failure } from "../domain/failure.ts";
import type { Plan } from "../domain/plan.ts";
import { applyEvent, emptyRecord, type RunRecord } from "../domain/record.ts";
import type { Selection } from "../domain/selection.ts";
import type { Beginning } from "../domain/resume.ts";
import type { TaskId } from "../domain/task.ts";
import type { Settings } from "../domain/settings.ts";
import { childEnv, type Env, processEnv } from "../exec/env.ts";
import {
  makeWorktreesFolder,
  type Unlinked,
  withConfiguredFolder,
} from "../git/worktrees/folder.ts";
import { reconnectMoved } from "../git/worktrees/moved.ts";
import { checkBranches, checkRepository } from "../git/prerequisites.ts";
import { checkPush } from "../git/push.ts";
import { type Remotes, remotesOf } from "../git/remotes.ts";
import type { Repository } from "../git/repository.ts";
import { recovering } from "../recovery/recover.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import { reportUnstarted } from "./task/budget.ts";
import { forgetLayers, requireSandbox } from "./task/sandbox.ts";
import { freeSettled, Slots } from "./context/slots.ts";
import { spellingsOf } from "../exec/task_env.ts";
import { CommittedChecks } from "./context/committed_checks.ts";
import { Evidence } from "./context/evidence.ts";
import { Installed } from "./context/installed.ts";
import { makeAgents } from "./context/agent_choice.ts";
import { redactEvent } from "../journal/redact_event.ts";
import { allowedUncommitted, branchTargets, lookoutFor } from "./context/plan_paths.ts";
import { type Journal, type JournalOptions, openJournal } from "../journal/journal.ts";
import { keepSummary } from "../journal/summary.ts";
import { type Lock, lockFailure, readLock, takeLock } from "../journal/lock.ts";
import { type LandingPlan, prepareLanding } from "./landing/land.ts";
import { baseOf } from "./landing/base_mover.ts";
import { finishedEvent, limitNotice, lockTakenNotice, startedEvent } from "./run_events.ts";
import { type AgentsByName, emptyMemory, type Scope } from "./context/run_context.ts";
import {
  endProcessesOf,
  isStillUnfinished,
  markCommandsOf,
  type Unfinished,
} from "./resume/resume.ts";
import { PlanWatch } from "./plan_watch.ts";
import { Statuses } from "./statuses.ts";
import { listRuns, newRunId, runDir, stateDir } from "../journal/store.ts";
import { anyUnlanded } from "./landing/unlanded.ts";
import { restoreMemory, restoreTasks } from "./resume/restore_tasks.ts";
import { notify } from "./context/notices.ts";
import type { Notice } from "../domain/notice.ts";
import { messageOf } from "../util/text.ts";

export interface OpenInput {
  repo: Repository;
  plan: Plan;
  selection: Selection;
  settings: Settings;
  agent: Agent;
  onEvent: (event: RunEvent) => void;
  /** The journal cannot be written any more: nothing more may be done. */
  onLost: (failure: Failure) => void;
  /** The run to resume; absent: a new one. */
  resume?: Unfinished | undefined;
  /** Where tasks begin that earlier runs have worked on. */
  beginnings?: Map<TaskId, Beginning> | undefined;
  /** It only lands completed work. */
  agentless?: true | undefined;
  /** The last run that had agents before it. */
  worked?: string | undefined;
}

/** A run that holds the repository's lock and has a journal. */
export interface OpenRun {
  scope: Scope;
  statuses: Statuses;
  /** What has happened so far. */
  record: RunRecord;
  /** Values that must not be written anywhere. */
  secrets: readonly string[];
  /** Records the end and closes; the first call counts. */
  finish(outcome: RunOutcome): void;
  /** Releases lock and journal without recording an end. */
  close(): void;
}

/** Checks that everything is ready for this run, takes the lock and starts the journal. */
export async function openRun(input: OpenInput): Promise<OpenRun> {
  const { plan, settings, agent, resume } = input;
  const repo = await withConfiguredFolder(input.repo, settings.worktrees);
  const inside = processEnv().PAREX_TASK_ID;
  if (inside) throw new Failed({ reason: "nested_run", task: inside });
  // First of all: the work of a live run looks like many other faults.
  const held = lockFailure(stateDir(repo.commonDir));
  if (held) throw new Failed(held);
  const ready = await checkRepository(repo, {
    base: resume?.record.base ?? settings.base,
    allowDirty: settings.allowDirty,
    allowedUncommitted: allowedUncommitted(repo, plan, settings),
  });
  const agents = input.agentless
    ? new Map([[agent.name, agent]])
    : await makeAgents(agent, input.selection.tasks, settings);
  await requireSandbox(settings, agents.keys(), repo.commonDir);
  const run = resume?.record.run ?? newRunId(new Date());
  const left = readLock(stateDir(repo.commonDir))?.owner.run;
  const lock = valueOf(takeLock(stateDir(repo.commonDir), run, input.onLost));
  // A process that was killed may have left agents running, and its lock, unless a cleanup has taken it over.
  const last = (await listRuns(repo.commonDir)).at(-1);
  const dead = new Set([left, last, resume?.record.run].filter((id) => id !== undefined));
  await Promise.all([...dead].map(endProcessesOf));
  try {
    await reconnectMoved(repo);
    return await openLocked({ ...input, repo }, run, { ...ready, agents }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Ready {
  base: string;
  baseSha: string;
  /** The name that agents commit under. */
  identity: Env;
  agents: AgentsByName;
}

async function openLocked(
  input: OpenInput,
  run: string,
  { base, baseSha, identity, agents }: Ready,
  lock: Lock,
): Promise<OpenRun> {
  const { plan, settings, agent, resume } = input;
  const { repo, unlinked, remotes, landing, secrets } = await finalChecks(input, base, baseSha);
  const dir = runDir(repo.commonDir, run);
  const journal = journalIn(dir, run, {
    lastSeq: resume?.lastSeq ?? 0,
    clean: (body) => redactEvent(body, secrets),
    onLost: input.onLost,
  });
  const unmark = markCommandsOf(run);
  const { emit } = journal;
  const record = resume?.record ?? emptyRecord();
  journal.listen((event) => applyEvent(record, event));
  journal.listen(keepSummary(dir));
  journal.listen(input.onEvent);
  const slots = new Slots(repo.commonDir);
  slots.keepIn(join(dir, "slots.json"));
  journal.listen((event) => freeSettled(slots, event, landing.land));
  const tasks = new Map(plan.tasks.map((task) => [task.id, task]));
  const scope: Scope = {
    run,
    dir,
    repo,
    plan,
    tasks,
    settings,
    agent,
    agents,
    base,
    baseSha: resume?.record.baseSha ?? baseSha,
    tip: landing.tip,
    land: landing.land,
    remotes,
    emit,
    recover: recovering({ repo, emit, settings, env: childEnv() }),
    record,
    committedChecks: new CommittedChecks(repo),
    checkouts: spellingsOf([...new Set([repo.root, repo.checkout])], childEnv()),
    lookout: lookoutFor(repo, plan, dir),
    slots,
    evidence: new Evidence(repo, run, settings),
    installed: new Installed(repo, run),
    ...emptyMemory(settings),
    identity,
  };
  const opened = openOn(
    scope,
    new Statuses(tasks, emit, new PlanWatch(plan.path), repo),
    secrets,
    () => {
      unmark();
      journal.close();
      lock.release();
    },
  );
  try {
    await begin(opened, input, landing.problem);
    if (unlinked) notify(emit, { about: "worktrees_unlinked", ...unlinked });
    if (lock.takenFrom) notify(emit, lockTakenNotice(lock.takenFrom));
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

interface Surroundings {
  /** With the worktrees folder that could be created. */
  repo: Repository;
  unlinked: Unlinked | undefined;
  remotes: Remotes;
  landing: LandingPlan;
  /** Values that must not be recorded. */
  secrets: string[];
}

/** The remaining checks before the journal starts, now that no other run can change the result. */
async function finalChecks(
  { repo, plan, selection, settings, resume }: OpenInput,
  base: string,
  baseSha: string,
): Promise<Surroundings> {
  if (resume) await isStillUnfinished(repo, resume);
  const targets = branchTargets(repo, selection.tasks);
  await checkBranches(repo, targets, plan.identity);
  const made = await makeWorktreesFolder(repo, settings.worktrees && repo.worktrees);
  const remotes = await remotesOf(repo, base);
  const branches = targets.map(({ branch }) => branch);
  if (settings.push && remotes.push !== undefined) {
    await checkPush(repo, remotes.push, { sha: baseSha, branches });
  }
  const landsOn = { ...baseOf({ base, remotes, settings }), sha: baseSha };
  const landing = await prepareLanding(repo, landsOn, remotes, settings);
  const secrets = await secretsForRecords(repo, settings.copy, childEnv());
  const { unlinked } = made;
  return { repo: repo.withWorktrees(made.folder), unlinked, remotes, landing, secrets };
}

/** Records the start, and restores what a resumed run has left. */
async function begin(
  { scope, statuses }: OpenRun,
  { selection, resume, beginnings, agentless, worked }: OpenInput,
  problem: Notice | undefined,
): Promise<void> {
  if (resume) restoreMemory(scope, resume);
  const unlanded = selection.tasks.length === 0
    ? await resultOf(() => anyUnlanded(scope))
    : undefined;
  const started = startedEvent(scope, selection, resume?.record);
  scope.emit({
    ...started,
    agentless,
    worked,
    // If git does not answer, the run continues without it.
    unlanded: unlanded?.ok ? unlanded.value : undefined,
  });
  if (problem !== undefined) notify(scope.emit, problem);
  if (resume) statuses.restore(selection.tasks.map(({ id }) => id));
  await restoreTasks(scope, beginnings ?? new Map());
}

function openOn(
  scope: Scope,
  statuses: Statuses,
  secrets: readonly string[],
  giveBack: () => void,
): OpenRun {
  const { record, emit } = scope;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    giveBack();
  };
  return {
    scope,
    statuses,
    record,
    secrets,
    close,
    finish(outcome) {
      if (closed) return;
      if (outcome.kind === "interrupted" && outcome.limit) notify(emit, limitNotice(outcome.limit));
      if (outcome.kind === "finished") {
        reportUnstarted(scope);
        forgetLayers(scope);
      }
      emit(finishedEvent(scope, outcome));
      close();
    },
  };
}

function journalIn(dir: string, run: string, options: JournalOptions): Journal {
  try {
    return openJournal(dir, run, options);
  } catch (error) {
    const detail = messageOf(error);
    throw new Failed({ reason: "io_failed", path: dir, detail });
  }
}
