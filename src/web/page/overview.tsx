import { useState } from "preact/hooks";
import { remainingTime } from "../../domain/remaining.ts";
import { type Status, STATUSES } from "../../domain/task.ts";
import { formatCount, formatDuration, formatUsd } from "../../domain/units.ts";
import { doingWords } from "../../report/run/doing.ts";
import { outcomesOf, remarksOf } from "../../report/run/outcomes.ts";
import { costCell, countWords, remainingWords, runFacts } from "../../report/run/phrases.ts";
import { statusWord, timeWords } from "../../report/words.ts";
import type { TaskSummary } from "../../report/run/summary.ts";
import { Attention } from "./attention.tsx";
import { Ago, CommandLine, Mark, taskHref } from "./parts.tsx";
import { type Run, useRun } from "./run.ts";

/** The state of the run, what needs a person, and one line for each task. */
export function Overview() {
  const { summary } = useRun();
  const lists = [...outcomesOf(summary), ...remarksOf(summary)].filter(({ lines }) =>
    lines.length > 0
  );
  return (
    <>
      <section class="hero" aria-labelledby="title">
        <h1 id="title" tabIndex={-1}>{countWords(summary.counts)}</h1>
        <Progress />
        <Figures />
      </section>
      <Attention />
      <Tasks />
      <Runs />
      {lists.length > 0 && (
        <section class="outcomes">
          {lists.map(({ title, lines }) => (
            <div class="card">
              <h2>{title}</h2>
              <ul>{lines.map((line) => <li>{line}</li>)}</ul>
            </div>
          ))}
        </section>
      )}
      {summary.next.length > 0 && summary.state !== "running" && (
        <section>
          <h2>Next</h2>
          {summary.next.map((command) => <CommandLine command={command} />)}
        </section>
      )}
    </>
  );
}

/** What each run of the plan did; of a single one, the rest of the page says it. */
function Runs() {
  const { runs } = useRun().summary;
  if (runs.length < 2) return null;
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      <ol class="runs">
        {runs.map((run) => (
          <li>
            <time dateTime={run.started_at}>{timeWords(run.started_at)}</time>
            <span>{runFacts(run)}</span>
            <code>{run.id}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** How long the rest may take. */
function remainingFigure({ record, now, summary }: Run): [string, string, string][] {
  const left = remainingTime(record, now);
  if (!left || summary.state === "finished") return [];
  const { range, from } = remainingWords(left);
  return [["Left, about", range, `from ${from}`]];
}

const SHOWN_FIRST: Status[] = ["completed", "testing", "in_progress", "blocked", "pending"];

function Progress() {
  const { counts } = useRun().summary;
  const parts = SHOWN_FIRST.filter((status) => counts[status] > 0);
  return (
    <div class="progress" role="img" aria-label={countWords(counts)}>
      {parts.map((status) => (
        <span class={status} style={{ flexGrow: counts[status] }} title={statusWord(status)} />
      ))}
    </div>
  );
}

function Figures() {
  const run = useRun();
  const { summary, record } = run;
  const { time, usage, started_at, base, jobs } = summary;
  const budget = record.settings?.budgetUsd;
  const agent = summary.agent === null ? "none" : summary.agent;
  const model = summary.models.join(", ") || summary.model;
  const figures: [label: string, value: string, more: preact.ComponentChild][] = [
    [
      "Time",
      formatDuration(time.wall_ms),
      <>
        started <Ago at={Date.parse(started_at)} />
      </>,
    ],
    ...remainingFigure(run),
    [
      "Cost",
      costCell(usage),
      budget === undefined
        ? usage.cost_unreported > 0 ? "not all attempts reported it" : "as the agents report it"
        : `of a budget of ${formatUsd(budget)}`,
    ],
    ["Parallel", `${time.speedup.toFixed(1)}×`, `${formatDuration(time.tasks_ms)} of task time`],
    [
      "Tokens",
      usage.tokens_unreported === usage.attempts
        ? "–"
        : formatCount(usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens),
      `in, ${formatCount(usage.output_tokens)} out`,
    ],
    ["Agents", `${jobs} × ${agent}`, model ? `${model}, from ${base}` : `from ${base}`],
  ];
  return (
    <dl class="figures">
      {figures.map(([label, value, more]) => (
        <div>
          <dt>{label}</dt>
          <dd>
            <strong>{value}</strong>
            <span>{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Tasks() {
  const { summary } = useRun();
  const [only, setOnly] = useState<Status>();
  const shown = only === undefined
    ? summary.tasks
    : summary.tasks.filter(({ status }) => status === only);
  return (
    <section aria-labelledby="tasks">
      <div class="heading">
        <h2 id="tasks">Tasks</h2>
        <div class="filters" role="group" aria-label="Show only">
          {STATUSES.filter((status) => summary.counts[status] > 0).map((status) => (
            <button
              type="button"
              aria-pressed={only === status}
              onClick={() => setOnly(only === status ? undefined : status)}
            >
              <Mark status={status} /> {summary.counts[status]} {statusWord(status)}
            </button>
          ))}
        </div>
      </div>
      <ul class="tasks">{shown.map((task) => <TaskRow key={task.id} task={task} />)}</ul>
    </section>
  );
}

function TaskRow({ task }: { task: TaskSummary }) {
  const { id, name, status, attempts, ms, usage } = task;
  return (
    <li>
      <a class={`task ${status}`} href={taskHref(id)}>
        <Mark status={status} />
        <span class="id">{id}</span>
        <span class="name">{name}</span>
        <span class={`doing ${status}`}>{useDoing(task)}</span>
        <span class="number">{attempts > 0 ? formatDuration(ms) : ""}</span>
        <span class="number">{attempts > 0 ? costCell(usage) : ""}</span>
      </a>
    </li>
  );
}

/** What happens to a task now, or its result. */
export function useDoing({ id }: Pick<TaskSummary, "id">): string {
  const { record, now } = useRun();
  const task = record.tasks.get(id);
  return task === undefined ? "" : doingWords(task, record, now) || statusWord(task.status);
}
