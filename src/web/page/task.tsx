import type { ComponentChild } from "preact";
import type { TaskId } from "../../domain/task.ts";
import type { CheckRecord, TaskRecord } from "../../domain/task_record.ts";
import { formatDuration } from "../../domain/units.ts";
import { costCell } from "../../report/run/phrases.ts";
import type { TaskSummary } from "../../report/run/summary.ts";
import { Problem, SteerButton } from "./attention.tsx";
import { Changes } from "./changes.tsx";
import { useDoing } from "./overview.tsx";
import { StatusTag, taskHref, TaskLink, useFetched } from "./parts.tsx";
import { useRun } from "./run.ts";
import { Transcripts } from "./transcript.tsx";

const PARTS = [
  { path: "", name: "Transcript" },
  { path: "changes", name: "Changes" },
  { path: "checks", name: "Checks" },
] as const;

/** Everything about one task. */
export function TaskPage({ id, part }: { id: TaskId; part: string }) {
  const { record, summary } = useRun();
  const task = record.tasks.get(id);
  if (!task) {
    return (
      <section>
        <h1 tabIndex={-1}>The plan has no task {id}</h1>
        <p>
          <a href="#/">See all tasks</a>
        </p>
      </section>
    );
  }
  const told = summary.tasks.find((one) => one.id === id);
  return (
    <section class="taskPage" aria-labelledby="title">
      <p class="crumb">
        <a href="#/">Tasks</a> / {id}
      </p>
      <h1 id="title" tabIndex={-1}>{task.name}</h1>
      <p class="lead">
        <StatusTag status={task.status} /> {told && <Doing task={told} />}
      </p>
      {task.status === "blocked" && <Problem task={task} />}
      {(task.status === "in_progress" || task.status === "testing") && (
        <SteerButton ask="stop" task={task.id} />
      )}
      <Facts task={task} told={told} />
      <nav class="parts" aria-label={`Parts of ${id}`}>
        {PARTS.map(({ path, name }) => (
          <a href={taskHref(id, path)} aria-current={part === path ? "page" : undefined}>
            {name}
            {countOf(path, task)}
          </a>
        ))}
      </nav>
      {part === "changes"
        ? <Changes task={task} />
        : part === "checks"
        ? <Checks task={task} />
        : <Transcripts task={task} />}
    </section>
  );
}

function Doing({ task }: { task: TaskSummary }) {
  const doing = useDoing(task);
  return doing === task.status ? null : <span>{doing}</span>;
}

function countOf(path: string, { attempts, checks }: TaskRecord): ComponentChild {
  const counts: Record<string, number> = { "": attempts.length, checks: checks.length };
  const count = counts[path] ?? 0;
  return count > 0 && <span class="count">{count}</span>;
}

function Facts({ task, told }: { task: TaskRecord; told: TaskSummary | undefined }) {
  const { record } = useRun();
  const after = [...record.tasks.values()].filter(({ dependencies }) =>
    dependencies.includes(task.id)
  );
  const { landed } = task;
  const facts: [label: string, value: ComponentChild][] = [
    ["Branch", <code>{task.branch}</code>],
    ["Depends on", links(task.dependencies)],
    ["Needed by", links(after.map(({ id }) => id))],
    ["Commits", task.commits],
    ["Time", told && told.attempts > 0 ? formatDuration(told.ms) : undefined],
    ["Cost", told && told.attempts > 0 ? costCell(told.usage) : undefined],
    ["Landed", landed && (landed.url ? <Outside url={landed.url} /> : landed.sha?.slice(0, 10))],
    ["Worktree", task.worktree && <code>{task.worktree}</code>],
  ];
  return (
    <dl class="facts">
      {facts.filter(([, value]) => value !== undefined && value !== null).map(([label, value]) => (
        <div>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function links(ids: TaskId[]): ComponentChild {
  if (ids.length === 0) return undefined;
  return ids.map((id, at) => (
    <>
      {at > 0 && ", "}
      <TaskLink id={id} />
    </>
  ));
}

/** An address that an event brought: only those of the web become a link. */
function Outside({ url }: { url: string }) {
  if (!/^https?:\/\//.test(url)) return <>{url}</>;
  return <a href={url} target="_blank" rel="noopener noreferrer">{url}</a>;
}

function Checks({ task }: { task: TaskRecord }) {
  if (task.checks.length === 0) return <p class="empty">No check has been run yet.</p>;
  return (
    <div class="checks">
      {task.checks.map((check, at) => (
        <details key={at} open={check.exitCode !== 0 && at === task.checks.length - 1}>
          <summary>
            <span class={check.exitCode === 0 ? "good" : "bad"}>
              {check.exitCode === 0 ? "✔ passed" : "✘ failed"}
            </span>
            <strong>{check.name}</strong>
            <code>{check.command}</code>
            <span class="number">
              {attemptWords(check, task)}
              {check.merged ? "merged with the base · " : ""}
              {formatDuration(check.ms)}
            </span>
          </summary>
          <Log task={task.id} at={at} exitCode={check.exitCode} />
        </details>
      ))}
    </div>
  );
}

/** Attempts of several runs are counted on, as in the list of transcripts. */
function attemptWords({ run, attempt }: CheckRecord, { attempts }: TaskRecord): string {
  const at = attempts.findIndex((one) => one.run === run && one.attempt === attempt);
  return at < 0 ? "" : `attempt ${at + 1} · `;
}

function Log({ task, at, exitCode }: { task: TaskId; at: number; exitCode: number | null }) {
  const { source } = useRun();
  const log = useFetched(() => source.log(task, at), task, at);
  if (log === undefined) return <p class="empty">Loading …</p>;
  const ended = exitCode === null ? "Ended by a signal." : `Exit code ${exitCode}.`;
  if (log === null || log.trim() === "") return <p class="empty">It printed nothing. {ended}</p>;
  return <pre tabIndex={0}>{log}</pre>;
}
