import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { formatDuration } from "../../domain/units.ts";
import { selectedTasks } from "../../domain/metrics.ts";
import type { TaskId } from "../../domain/task.ts";
import { criticalPath } from "../../report/run/critical_path.ts";
import { timeWords } from "../../report/words.ts";
import type { Phase, Stretch, Timeline, TimelineTask } from "../../report/run/timeline.ts";
import { taskHref } from "./parts.tsx";
import { type OneRun, useRun } from "./run.ts";

const PHASES: Record<Phase, string> = {
  waiting: "waiting for a slot",
  preparing: "preparing",
  agent: "agent",
  queued: "waiting for a check slot",
  checks: "checks",
  landing: "landing",
  limit: "usage limit",
  question: "open question",
};

/** What is drawn of one run. */
interface Chart {
  timeline: Timeline;
  /** The end of what continues. */
  now: number;
  running: boolean;
  path: { tasks: TaskId[]; ms: number };
}

/** Where the time went: a row for each task or slot of a run. */
export function TimelinePage() {
  const { runs, now, summary } = useRun();
  const worked = runs.filter(({ timeline }) =>
    [...timeline.tasks.values()].some(({ stretches }) => stretches.length > 0)
  );
  const [chosen, setChosen] = useState<string>();
  const [by, setBy] = useState<"task" | "slot">("task");
  const shown = worked.find(({ record }) => record.run === chosen) ?? worked.at(-1);
  if (!shown) return <NothingYet />;
  const last = shown === runs.at(-1);
  const chart = chartOf(
    shown,
    last ? now : shown.timeline.end,
    last && summary.state === "running",
  );
  return (
    <section class="timeline" aria-labelledby="title">
      <div class="heading">
        <h1 id="title" tabIndex={-1}>Timeline</h1>
        <div class="filters">
          {worked.length > 1 && <RunChoice runs={worked} shown={shown} onChoose={setChosen} />}
          <span class="choices" role="group" aria-label="A row for each">
            {(["task", "slot"] as const).map((kind) => (
              <button
                type="button"
                aria-pressed={by === kind}
                onClick={() => setBy(kind)}
              >
                By {kind}
              </button>
            ))}
          </span>
        </div>
      </div>
      <CriticalPath path={chart.path} />
      <Legend timeline={chart.timeline} />
      <div class="chart">
        <Axis chart={chart} />
        {by === "task" ? <TaskRows chart={chart} /> : <SlotRows chart={chart} />}
      </div>
    </section>
  );
}

function NothingYet() {
  return (
    <section class="timeline">
      <h1 id="title" tabIndex={-1}>Timeline</h1>
      <p class="empty">No task has been started yet.</p>
    </section>
  );
}

function chartOf({ record, timeline }: OneRun, now: number, running: boolean): Chart {
  return { timeline, now, running, path: criticalPath(selectedTasks(record), now) };
}

function RunChoice({ runs, shown, onChoose }: {
  runs: OneRun[];
  shown: OneRun;
  onChoose: (run: string) => void;
}) {
  return (
    <label>
      Run{" "}
      <select
        value={shown.record.run}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        {runs.map(({ record, timeline }, at) => (
          <option value={record.run}>
            {at + 1}: {timeWords(new Date(timeline.start).toISOString())}
          </option>
        ))}
      </select>
    </label>
  );
}

function CriticalPath({ path: { tasks, ms } }: { path: Chart["path"] }) {
  if (tasks.length === 0) return null;
  return (
    <p class="lead">
      The critical path took {formatDuration(ms)}: {tasks.map((id, at) => (
        <>
          {at > 0 && " › "}
          <a href={taskHref(id)}>{id}</a>
        </>
      ))}
    </p>
  );
}

function Legend({ timeline }: { timeline: Timeline }) {
  const used = new Set(
    [...timeline.tasks.values()].flatMap(({ stretches }) => stretches.map(({ phase }) => phase)),
  );
  return (
    <ul class="legend">
      {(Object.keys(PHASES) as Phase[]).filter((phase) => used.has(phase)).map((phase) => (
        <li>
          <span class={`swatch ${phase}`} aria-hidden="true" /> {PHASES[phase]}
        </li>
      ))}
      <li>
        <span class="swatch critical" aria-hidden="true" /> critical path
      </li>
    </ul>
  );
}

function TaskRows({ chart }: { chart: Chart }) {
  const critical = new Set(chart.path.tasks);
  const begun = (task: TimelineTask) => task.stretches[0]?.start ?? Infinity;
  const tasks = [...chart.timeline.tasks.values()].toSorted((a, b) => begun(a) - begun(b) || 0);
  return (
    <ul class="rows">
      {tasks.map((task) => (
        <Row
          key={task.id}
          critical={critical.has(task.id)}
          label={<a href={taskHref(task.id)}>{task.id}</a>}
          words={wordsOf(task.stretches, chart.now)}
        >
          {task.stretches.map((stretch) => <Bar stretch={stretch} chart={chart} />)}
        </Row>
      ))}
    </ul>
  );
}

function SlotRows({ chart }: { chart: Chart }) {
  const slots = Map.groupBy(
    [...chart.timeline.tasks.values()].filter(({ slot }) => slot !== undefined),
    ({ slot }) => slot ?? 0,
  );
  const inSlot = ({ stretches }: TimelineTask) =>
    stretches.filter(({ phase }) => !["waiting", "landing", "question"].includes(phase));
  return (
    <ul class="rows">
      {[...slots].toSorted(([a], [b]) => a - b).map(([slot, tasks]) => (
        <Row
          key={slot}
          label={<span>slot {slot + 1}</span>}
          words={tasks.map((task) => `${task.id}: ${wordsOf(inSlot(task), chart.now)}`).join("; ")}
        >
          {tasks.map((task) => (
            <>
              {inSlot(task).map((stretch) => <Bar stretch={stretch} chart={chart} of={task.id} />)}
              <Tag task={task} stretches={inSlot(task)} chart={chart} />
            </>
          ))}
        </Row>
      ))}
    </ul>
  );
}

function Row({ label, words, critical = false, children }: {
  label: ComponentChildren;
  words: string;
  critical?: boolean;
  children: ComponentChildren;
}) {
  return (
    <li class={critical ? "row critical" : "row"}>
      <span class="label">
        {label}
        {critical && <span class="hidden">on the critical path</span>}
      </span>
      <span class="hidden">{words}</span>
      <span class="track" aria-hidden="true">{children}</span>
    </li>
  );
}

function Bar({ stretch, chart, of }: { stretch: Stretch; chart: Chart; of?: string }) {
  const { phase, start, end = chart.now, failed, attempt } = stretch;
  const words = [
    ...(of === undefined ? [] : [of]),
    PHASES[phase] + (attempt !== undefined && attempt > 1 ? `, attempt ${attempt}` : ""),
    formatDuration(Math.max(0, end - start)),
    ...(failed ? ["failed"] : []),
  ];
  const open = stretch.end === undefined && chart.running;
  return (
    <span
      class={`stretch ${phase} ${failed ? "failed" : ""} ${open ? "open" : ""}`}
      style={{ left: percent(start, chart), width: percent(end, chart, start) }}
      title={words.join(" · ")}
    />
  );
}

/** The task's name on its bars. */
function Tag(
  { task, stretches, chart }: { task: TimelineTask; stretches: Stretch[]; chart: Chart },
) {
  const first = stretches.find(({ phase }) => phase !== "preparing");
  const last = stretches.at(-1);
  if (!first || !last) return null;
  const end = last.end ?? chart.now;
  return (
    <a
      class="barTag"
      tabIndex={-1}
      href={taskHref(task.id)}
      style={{ left: percent(first.start, chart), width: percent(end, chart, first.start) }}
    >
      {task.id}
    </a>
  );
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200];
const MOST_TICKS = 6;

function Axis({ chart }: { chart: Chart }) {
  const length = spanOf(chart) / 1000;
  const step = STEPS.find((seconds) => length / seconds <= MOST_TICKS) ?? 86_400;
  const ticks = Array.from({ length: Math.floor(length / step) + 1 }, (_, at) => at * step * 1000);
  return (
    <div class="axis" aria-hidden="true">
      <span class="label" />
      <span class="track">
        {ticks.map((ms) => (
          <span class="tick" style={{ left: percent(chart.timeline.start + ms, chart) }}>
            {clock(ms)}
          </span>
        ))}
      </span>
    </div>
  );
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60 === 0 ? "" : ` ${seconds % 60}s`;
  return minutes < 60 ? `${minutes}m${rest}` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

function spanOf({ timeline, now }: Chart): number {
  return Math.max(1, Math.max(now, timeline.end) - timeline.start);
}

function percent(moment: number, chart: Chart, from = chart.timeline.start): string {
  return `${Math.max(0, (moment - from) / spanOf(chart) * 100)}%`;
}

function wordsOf(stretches: Stretch[], now: number): string {
  if (stretches.length === 0) return "not begun";
  return stretches.map(({ phase, start, end = now, failed }) =>
    `${PHASES[phase]} ${formatDuration(Math.max(0, end - start))}${failed ? ", failed" : ""}`
  ).join(", ");
}
