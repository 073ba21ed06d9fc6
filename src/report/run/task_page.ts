import { createColors } from "picocolors";
import { excerptOf } from "../../domain/excerpt.ts";
import type { Reason } from "../../domain/failure.ts";
import { attemptMs } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { AttemptRecord, TaskRecord } from "../../domain/task_record.ts";
import { formatDuration } from "../../domain/units.ts";
import { oneLine, printable } from "../escape.ts";
import { namesOf, wrap } from "../layout.ts";
import { kindWords, outcomeWords, reasonWords, statusWord } from "../words.ts";
import { costCell, inColorOf, landedWhenWords, metWords, type Paint, symbolOf } from "./phrases.ts";
import { usageSummary } from "./usage_summary.ts";

/** All that is known of one task. */
export interface TaskPage {
  task: TaskRecord;
  record: RunRecord;
  now: number;
  /** Paths of the transcripts, of each attempt. */
  transcripts: string[];
  /** What failed checks printed, by the position of the check. */
  logs: Map<number, string>;
  /** `<sha> <subject>`, newest first. */
  commits: string[];
  diffstat: string[];
  /** Of its worktree, if it is there. */
  worktree?: string | undefined;
  /** The command that continues the agent's last conversation by hand. */
  takeOver?: string | undefined;
}

const EXCERPT_LINES = 20;
const SHOWN_APART: ReadonlySet<Reason> = new Set([
  "checks_failed",
  "merge_conflict",
  "needs_input",
]);

/** What `parex show` prints. Its last line is ended. */
export function taskText(page: TaskPage, { color, columns }: { color: boolean; columns: number }) {
  const paint = createColors(color);
  const sections: [title: string, lines: string[]][] = [
    ["Question", questionLines(page, columns)],
    ["Details", detailLines(page)],
    ["Attempts", attemptLines(page)],
    ["Checks", checkLines(page, paint)],
    ["Commits", page.commits.map(oneLine)],
    ["Changes", page.diffstat.map(printable)],
    ["Conflicts", conflictLines(page)],
    ["Files", fileLines(page)],
    ["Next", nextLines(page)],
  ];
  const told = sections.filter(([, lines]) => lines.length > 0);
  return [
    ...headLines(page, paint, columns),
    ...told.flatMap((
      [title, lines],
    ) => ["", paint.bold(title), ...lines.map((line) => `  ${line}`)]),
  ].map((line) => line.trimEnd() + "\n").join("");
}

function headLines({ task, record }: TaskPage, paint: Paint, columns: number): string[] {
  const { id, name, status, reason, message, dependencies, landed } = task;
  const why = reason === undefined ? "" : `: ${reasonWords(reason)}`;
  const waits = status !== "pending"
    ? []
    : dependencies.filter((other) => record.tasks.get(other)?.status !== "completed");
  return [
    paint.bold(`${inColorOf(status, symbolOf(status), paint)} ${oneLine(id)}  ${oneLine(name)}`),
    inColorOf(status, `${statusWord(status)}${why}`, paint),
    ...(landed ? [landedWhenWords(landed)] : []),
    ...(message === undefined ? [] : wrap(printable(message), columns)),
    ...(waits.length === 0 ? [] : wrap(`waits for ${namesOf(waits)}`, columns)),
  ];
}

function questionLines({ task: { failure, answers } }: TaskPage, columns: number): string[] {
  const width = columns - 2;
  const open = failure?.reason === "needs_input" ? wrap(printable(failure.question), width) : [];
  return [
    ...answers.flatMap(({ question, answer }) => [
      ...wrap(printable(question), width),
      ...wrap(`answered: ${printable(answer)}`, width),
    ]),
    ...open,
  ];
}

/** What an agent or the system said, unless a section of its own shows it. */
function detailLines({ task: { failure, details } }: TaskPage): string[] {
  return failure && SHOWN_APART.has(failure.reason) ? [] : details.map(printable);
}

function attemptLines({ task, now }: TaskPage): string[] {
  const several = new Set(task.attempts.map(({ run }) => run)).size > 1;
  return task.attempts.map((attempt, at) => {
    const facts = [
      kindWords(attempt.kind),
      outcomeOf(attempt, task, at),
      formatDuration(attemptMs(attempt, task, now)),
      costCell(usageSummary([attempt])),
      [attempt.agent, ...(attempt.usage.model === undefined ? [] : [attempt.usage.model])].join(
        " ",
      ),
      ...(several && attempt.run !== undefined ? [`run ${attempt.run}`] : []),
    ];
    return `${at + 1}  ${facts.map(oneLine).join(" · ")}`;
  });
}

function outcomeOf({ outcome }: AttemptRecord, task: TaskRecord, at: number): string {
  if (outcome !== undefined) return outcomeWords(outcome);
  const last = at === task.attempts.length - 1 && task.status === "in_progress";
  return last ? "working" : "was interrupted";
}

function checkLines({ task, logs }: TaskPage, paint: Paint): string[] {
  const last = task.checks.at(-1);
  return task.checks.flatMap((check, at) => {
    if (check.run !== last?.run || check.attempt !== last?.attempt) return [];
    const { name, command, exitCode, ms, reused } = check;
    if (exitCode === 0) {
      const how = reused ? "passed before on the same tree" : `passed in ${formatDuration(ms)}`;
      return [`${name} ${how}: ${oneLine(command)}`];
    }
    const how = exitCode === null ? "was killed" : `failed (exit code ${exitCode})`;
    const printed = printable(logs.get(at) ?? "").trimEnd();
    return [
      `${paint.red(`${name} ${how}`)}: ${oneLine(command)}`,
      ...(printed === "" ? [] : excerptOf(printed.split("\n"), EXCERPT_LINES)).map((line) =>
        `  ${line}`
      ),
      ...(check.log === undefined ? [] : [`  full output: ${oneLine(check.log)}`]),
    ];
  });
}

function conflictLines({ task: { id }, record: { base, conflicts } }: TaskPage): string[] {
  return [
    ...conflicts.met.filter(({ task }) => task === id).map((met) =>
      `conflicted with ${metWords(met, base)}`
    ),
    ...conflicts.predicted.filter(({ tasks }) => tasks.includes(id)).map(({ tasks, files }) =>
      `predicted with ${namesOf(tasks.filter((other) => other !== id))} in ${namesOf(files)}`
    ),
  ];
}

function fileLines({ task, transcripts, worktree }: TaskPage): string[] {
  return [
    `branch      ${oneLine(task.branch)}`,
    ...(worktree === undefined ? [] : [`worktree    ${oneLine(worktree)}`]),
    ...transcripts.slice(-1).map((path) => `transcript  ${oneLine(path)}`),
  ];
}

function nextLines({ task, takeOver }: TaskPage): string[] {
  const { id, status, next, attempts } = task;
  return [
    ...(status === "blocked" ? next.map(printable) : []),
    ...(attempts.length > 0 ? [`parex logs ${oneLine(id)}`] : []),
    ...(task.commits ? [`parex diff ${oneLine(id)}`] : []),
    ...(takeOver === undefined || status === "in_progress" ? [] : [
      `continue its conversation yourself: ${printable(takeOver)}`,
      ...(status === "blocked"
        ? [`then let parex pick up what came of it: parex retry ${oneLine(id)}`]
        : []),
    ]),
  ];
}
