import { createColors } from "picocolors";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { oneLine, printable } from "../escape.ts";
import { type Outcome, outcomesOf, remarksOf } from "./outcomes.ts";
import { fit, fitLeft, namesOf, widest, wrap } from "../layout.ts";
import type { Summary } from "./summary.ts";
import { reasonWords, statusWord } from "../words.ts";
import { STATUS_WIDTH, taskCells } from "./task_cells.ts";
import {
  agentWords,
  costCell,
  costWords,
  countWords,
  type Paint,
  pathWords,
  runFacts,
  taskFacts,
  togetherWords,
  tokenWords,
} from "./phrases.ts";

export interface TextOptions {
  color: boolean;
  columns: number;
}

interface Page {
  paint: Paint;
  columns: number;
}

const ID_LIMIT = 16;
const MS_WIDTH = 8;
const COST_WIDTH = 9;
const LABEL_WIDTH = 16;
const NARROWEST_NAME = 12;

/** The final report for people. Its last line is ended. */
export function reportText(summary: Summary, { color, columns }: TextOptions): string {
  const page: Page = { paint: createColors(color), columns };
  const sections = [
    headline(summary, page),
    section("Stopped", stoppedLines(summary, page), page),
    section("Tasks", taskTable(summary, page), page),
    section("Blocked", blockedLines(summary, page), page),
    section("Waiting", waitingLines(summary, page), page),
    ...outcomesOf(summary).map((outcome) => outcomeSection(outcome, page)),
    section("Runs", runLines(summary, page), page),
    section("Time", timeLines(summary, page), page),
    section("Tokens and cost", usageLines(summary, page), page),
    ...remarksOf(summary).map((remark) => outcomeSection(remark, page)),
    section("Next", summary.next.map(oneLine), page),
  ];
  return sections.filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd() + "\n").join("")).join("\n");
}

function section(title: string, lines: string[], { paint }: Page): string[] {
  return lines.length === 0 ? [] : [paint.bold(title), ...lines.map((line) => `  ${line}`)];
}

function outcomeSection({ title, lines }: Outcome, page: Page): string[] {
  return section(title, lines.flatMap((line) => hanging(oneLine(line), page.columns - 2)), page);
}

/** Breaks a line between words; what follows its first line is indented. */
function hanging(text: string, columns: number): string[] {
  const [first = "", ...rest] = wrap(text, columns);
  return rest.length === 0
    ? [first]
    : [first, ...wrap(rest.join(" "), columns - 2).map((line) => `  ${line}`)];
}

function headline(summary: Summary, { paint, columns }: Page): string[] {
  const { counts } = summary;
  const whole = counts.completed === counts.selected;
  const title = `${oneLine(summary.plan?.name ?? "unknown plan")}: ${countWords(counts)}`;
  const run = [
    runWords(summary),
    `base ${oneLine(summary.base)}`,
    ...agentWords(summary).map(oneLine),
    ...(counts.already_completed > 0 ? [`${counts.already_completed} already completed`] : []),
    ...(counts.left_out > 0 ? [`${counts.left_out} not part of this run`] : []),
  ];
  return [
    ...wrap(title, columns).map((line) => paint.bold(whole ? paint.green(line) : line)),
    ...wrap(run.join(" · "), columns).map(paint.dim),
    ...exitWords(summary).flatMap((words) => wrap(words, columns)).map(paint.dim),
  ];
}

/** Why a run ended with its exit code, unless everything is done or the run was stopped. */
function exitWords({ exit_code, stopped, state, tasks, integration, land }: Summary): string[] {
  if (exit_code === null || stopped !== null || state !== "finished") return [];
  const open = tasks.filter(({ status }) => status !== "completed");
  const unlanded = land === "none" || land === null && open.length > 0
    ? []
    : tasks.filter(({ status, landed }) => status === "completed" && !landed);
  const reasons = [
    ...open.map(({ id, status }) => `${oneLine(id)} is ${statusWord(status)}`),
    ...unlanded.map(({ id }) => `${oneLine(id)} has not landed`),
    ...(integration?.ok === false ? ["the checks fail on the base"] : []),
  ];
  if (reasons.length === 0) return exit_code === 0 ? [] : [`exit code ${exit_code}`];
  return exit_code === 0
    ? [`exit code 0: the last run did all that it was asked for; but ${namesOf(reasons)}`]
    : [`exit code ${exit_code}: ${namesOf(reasons)}`];
}

/** Which runs it is a report on. */
function runWords({ run, runs, state }: Summary): string {
  const last = `${oneLine(run)}${state === "finished" ? "" : ` (${state})`}`;
  return runs.length < 2 ? `run ${last}` : `${runs.length} runs, the last one ${last}`;
}

function taskTable({ tasks, runs }: Summary, { paint, columns }: Page): string[] {
  const idWidth = widest(tasks.map((task) => oneLine(task.id)), ID_LIMIT);
  const used = 2 + 2 + idWidth + 2 + 2 + STATUS_WIDTH + MS_WIDTH + 1 + COST_WIDTH;
  const nameWidth = Math.max(NARROWEST_NAME, columns - used);
  const indent = " ".repeat(2 + idWidth + 2);
  return tasks.flatMap((task) => {
    const row = [
      taskCells(task, { id: idWidth, name: nameWidth }, paint),
      fitLeft(task.attempts > 0 ? formatDuration(task.ms) : "", MS_WIDTH),
      " ",
      fitLeft(task.attempts > 0 ? costCell(task.usage) : "", COST_WIDTH),
    ].join("");
    const facts = oneLine(taskFacts(task, runs.length > 1));
    const under = facts === "" ? [] : wrap(facts, columns - indent.length - 2);
    return [row, ...under.map((line) => indent + paint.dim(line))];
  });
}

function stoppedLines({ stopped }: Summary, { paint, columns }: Page): string[] {
  if (stopped === null) return [];
  return [
    ...wrap(printable(stopped.message), columns - 2).map((line) => paint.red(line)),
    ...stopped.details.map((line) => `  ${printable(line)}`),
    ...stopped.next.map((line) => `${paint.cyan("next:")} ${printable(line)}`),
  ];
}

function blockedLines({ tasks }: Summary, { paint, columns }: Page): string[] {
  return tasks.filter((task) => task.status === "blocked").flatMap((task) => [
    `${oneLine(task.id)}  ${paint.red(reasonWords(task.reason))}`,
    ...wrap(printable(task.message ?? ""), columns - 4).map((line) => `  ${line}`),
    ...task.details.map((line) => `    ${printable(line)}`),
    ...task.next.map((line) => `  ${paint.cyan("next:")} ${printable(line)}`),
  ]);
}

function waitingLines({ tasks }: Summary, { columns }: Page): string[] {
  return tasks.filter((task) => task.waits_for.length > 0).flatMap((task) => {
    const waits = task.waits_for.map(({ id, status }) => `${oneLine(id)} (${statusWord(status)})`);
    return wrap(`${oneLine(task.id)} waits for ${waits.join(", ")}`, columns - 2);
  });
}

/** What each run did; of a single one, the rest of the report says it. */
function runLines({ runs }: Summary, { columns }: Page): string[] {
  if (runs.length < 2) return [];
  return runs.flatMap((run) => wrap(`${oneLine(run.id)}  ${runFacts(run)}`, columns - 2));
}

function timeLines(summary: Summary, page: Page): string[] {
  const { time } = summary;
  const { tasks } = time.critical_path;
  return [
    labelled("elapsed", [formatDuration(time.wall_ms)], page),
    tasks.length === 0 ? [] : labelled("task time", [togetherWords(time)], page),
    tasks.length === 0
      ? []
      : labelled("critical path", [pathWords(summary), tasks.map(oneLine).join(" > ")], page),
    labelled("spent on", [
      `agents ${formatDuration(time.agents_ms)}, checks ${formatDuration(time.checks_ms)}`,
    ], page),
  ].flat();
}

function usageLines(summary: Summary, page: Page): string[] {
  const { usage, same_tokens } = summary;
  return [
    labelled("tokens", tokenWords(usage), page),
    labelled("cost", costWords(summary), page),
    same_tokens.models.length === 0 ? [] : labelled("other models", [
      `estimate for the same tokens at the list prices of ${same_tokens.prices_of}:`,
      ...same_tokens.models.map(({ name, cost_usd }) => `${fit(name, 12)}${formatUsd(cost_usd)}`),
    ], page),
  ].flat();
}

function labelled(label: string, values: string[], { paint, columns }: Page): string[] {
  const lines = values.flatMap((value) => wrap(value, columns - LABEL_WIDTH - 2));
  return lines.map((line, i) => paint.dim(fit(i === 0 ? label : "", LABEL_WIDTH)) + line);
}
