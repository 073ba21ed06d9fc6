import { defused } from "./defuse.ts";
import { attemptCount, usageTotals } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { Task } from "../../domain/task.ts";
import type { AttemptRecord, CheckRecord, TaskRecord } from "../../domain/task_record.ts";
import { formatCount, formatDuration, formatUsd } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { outcomeWords, reasonWords } from "../words.ts";
import { cut, plural } from "../layout.ts";
import { code, cutMarkdown } from "./managed_part.ts";

/** What a run has seen of a task. */
export interface Evidence {
  run: RunRecord;
  task: TaskRecord;
}

export interface PullRequestFacts {
  task: Task;
  /** What it waits for: numbers of pull requests, branches where there are none. */
  dependsOn: (number | string)[];
  /** Absent: no run has a record of it. */
  evidence?: Evidence | undefined;
}

const TITLE_LIMIT = 256;
/** Of what an agent or a check has said. */
const DETAIL_LIMIT = 200;
const LISTED = 20;
const MORE = "see the plan for the rest.";

export function pullRequestTitle(task: Task): string {
  return cut(oneLine(task.title ?? task.name) || task.id, TITLE_LIMIT);
}

/** parex's part of a pull request's text: the task's specification, and how it was done. */
export function pullRequestPart(facts: PullRequestFacts, room: number): string {
  const { task, dependsOn, evidence } = facts;
  const closes = task.issue === undefined ? "" : `Closes #${task.issue}\n\n`;
  const depends = dependsOn.length === 0 ? "" : `Depends on ${dependsOn.map(refOf).join(", ")}\n\n`;
  const proof = evidence === undefined ? "" : `\n\n${evidenceSection(evidence)}`;
  const text = defused(task.body.replaceAll("\r\n", "\n").trim());
  const head = closes + depends;
  const rest = room - head.length - proof.length;
  return cutMarkdown(head + cutMarkdown(text, rest, MORE) + proof, room, MORE);
}

function refOf(dependency: number | string): string {
  return typeof dependency === "number" ? `#${dependency}` : code(dependency);
}

function evidenceSection({ run, task }: Evidence): string {
  const lines = [
    "## Evidence",
    "",
    ...checkLines(task),
    "",
    `- Commits: ${task.commits ?? 0} on ${code(task.branch)}` +
    (task.head === undefined ? "" : `, up to ${task.head}`),
    `- Attempts: ${attemptCount(task)}${agentWords(task)}`,
    `- Tokens: ${tokenWords(task.attempts)}`,
    `- Cost: ${costWords(task.attempts)}`,
    `- Run: ${code(run.run)}`,
    ...historyLines(task),
  ];
  return lines.join("\n");
}

/** Those that did the work: another one than the run's where the plan or a usage limit said so. */
function agentWords({ attempts }: TaskRecord): string {
  const names = [...new Set(attempts.map(({ agent }) => code(oneLine(agent))))];
  return names.length === 0 ? "" : ` by ${names.join(" and ")}`;
}

/** Of the last attempt that got as far. */
function checkLines({ checks }: TaskRecord): string[] {
  const last = lastChecks(checks);
  if (last.length === 0) return ["Unchecked: parex found no checks in this project."];
  return [
    "parex ran these checks on the committed work:",
    "",
    "| check | command | exit code | time |",
    "| --- | --- | --- | --- |",
    ...last.slice(0, LISTED).map(({ name, command, exitCode, ms }) =>
      `| ${cell(defused(cut(oneLine(name), DETAIL_LIMIT)))} | ${cell(quoted(command))} | ${
        exitCode ?? "none"
      } | ` +
      `${formatDuration(ms)} |`
    ),
  ];
}

function lastChecks(checks: CheckRecord[]): CheckRecord[] {
  const last = checks.at(-1)?.attempt;
  return checks.filter(({ attempt }) => attempt === last);
}

/** In a table even code must not hold a bare `|`. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function tokenWords(attempts: AttemptRecord[]): string {
  const totals = usageTotals(attempts);
  if (totals.tokensUnreported === totals.attempts) return "not reported by the agent";
  return `${formatCount(totals.input)} in, ${formatCount(totals.output)} out, ` +
    `${formatCount(totals.cacheRead)} read from the cache` +
    partWords(totals.tokensUnreported, totals.attempts);
}

function costWords(attempts: AttemptRecord[]): string {
  const { costUsd, costUnreported, attempts: count } = usageTotals(attempts);
  if (costUsd === undefined) return "not reported by the agent";
  return `${formatUsd(costUsd)}, API-equivalent, as the agent reported it` +
    partWords(costUnreported, count);
}

function partWords(unreported: number, attempts: number): string {
  return unreported === 0
    ? ""
    : `; not reported for ${unreported} of ${plural(attempts, "attempt")}`;
}

/** What went wrong on the way, and how it went on. */
function historyLines(task: TaskRecord): string[] {
  const final = new Set(lastChecks(task.checks));
  const failed = task.checks.filter((check) => check.exitCode !== 0);
  const lines = [
    ...task.attempts.filter(({ outcome }) => outcome !== undefined && outcome !== "finished")
      .map(({ attempt, outcome, detail }) =>
        `- attempt ${attempt}: the agent ${outcomeWords(outcome ?? "failed")}` +
        (detail === undefined ? "" : `: ${quoted(detail)}`)
      ),
    ...failed.map((check) =>
      `- ${check.attempt === undefined ? "" : `attempt ${check.attempt}: `}${quoted(check.name)} ` +
      `failed with exit code ${check.exitCode ?? "none"} after ${formatDuration(check.ms)}` +
      (final.has(check) ? "" : ", repaired later")
    ),
    ...(task.reason === undefined
      ? []
      : [`- blocked: ${reasonWords(task.reason)}: ${quoted(task.message ?? "")}`]),
  ];
  if (lines.length === 0) return [];
  const more = lines.length > LISTED ? [`- … and ${lines.length - LISTED} more`] : [];
  return ["", "What failed and was repaired:", "", ...lines.slice(0, LISTED), ...more];
}

/** Foreign words: they mention nobody and format nothing. */
function quoted(text: string): string {
  return code(cut(oneLine(text), DETAIL_LIMIT));
}
