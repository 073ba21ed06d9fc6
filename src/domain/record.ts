import type { EventOf, PlanName, RunEvent } from "./event.ts";
import type { RunSettings } from "./settings.ts";
import type { TaskId } from "./task.ts";
import { applyToTask, checkOf, continueTask, parkTask } from "./task_changes.ts";
import {
  type CheckRecord,
  newTask,
  type Parked,
  type Span,
  type TaskRecord,
} from "./task_record.ts";

export type Cleanup = Omit<EventOf<"cleanup.finished">, "type">;

export type PredictedConflict = Omit<EventOf<"conflict.predicted">, "type">;

export type MetConflict = Omit<EventOf<"conflict.met">, "type">;

export type BaseCheck = Omit<EventOf<"base.checked">, "type">;

export type Integration = Omit<EventOf<"integration.finished">, "type">;

/** What happened in a run: the fold of its journal. Everything that is reported comes from it. */
export interface RunRecord {
  run: string;
  plan?: PlanName;
  base: string;
  baseSha: string;
  jobs: number;
  agent: string;
  model?: string | undefined;
  parex: string;
  pid: number;
  /** Absent: recorded by an older parex. */
  settings?: RunSettings | undefined;
  /** It landed what others had done: its settings say nothing of how agents are to work. */
  agentless?: true | undefined;
  /** The last run that had agents before it. */
  worked?: string | undefined;
  /** This run's merges into the base, in their order. */
  merges: { task: TaskId; sha: string }[];
  /** One for each time that a process executed it; a run that is resumed has several. */
  spans: Span[];
  /** Every task of the plan, in its order. */
  tasks: Map<TaskId, TaskRecord>;
  /** Absent: it has no checks, or has not been checked. */
  baseCheck?: BaseCheck | undefined;
  /** Of the integration as a whole. */
  checks: CheckRecord[];
  /** Absent: nothing was merged, or it has not come to that. */
  integration?: Integration | undefined;
  /** Predicted conflicts, and conflicts of real merges. */
  conflicts: { predicted: PredictedConflict[]; met: MetConflict[] };
  parked?: Parked | undefined;
  recovery: { what: string; tier: string; action: string; outcome: string }[];
  crossings: Omit<EventOf<"border.crossed">, "type">[];
  notices: { at: number; task?: TaskId | undefined; message: string }[];
  leftovers: TaskId[];
  /** Whether the base lacks work of earlier runs; absent: nobody has looked. */
  unlanded?: boolean | undefined;
  warnings: string[];
  /** Of the newest event that is known. */
  lastSeq: number;
  /** Events that are missing from the journal: its file was damaged. */
  lostEvents: number;
  /** What was cleaned up after it. */
  cleanups: Cleanup[];
  /** Absent: it is live, or its process died. */
  finished?: EventOf<"run.finished"> | undefined;
  /**
   * The runs of a plan that this is the record of, oldest first; absent: it is the record of one
   * run.
   */
  runs?: readonly RunRecord[] | undefined;
}

/** The record of a run of which nothing is known yet. */
export function emptyRecord(): RunRecord {
  return {
    run: "",
    base: "",
    baseSha: "",
    jobs: 0,
    agent: "",
    parex: "",
    pid: 0,
    merges: [],
    spans: [],
    tasks: new Map(),
    checks: [],
    conflicts: { predicted: [], met: [] },
    recovery: [],
    crossings: [],
    notices: [],
    leftovers: [],
    warnings: [],
    lastSeq: 0,
    lostEvents: 0,
    cleanups: [],
  };
}

/** The record of all these events. */
export function recordOf(events: Iterable<RunEvent>): RunRecord {
  const record = emptyRecord();
  for (const event of events) applyEvent(record, event);
  return record;
}

/** The records of the runs that these events are of, in their order. */
export function recordsOf(events: Iterable<RunEvent>): RunRecord[] {
  const runs: RunRecord[] = [];
  for (const event of events) applyToRuns(runs, event);
  return runs;
}

/** Takes one more event into the record of its run, which is a new one or the last, in place. */
export function applyToRuns(runs: RunRecord[], event: RunEvent): void {
  const known = runs.find(({ run }) => run === event.run);
  const record = known ?? { ...emptyRecord(), run: event.run };
  if (!known) runs.push(record);
  applyEvent(record, event);
}

/** Takes one more event into the record, in place. */
export function applyEvent(record: RunRecord, event: RunEvent): void {
  record.lostEvents += Math.max(0, event.seq - record.lastSeq - 1);
  record.lastSeq = event.seq;
  if (event.type === "cleanup.finished") return noteCleanup(record, event);
  const at = Date.parse(event.at);
  if (event.type === "run.started") start(record, event, at);
  const span = record.spans.at(-1);
  if (span) span.end = at;
  switch (event.type) {
    case "run.parked":
      park(record, event, at);
      break;
    case "recovery.step": {
      const { what, tier, action, outcome } = event;
      record.recovery.push({ what, tier, action, outcome });
      break;
    }
    case "conflict.predicted": {
      const { tasks, files, basis } = event;
      record.conflicts.predicted.push({ tasks, files, basis });
      break;
    }
    case "conflict.met": {
      const { task, between, files, conflicts, said, overtaken } = event;
      record.conflicts.met.push({ task, between, files, conflicts, said, overtaken });
      break;
    }
    case "border.crossed": {
      const { task, what, undone } = event;
      record.crossings.push({ task, what, undone });
      break;
    }
    case "notice": {
      const { task, message } = event;
      record.notices.push({ at, message, task });
      break;
    }
    case "base.checked": {
      const { sha, ok, check } = event;
      record.baseCheck = { sha, ok, check };
      break;
    }
    case "integration.finished": {
      const { ok, unchecked, sha, check, introduced_by, introduced_at } = event;
      record.integration = {
        ok,
        sha,
        unchecked,
        check,
        introduced_by,
        introduced_at,
      };
      break;
    }
    case "run.finished":
      record.finished = event;
      delete record.parked;
      break;
    case "checks.started": {
      const { name, merged = false } = event;
      const task = record.tasks.get(event.task ?? "");
      if (task) task.checking = { name, merged, since: at };
      break;
    }
    case "checks.finished":
      delete record.tasks.get(event.task ?? "")?.checking;
      (event.task === undefined ? record : record.tasks.get(event.task))
        ?.checks.push(checkOf(event));
      break;
    case "run.started":
      break;
    case "run.changed": {
      const { jobs = record.jobs, budget_usd: budgetUsd } = event;
      record.jobs = jobs;
      if (record.settings) {
        record.settings = {
          ...record.settings,
          jobs,
          budgetUsd: budgetUsd ?? record.settings.budgetUsd,
        };
      }
      break;
    }
    default: {
      const task = record.tasks.get(event.task);
      if (event.type === "agent.started") delete record.parked;
      if (event.type === "task.landed" && event.how === "merge" && event.sha !== undefined) {
        record.merges.push({ task: event.task, sha: event.sha });
      }
      if (task) applyToTask(task, event, at);
    }
  }
}

/** Not a part of the time that the run took. */
function noteCleanup(record: RunRecord, event: EventOf<"cleanup.finished">): void {
  const { removed, kept, archive } = event;
  record.cleanups.push({ removed, kept, archive });
}

function start(
  record: RunRecord,
  event: EventOf<"run.started"> & { run: string },
  at: number,
): void {
  const stopped = record.spans.at(-1)?.end ?? at;
  record.run = event.run;
  record.plan = event.plan;
  record.base = event.base;
  record.baseSha = event.base_sha;
  record.jobs = event.jobs;
  record.agent = event.agent;
  if (event.model !== undefined) record.model = event.model;
  record.parex = event.parex;
  record.pid = event.pid;
  if (event.settings !== undefined) record.settings = event.settings;
  if (event.agentless) record.agentless = true;
  else delete record.agentless;
  if (event.worked !== undefined) record.worked = event.worked;
  record.spans.push({ start: at });
  record.leftovers = event.leftovers ?? [];
  if (event.unlanded !== undefined) record.unlanded = event.unlanded;
  record.warnings = event.warnings ?? [];
  delete record.finished;
  delete record.integration;
  delete record.baseCheck;
  delete record.parked;
  const selected = new Set(event.tasks);
  for (const node of event.graph) {
    const known = record.tasks.get(node.id);
    if (known) continueTask(known, node, stopped);
    else record.tasks.set(node.id, newTask(node));
    const task = record.tasks.get(node.id);
    if (task && selected.has(node.id)) task.selected = true;
  }
}

function park(record: RunRecord, event: EventOf<"run.parked">, at: number): void {
  const parked = { until: Date.parse(event.until), why: event.why };
  const task = event.task === undefined ? undefined : record.tasks.get(event.task);
  if (task) parkTask(task, parked, at);
  else record.parked = parked;
}
