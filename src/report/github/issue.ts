import type { CheckReport, CheckResult, CheckTarget } from "../../domain/check_report.ts";
import { attemptCount, selectedTasks } from "../../domain/metrics.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { CheckRecord, TaskRecord } from "../../domain/task_record.ts";
import type { TaskId } from "../../domain/task.ts";
import { formatDuration } from "../../domain/units.ts";
import { oneLine, printable } from "../escape.ts";
import { reasonWords } from "../words.ts";
import { cut, plural } from "../layout.ts";
import { code, cutMarkdown } from "./managed_part.ts";

/** What an issue should say. */
export interface IssueDraft {
  /** Tells it from the others of the plan, whatever its title becomes. */
  key: string;
  title: string;
  /** parex's part of its text, in at most as many characters. */
  part: (room: number) => string;
}

const TITLE_LIMIT = 256;
const MORE = "see the run's logs for the rest.";

/** The issues that a run gives reason for: its blocked tasks, and what fails of the integration. */
export function issuesOf(record: RunRecord): IssueDraft[] {
  return [
    ...selectedTasks(record).filter(({ status }) => status === "blocked")
      .map((task) => blockedIssue(record, task)),
    ...failedChecks(record).map((check) => integrationIssue(record, check)),
  ];
}

/** What an earlier run may have opened an issue for, and this one has seen to be well. */
export function solvedIssues(record: RunRecord): { key: string; text: string }[] {
  const by = `in run ${code(record.run)}`;
  const failed = new Set(failedChecks(record).map(({ name }) => name));
  const passed = record.checks.map(({ name }) => name).filter((name) => !failed.has(name));
  return [
    ...selectedTasks(record).filter(({ status }) => status === "completed")
      .map(({ id, branch }) => ({
        key: id,
        text: `Completed ${by}: its work is on ${code(branch)}.`,
      })),
    ...[...new Set(passed)].map((name) => ({
      key: integrationKey(name),
      text: `${code(name)} passes ${by}.`,
    })),
  ];
}

/** The tasks whose issues have nothing left to ask for. */
export function landedBy(record: RunRecord): TaskId[] {
  return selectedTasks(record).filter(({ landed }) => landed?.how === "merge").map(({ id }) => id);
}

/** The issues that a check of a branch or commit gives reason for, and those that it has seen solved. */
export function issuesOfCheck(
  { target, checks }: CheckReport,
): { drafts: IssueDraft[]; solved: { key: string; text: string }[] } {
  const keyOf = ({ name }: CheckResult) => `check/${target.name}/${name}`;
  const passed = checks.filter(({ state }) => state === "passed");
  return {
    drafts: checks.filter((check) => !passed.includes(check)).map((check) => ({
      key: keyOf(check),
      title: cut(`${oneLine(check.name)} fails on ${oneLine(target.name)}`, TITLE_LIMIT),
      part: (room) => cutMarkdown(failedCheckLines(target, check).join("\n"), room, MORE),
    })),
    solved: passed.map((check) => ({
      key: keyOf(check),
      text: `${code(check.name)} passes on ${code(target.name)} at ${target.sha}.`,
    })),
  };
}

function failedCheckLines(target: CheckTarget, check: CheckResult): string[] {
  const { name, command, state, exit_code, ms, excerpt } = check;
  return [
    `${code(name)} does not pass on ${code(oneLine(target.name))} at ${target.sha}.`,
    "",
    ...(excerpt.length === 0 ? [] : [...fenced(printable(excerpt.join("\n"))), ""]),
    `- Command: ${code(oneLine(command))}`,
    `- Result: ${state.replace("_", " ")}, exit code ${exit_code ?? "none"}, after ${
      formatDuration(ms)
    }`,
  ];
}

/** Of each check of the integration, its last outcome if that is a failure. */
function failedChecks({ checks }: RunRecord): CheckRecord[] {
  const last = new Map(checks.map((check) => [check.name, check]));
  return [...last.values()].filter(({ exitCode }) => exitCode !== 0);
}

/** No task has such an id: a slash is not allowed there. */
function integrationKey(check: string): string {
  return `integration/${check}`;
}

function blockedIssue(record: RunRecord, task: TaskRecord): IssueDraft {
  return {
    key: task.id,
    title: cut(`Blocked: ${oneLine(task.name)}`, TITLE_LIMIT),
    part: (room) => cutMarkdown(blockedText(record, task), room, MORE),
  };
}

/** Why a task is blocked, and what to do next. */
export function blockedText(record: RunRecord, task: TaskRecord): string {
  return [
    `${code(task.id)} of the plan ${code(oneLine(record.plan?.name ?? ""))} is blocked: ` +
    (reasonWords(task.reason) || "unknown reason"),
    "",
    ...fenced([task.message ?? "", ...task.details].map(printable).join("\n")),
    ...(task.next.length === 0
      ? []
      : ["", "What to do next:", "", ...fenced(task.next.join("\n"))]),
    "",
    `- Branch: ${code(task.branch)}, ${plural(task.commits ?? 0, "commit")}`,
    `- Attempts: ${attemptCount(task)}`,
    `- Run: ${code(record.run)}`,
  ].join("\n");
}

function integrationIssue(record: RunRecord, check: CheckRecord): IssueDraft {
  const { name, command, exitCode, ms } = check;
  const lines = [
    `All tasks of the plan ${code(oneLine(record.plan?.name ?? ""))} together do not pass ` +
    `${code(name)} on ${code(record.base)}.`,
    "",
    `- Command: ${code(oneLine(command))}`,
    `- Exit code: ${exitCode ?? "none"}, after ${formatDuration(ms)}`,
    `- Run: ${code(record.run)}`,
  ];
  return {
    key: integrationKey(name),
    title: cut(`Integration: ${oneLine(name)} fails on ${oneLine(record.base)}`, TITLE_LIMIT),
    part: (room) => cutMarkdown(lines.join("\n"), room, MORE),
  };
}

function fenced(text: string): string[] {
  const longest = [...text.matchAll(/`{3,}/g)].reduce(
    (most, [run]) => Math.max(most, run.length),
    2,
  );
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, text, fence];
}
