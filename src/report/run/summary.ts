import type { StopReason } from "../../domain/event.ts";
import type { Reason } from "../../domain/failure.ts";
import {
  attemptCount,
  countStatuses,
  lastMoment,
  ownMs,
  selectedTasks,
  speedupOf,
  stateOf,
  tasksMs,
  wallMs,
} from "../../domain/metrics.ts";
import type { BaseCheck, Integration, RunRecord } from "../../domain/record.ts";
import type { Land } from "../../domain/settings.ts";
import type { Status, TaskId } from "../../domain/task.ts";
import type { CheckRecord, LandedRecord, TaskRecord } from "../../domain/task_record.ts";
import { type ModelCost, onOtherModels } from "./model_costs.ts";
import { plural } from "../layout.ts";
import { criticalPath } from "./critical_path.ts";
import { type RunLine, runLine } from "./run_line.ts";
import { nextCommands } from "./next_commands.ts";
import { type OutcomeSummary, outcomeSummary } from "./outcome_summary.ts";
import {
  type CallSummary,
  callSummary,
  costPerLanded,
  type UsageSummary,
  usageSummary,
} from "./usage_summary.ts";
import { PRICES_DATE } from "../../domain/prices.ts";
import { crossingWords } from "../words.ts";

/**
 * What a run came to, as `parex report --json` prints it: measured, unless a name says otherwise.
 */
export interface Summary extends OutcomeSummary {
  /** The last one. */
  run: string;
  /** All that this is a report on, oldest first. */
  runs: RunLine[];
  state: "running" | "finished" | "interrupted";
  exit_code: number | null;
  /** The failure of the account, the machine or the base that stopped it. */
  stopped: StopReason | null;
  plan: { name: string; path: string } | null;
  base: string;
  /** null: it has landed the work of others. */
  agent: string | null;
  /** As it was asked for; not every agent has one. */
  model: string | null;
  /** As the agents reported them. */
  models: string[];
  jobs: number;
  /** Where completed work was to land; null: parex chose. */
  land: Land | null;
  started_at: string;
  /** The run's last event. */
  ended_at: string;
  counts: Record<Status, number> & {
    selected: number;
    /** Completed before this run, so it had nothing to do for them. */
    already_completed: number;
    /** Neither selected nor completed. */
    left_out: number;
  };
  time: {
    wall_ms: number;
    /** Sum of the tasks' own times, without waiting. */
    tasks_ms: number;
    speedup: number;
    critical_path: { tasks: TaskId[]; ms: number };
    agents_ms: number;
    checks_ms: number;
  };
  usage: UsageSummary;
  /** What was spent, estimates included, for each landed task; null: nothing landed or spent. */
  cost_per_landed_usd: number | null;
  /** Estimated from list prices. */
  same_tokens: { prices_of: string; models: ModelCost[] };
  tasks: TaskSummary[];
  /** Of the integration as a whole. */
  checks: CheckSummary[];
  /** What they came to; null if nothing was merged. */
  integration: Integration | null;
  /** The base by itself; null: it has no checks, or was not checked. */
  base_check: BaseCheck | null;
  leftovers: TaskId[];
  /** What was cleaned up after the run. */
  cleanups: RunRecord["cleanups"];
  recovery: RunRecord["recovery"];
  notices: string[];
  warnings: string[];
  next: string[];
}

export interface CheckSummary {
  name: string;
  command: string;
  exit_code: number | null;
  ms: number;
  log?: string | undefined;
  /** On the task's merge with the base. */
  merged?: true | undefined;
  /** It was not run: it had passed on the same tree, in this run, for this task. */
  reused?: { run: string; task?: TaskId | undefined } | undefined;
}

export interface TaskSummary {
  id: TaskId;
  name: string;
  status: Status;
  attempts: number;
  /** Each attempt; one that a usage limit parked is there once for each call of its agent. */
  calls: CallSummary[];
  ms: number;
  usage: UsageSummary;
  branch: string;
  commits: number;
  head?: string | undefined;
  worktree?: string | undefined;
  pushed_to?: string | undefined;
  landed?: LandedRecord | undefined;
  /** Of its last attempt that got as far. */
  checks: CheckSummary[];
  reason?: Reason | undefined;
  message?: string | undefined;
  /** The end of the details: an output, a system error. */
  details: string[];
  next: string[];
  /** Dependencies that are not completed. */
  waits_for: { id: TaskId; status: Status }[];
}

/** What a run came to. `live`: its process is known to run, and it is that late. */
export function summarize(record: RunRecord, live?: number): Summary {
  const tasks = selectedTasks(record);
  const attempts = tasks.flatMap((task) => task.attempts);
  const state = stateOf(record, live !== undefined);
  const last = lastMoment(record);
  const now = state === "running" ? live ?? last : last;
  const told = tasks.map((task) => taskSummary(task, record, now));
  return {
    run: record.run,
    runs: (record.runs ?? [record]).map((run) =>
      runLine(run, run.run === record.run && live !== undefined)
    ),
    state,
    exit_code: record.finished?.exit_code ?? null,
    stopped: record.finished?.stopped ?? null,
    plan: record.plan ? { name: record.plan.name, path: record.plan.path } : null,
    base: record.base,
    agent: record.agentless ? null : record.agent,
    model: record.agentless ? null : record.model ?? null,
    models: [...new Set(attempts.flatMap(({ usage }) => usage.model ?? []))],
    jobs: record.jobs,
    land: record.settings?.land ?? null,
    started_at: new Date(record.spans[0]?.start ?? 0).toISOString(),
    ended_at: new Date(last).toISOString(),
    counts: countAll(record),
    time: {
      wall_ms: wallMs(record, now),
      tasks_ms: tasksMs(record, now),
      speedup: speedupOf(record, now),
      critical_path: criticalPath(tasks, now),
      agents_ms: sumMs(told.flatMap(({ calls }) => calls)),
      checks_ms: sumMs([...record.checks, ...tasks.flatMap((task) => task.checks)]),
    },
    usage: usageSummary(attempts),
    cost_per_landed_usd: costPerLanded(tasks, attempts),
    same_tokens: { prices_of: PRICES_DATE, models: onOtherModels(attempts) },
    tasks: told,
    ...outcomeSummary(tasks, record),
    checks: record.checks.map(checkSummary),
    integration: record.integration ?? null,
    base_check: record.baseCheck ?? null,
    leftovers: record.leftovers,
    cleanups: record.cleanups,
    recovery: record.recovery,
    notices: [
      ...record.notices.map(({ task, message }) =>
        task === undefined ? message : `${task}: ${message}`
      ),
      ...record.crossings.map((crossing) => `${crossing.task}: ${crossingWords(crossing)}`),
    ],
    warnings: [...record.warnings, ...lostWords(record)],
    next: nextCommands(record, live !== undefined),
  };
}

/** Events are numbered, so a gap shows that a line of the journal cannot be read. */
function lostWords({ lostEvents }: RunRecord): string[] {
  if (lostEvents === 0) return [];
  return [
    `the journal is damaged: ${plural(lostEvents, "event")} cannot be read, ` +
    "so this report is not complete",
  ];
}

/** Dependencies of a task that keep it waiting. */
function waitsFor(
  task: Pick<TaskRecord, "status" | "dependencies">,
  record: RunRecord,
): { id: TaskId; status: Status }[] {
  if (task.status !== "pending") return [];
  return task.dependencies.flatMap((id) => {
    const status = record.tasks.get(id)?.status;
    return status === undefined || status === "completed" ? [] : [{ id, status }];
  });
}

function countAll(record: RunRecord): Summary["counts"] {
  const rest = [...record.tasks.values()].filter((task) => !task.selected);
  const done = rest.filter((task) => task.status === "completed").length;
  return {
    ...countStatuses(record),
    selected: record.tasks.size - rest.length,
    already_completed: done,
    left_out: rest.length - done,
  };
}

function taskSummary(task: TaskRecord, record: RunRecord, now: number): TaskSummary {
  const { id, name, status, branch, head, worktree, pushed, landed, reason, message, next } = task;
  return {
    id,
    name,
    status,
    attempts: attemptCount(task),
    calls: task.attempts.map((call) => callSummary(call, task, now)),
    ms: ownMs(task, now),
    usage: usageSummary(task.attempts),
    branch,
    commits: task.commits ?? 0,
    head,
    worktree,
    pushed_to: pushed?.remote,
    landed,
    checks: lastChecks(task.checks).map(checkSummary),
    reason,
    message,
    details: task.details,
    next,
    waits_for: waitsFor(task, record),
  };
}

function lastChecks(checks: CheckRecord[]): CheckRecord[] {
  const last = checks.at(-1);
  return checks.filter(({ run, attempt }) => run === last?.run && attempt === last?.attempt);
}

function checkSummary(check: CheckRecord): CheckSummary {
  const { name, command, exitCode, ms, log, merged, reused } = check;
  return {
    name,
    command,
    exit_code: exitCode,
    ms,
    log,
    merged,
    reused,
  };
}

function sumMs(parts: { ms?: number }[]): number {
  return parts.reduce((sum, part) => sum + (part.ms ?? 0), 0);
}
