import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { formatDuration } from "../../domain/units.ts";
import type { Phase, Stretch, TimelineTask } from "../../report/run/timeline.ts";
import { taskHref } from "./parts.tsx";
import { type Run, useRun } from "./run.ts";

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

/** Where the time went: a row for each task or slot. */
export function TimelinePage() {
  const run = useRun();
  const [by, setBy] = useState<"task" | "slot">("task");
  const { critical_path } = run.summary.time;
  const used = new Set(
    [...run.timeline.tasks.values()].flatMap(({ stretches }) =>
      stretches.map(({ phase }) => phase)
    ),
  );
  const phases = (Object.keys(PHASES) as Phase[]).filter((phase) => used.has(phase));
  return (
    <section class="timeline" aria-labelledby="title">
      <div class="heading">
        <h1 id="title" tabIndex={-1}>Timeline</h1>
        <div class="filters" role="group" aria-label="A row for each">
          {(["task", "slot"] as const).map((kind) => (
            <button
              type="button"
              aria-pressed={by === kind}
              onClick={() => setBy(kind)}
            >
              By {kind}
            </button>
          ))}
        </div>
      </div>
      {critical_path.tasks.length > 0 && (
        <p class="lead">
          The critical path took {formatDuration(critical_path.ms)}:{" "}
          {critical_path.tasks.map((id, at) => (
            <>
              {at > 0 && " › "}
              <a href={taskHref(id)}>{id}</a>
            </>
          ))}
        </p>
      )}
      <ul class="legend">
        {phases.map((phase) => (
          <li>
            <span class={`swatch ${phase}`} aria-hidden="true" /> {PHASES[phase]}
          </li>
        ))}
        <li>
          <span class="swatch critical" aria-hidden="true" /> critical path
        </li>
      </ul>
      <div class="chart">
        <Axis run={run} />
        {by === "task" ? <TaskRows run={run} /> : <SlotRows run={run} />}
      </div>
    </section>
  );
}

function TaskRows({ run }: { run: Run }) {
  const critical = new Set(run.summary.time.critical_path.tasks);
  const begun = (task: TimelineTask) => task.stretches[0]?.start ?? Infinity;
  const tasks = [...run.timeline.tasks.values()].toSorted((a, b) => begun(a) - begun(b) || 0);
  return (
    <ul class="rows">
      {tasks.map((task) => (
        <Row
          key={task.id}
          critical={critical.has(task.id)}
          label={<a href={taskHref(task.id)}>{task.id}</a>}
          words={wordsOf(task.stretches, run.now)}
        >
          {task.stretches.map((stretch) => <Bar stretch={stretch} run={run} />)}
        </Row>
      ))}
    </ul>
  );
}

function SlotRows({ run }: { run: Run }) {
  const slots = Map.groupBy(
    [...run.timeline.tasks.values()].filter(({ slot }) => slot !== undefined),
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
          words={tasks.map((task) => `${task.id}: ${wordsOf(inSlot(task), run.now)}`).join("; ")}
        >
          {tasks.map((task) => (
            <>
              {inSlot(task).map((stretch) => <Bar stretch={stretch} run={run} of={task.id} />)}
              <Tag task={task} stretches={inSlot(task)} run={run} />
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

function Bar({ stretch, run, of }: { stretch: Stretch; run: Run; of?: string }) {
  const { phase, start, end = run.now, failed, attempt } = stretch;
  const words = [
    ...(of === undefined ? [] : [of]),
    PHASES[phase] + (attempt !== undefined && attempt > 1 ? `, attempt ${attempt}` : ""),
    formatDuration(Math.max(0, end - start)),
    ...(failed ? ["failed"] : []),
  ];
  const open = stretch.end === undefined && run.summary.state === "running";
  return (
    <span
      class={`stretch ${phase} ${failed ? "failed" : ""} ${open ? "open" : ""}`}
      style={{ left: percent(start, run), width: percent(end, run, start) }}
      title={words.join(" · ")}
    />
  );
}

/** The task's name on its bars. */
function Tag({ task, stretches, run }: { task: TimelineTask; stretches: Stretch[]; run: Run }) {
  const first = stretches.find(({ phase }) => phase !== "preparing");
  const last = stretches.at(-1);
  if (!first || !last) return null;
  const end = last.end ?? run.now;
  return (
    <a
      class="barTag"
      tabIndex={-1}
      href={taskHref(task.id)}
      style={{ left: percent(first.start, run), width: percent(end, run, first.start) }}
    >
      {task.id}
    </a>
  );
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200];
const MOST_TICKS = 6;

function Axis({ run }: { run: Run }) {
  const length = spanOf(run) / 1000;
  const step = STEPS.find((seconds) => length / seconds <= MOST_TICKS) ?? 86_400;
  const ticks = Array.from({ length: Math.floor(length / step) + 1 }, (_, at) => at * step * 1000);
  return (
    <div class="axis" aria-hidden="true">
      <span class="label" />
      <span class="track">
        {ticks.map((ms) => (
          <span class="tick" style={{ left: percent(run.timeline.start + ms, run) }}>
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

function spanOf({ timeline, now }: Run): number {
  return Math.max(1, Math.max(now, timeline.end) - timeline.start);
}

function percent(moment: number, run: Run, from = run.timeline.start): string {
  return `${Math.max(0, (moment - from) / spanOf(run) * 100)}%`;
}

function wordsOf(stretches: Stretch[], now: number): string {
  if (stretches.length === 0) return "not begun";
  return stretches.map(({ phase, start, end = now, failed }) =>
    `${PHASES[phase]} ${formatDuration(Math.max(0, end - start))}${failed ? ", failed" : ""}`
  ).join(", ");
}
