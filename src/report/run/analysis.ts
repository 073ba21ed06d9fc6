import { attemptMs, lastMoment, selectedTasks, wallMs } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { CheckRecord, TaskRecord } from "../../domain/task_record.ts";
import { criticalPath } from "./critical_path.ts";
import type { Phase, Stretch, Timeline } from "./timeline.ts";
import { usageSummary } from "./usage_summary.ts";

/** A run that is over, as its journal has it. */
export interface AnalysedRun {
  record: RunRecord;
  timeline: Timeline;
}

/** Where the time and the money of some runs went. Times are in milliseconds. */
export interface Analysis {
  /** Oldest first. */
  runs: { id: string; plan: string | null; started_at: string; wall_ms: number; jobs: number }[];
  wall_ms: number;
  /** What the tasks spent in each phase, together. */
  phases: Record<Phase, number>;
  parallel: Parallelism;
  /** Of the last run: the chain of tasks that no number of jobs makes shorter. */
  critical_path: { tasks: { id: string; ms: number }[]; ms: number; wall_ms: number };
  /** The ones that took longest, at most ten. */
  tasks: AnalysedTask[];
  checks: AnalysedCheck[];
  /** What of the agents' time went into attempts after a task's first. */
  repairs_ms: number;
}

export interface Parallelism {
  /** Of the last run. */
  jobs: number;
  /** The time with a task at work, and the sum of what all tasks worked. */
  busy_ms: number;
  work_ms: number;
  speedup: number;
  /** The part of the work that was done with one task at work only; null: runs with one job say nothing. */
  serial_share: number | null;
}

export interface AnalysedTask {
  run: string;
  id: string;
  name: string;
  ms: number;
  attempts: number;
  /** As agents reported it, or estimated from list prices; null: neither is known. */
  cost_usd: number | null;
}

export interface AnalysedCheck {
  name: string;
  /** Of the last time that it ran. */
  command: string;
  runs: number;
  failed: number;
  /** It did not run, since it had passed on the same tree. */
  reused: number;
  ms: number;
}

const SHOWN_TASKS = 10;
/** With a task in one of these phases, its slot or a check is busy. */
const AT_WORK: ReadonlySet<Phase> = new Set<Phase>(["preparing", "agent", "checks", "landing"]);

/** `runs`: at least one, oldest first. */
export function analyse(runs: readonly AnalysedRun[]): Analysis {
  const phases: Record<Phase, number> = {
    waiting: 0,
    preparing: 0,
    agent: 0,
    queued: 0,
    checks: 0,
    landing: 0,
    limit: 0,
    question: 0,
  };
  for (const { phase, start, end } of runs.flatMap(stretchesOf)) phases[phase] += end - start;
  const records = runs.map(({ record }) => record);
  const tasks = records.flatMap(tasksOf).sort((one, other) => other.ms - one.ms);
  const last = records.at(-1);
  return {
    runs: records.map((record) => ({
      id: record.run,
      plan: record.plan?.name ?? null,
      started_at: new Date(record.spans[0]?.start ?? 0).toISOString(),
      wall_ms: wallMs(record),
      jobs: record.jobs,
    })),
    wall_ms: records.reduce((sum, record) => sum + wallMs(record), 0),
    phases,
    parallel: parallelismOf(runs),
    critical_path: last ? pathOf(last) : { tasks: [], ms: 0, wall_ms: 0 },
    tasks: tasks.slice(0, SHOWN_TASKS),
    checks: checksOf(records),
    repairs_ms: repairsOf(runs),
  };
}

/**
 * How many times as fast as with one job the work can be done with this many, by Amdahl's law: the
 * serial share does not become faster.
 */
export function amdahl(serialShare: number, jobs: number): number {
  return 1 / (serialShare + (1 - serialShare) / jobs);
}

type Closed = Stretch & { end: number };

function stretchesOf({ timeline }: AnalysedRun): Closed[] {
  return [...timeline.tasks.values()].flatMap(({ stretches }) =>
    stretches.map((stretch) => ({ ...stretch, end: stretch.end ?? timeline.end }))
  );
}

function parallelismOf(runs: readonly AnalysedRun[]): Parallelism {
  const total = { busy: 0, work: 0, serial: 0, measured: 0 };
  for (const run of runs) {
    const { alone, busy, work } = overlapOf(stretchesOf(run));
    total.busy += busy;
    total.work += work;
    if (run.record.jobs === 1) continue;
    total.serial += alone;
    total.measured += work;
  }
  return {
    jobs: runs.at(-1)?.record.jobs ?? 1,
    busy_ms: total.busy,
    work_ms: total.work,
    speedup: total.busy === 0 ? 1 : rounded(total.work / total.busy),
    serial_share: total.measured === 0 ? null : rounded(total.serial / total.measured),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** For how long one task was at work alone, at least one was, and all together. */
function overlapOf(stretches: readonly Closed[]): { alone: number; busy: number; work: number } {
  const changes = stretches.filter(({ phase }) => AT_WORK.has(phase))
    .flatMap(({ start, end }) => [[start, 1], [end, -1]] as const)
    .sort(([one], [other]) => one - other);
  const sum = { alone: 0, busy: 0, work: 0 };
  let [active, since] = [0, 0];
  for (const [at, change] of changes) {
    const ms = at - since;
    if (active === 1) sum.alone += ms;
    if (active > 0) sum.busy += ms;
    sum.work += active * ms;
    active += change;
    since = at;
  }
  return sum;
}

function pathOf(record: RunRecord): Analysis["critical_path"] {
  const now = lastMoment(record);
  const tasks = selectedTasks(record);
  const path = criticalPath(tasks, now);
  const chain = path.tasks.flatMap((id) => tasks.filter((task) => task.id === id));
  return {
    tasks: chain.map((task) => ({ id: task.id, ms: criticalPath([task], now).ms })),
    ms: path.ms,
    wall_ms: wallMs(record),
  };
}

function tasksOf(record: RunRecord): AnalysedTask[] {
  const now = lastMoment(record);
  return selectedTasks(record).filter(({ attempts }) => attempts.length > 0).map((task) => {
    const { cost_usd, estimated_usd, attempts } = usageSummary(task.attempts);
    const isKnown = cost_usd !== null || estimated_usd !== null;
    return {
      run: record.run,
      id: task.id,
      name: task.name,
      ms: criticalPath([task], now).ms,
      attempts,
      cost_usd: isKnown ? (cost_usd ?? 0) + (estimated_usd ?? 0) : null,
    };
  });
}

function checksOf(records: readonly RunRecord[]): AnalysedCheck[] {
  const all = records.flatMap(({ tasks, checks }) => [
    ...[...tasks.values()].flatMap((task): CheckRecord[] => task.checks),
    ...checks,
  ]);
  const byName = Map.groupBy(all, ({ name }) => name);
  return [...byName].map(([name, checks]) => {
    const ran = checks.filter(({ reused }) => !reused);
    return {
      name,
      command: checks.at(-1)?.command ?? "",
      runs: ran.length,
      failed: ran.filter(({ exitCode }) => exitCode !== 0).length,
      reused: checks.length - ran.length,
      ms: ran.reduce((sum, { ms }) => sum + ms, 0),
    };
  }).sort((one, other) => other.ms - one.ms);
}

function repairsOf(runs: readonly AnalysedRun[]): number {
  const ofTask = (task: TaskRecord, now: number) =>
    task.attempts.filter(({ kind }) => kind === "repair" || kind === "conflict")
      .reduce((sum, attempt) => sum + attemptMs(attempt, task, now), 0);
  return runs.flatMap(({ record }) =>
    selectedTasks(record).map((task) => ofTask(task, lastMoment(record)))
  ).reduce((sum, ms) => sum + ms, 0);
}
