import type { createColors } from "picocolors";
import { deedsOf } from "../../domain/file_conflict.ts";
import type { MetConflict, PredictedConflict } from "../../domain/record.ts";
import type { Remaining } from "../../domain/remaining.ts";
import type { Status } from "../../domain/task.ts";
import { isChecked } from "../../domain/task_record.ts";
import { formatCount, formatDuration, formatUsd, roughDuration } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { namesOf, plural } from "../layout.ts";
import type { CheckSummary, Summary, TaskSummary } from "./summary.ts";
import { statusWord, timeWords } from "../words.ts";
import type { RunLine } from "./run_line.ts";
import type { UsageSummary } from "./usage_summary.ts";

export type Paint = ReturnType<typeof createColors>;

export const SHORT_SHA = 10;

const MARKS: Record<
  Status,
  { symbol: string; color: "dim" | "cyan" | "yellow" | "green" | "red" }
> = {
  pending: { symbol: "·", color: "dim" },
  in_progress: { symbol: "▸", color: "cyan" },
  testing: { symbol: "◇", color: "yellow" },
  completed: { symbol: "✔", color: "green" },
  blocked: { symbol: "✘", color: "red" },
};

export function symbolOf(status: Status): string {
  return MARKS[status].symbol;
}

/** Text in the colour of a status. */
export function inColorOf(status: Status, text: string, paint: Paint): string {
  return paint[MARKS[status].color](text);
}

/** A status in its colour, filled to as many columns. */
export function statusCell(status: Status, columns: number, paint: Paint): string {
  const word = statusWord(status);
  return inColorOf(status, word, paint) + " ".repeat(Math.max(0, columns - word.length));
}

/**
 * `$0.0312`, with `~` before it if it is estimated from list prices; `-` where nothing is known.
 */
export function costCell(usage: UsageSummary): string {
  if (usage.cost_usd !== null) return formatUsd(usage.cost_usd);
  return usage.estimated_usd === null ? "-" : `~${formatUsd(usage.estimated_usd)}`;
}

/** The agent, with the models that it says it has used, and how many at a time. */
export function agentWords({ agent, models, jobs }: Summary): string[] {
  if (agent === null) return ["no agents"];
  const used = models.length === 0 ? "" : ` (${models.join(", ")})`;
  return [`agent ${agent}${used}`, plural(jobs, "job")];
}

/** What the agents cost, as sentences. */
export function costWords(
  { usage, cost_per_landed_usd }: Pick<Summary, "usage" | "cost_per_landed_usd">,
): string[] {
  const { cost_usd, cost_unreported, estimated_usd, attempts } = usage;
  if (attempts === 0) return ["no agent was started"];
  const words = [
    cost_usd === null
      ? "not reported by the agents"
      : `${formatUsd(cost_usd)}, API-equivalent, as the agents reported it`,
  ];
  if (cost_usd !== null && cost_unreported > 0) {
    words.push(`not reported for ${cost_unreported} of ${plural(attempts, "attempt")}`);
  }
  if (estimated_usd !== null) {
    words.push(
      `${formatUsd(estimated_usd)} for the others, estimated from list prices; ` +
        "interrupted attempts may have cost more",
    );
  }
  if (cost_per_landed_usd !== null) words.push(`${formatUsd(cost_per_landed_usd)} per landed task`);
  return words;
}

/** `task-1 and task-2 conflict in a.ts`, where only the plan says so: `both change a.ts`. */
export function predictedWords({ tasks, files, basis }: PredictedConflict): string {
  const does = basis === "branches" ? "conflict in" : "both change";
  return `${tasks.map(oneLine).join(" and ")} ${does} ${namesOf(files)}`;
}

/** How long all tasks were active. */
export function togetherWords({ tasks_ms, speedup }: Summary["time"]): string {
  return `${formatDuration(tasks_ms)} (${speedup}x parallel)`;
}

/** What the critical path says, before its tasks. */
export function pathWords({ time, state }: Summary): string {
  const bound = state === "finished" ? ", lower bound for any schedule" : " so far";
  return `${formatDuration(time.critical_path.ms)}${bound}:`;
}

/** What tokens the agents used, as sentences. */
export function tokenWords(usage: UsageSummary): string[] {
  if (usage.attempts === 0) return ["none"];
  if (usage.tokens_unreported === usage.attempts) return ["not reported by the agents"];
  const share = usage.cache_read_share;
  return [
    `${formatCount(usage.input_tokens)} in, ${formatCount(usage.output_tokens)} out`,
    `${formatCount(usage.cache_read_tokens)} read from the cache` +
    (share === null ? "" : `, ${Math.round(share * 100)}% of the prompts`),
    ...(usage.tokens_unreported === 0
      ? []
      : [`not reported for ${usage.tokens_unreported} of ${plural(usage.attempts, "attempt")}`]),
  ];
}

/** The words for a check that was not run again. */
export function reusedWords({ task }: NonNullable<CheckSummary["reused"]>): string {
  return task === undefined
    ? "passed before on the same tree"
    : `passed as the same tree of ${oneLine(task)}`;
}

/** `test ok 1.2s, lint exit code 1`. */
function checkWords(checks: CheckSummary[]): string {
  // One that passes on the merge as well says nothing new.
  const told = checks.filter(({ merged, exit_code, reused }) =>
    !merged || exit_code !== 0 || reused !== undefined
  );
  return told.map((check) => {
    const { exit_code, ms, reused } = check;
    const name = check.merged ? `${check.name} merged with the base` : check.name;
    if (reused) return `${name} ${reusedWords(reused)}`;
    if (exit_code === 0) return `${name} passed in ${formatDuration(ms)}`;
    return exit_code === null ? `${name} was killed` : `${name} failed (exit code ${exit_code})`;
  }).join(", ");
}

function tokensIn(usage: UsageSummary): string {
  const { input_tokens, cache_read_tokens, cache_write_tokens, output_tokens } = usage;
  const prompts = input_tokens + cache_read_tokens + cache_write_tokens;
  return `${formatCount(prompts)} tokens in, ${formatCount(output_tokens)} out`;
}

/** `merged as a6af6da4a9`, or the address of the pull request. */
export function landedWords(
  { how, url, sha }: Pick<NonNullable<TaskSummary["landed"]>, "how" | "url" | "sha">,
): string {
  if (how === "pr") return url === undefined ? "pull request" : `pull request ${oneLine(url)}`;
  return sha === undefined ? "merged" : `merged as ${oneLine(sha).slice(0, SHORT_SHA)}`;
}

/** The same, with when and by which run. */
export function landedWhenWords(landed: NonNullable<TaskSummary["landed"]>): string {
  return `${landedWords(landed)} on ${timeWords(landed.at)} by run ${oneLine(landed.run)}`;
}

/** `3 of 4 tasks completed, 1 blocked, 2 landed, 5 attempts, 4m 10s, $0.21`. */
export function runFacts(run: RunLine): string {
  if (run.tasks === 0 && run.attempts === 0 && run.landed === 0) return "nothing to do";
  return [
    `${run.completed} of ${plural(run.tasks, "task")} completed`,
    ...(run.blocked > 0 ? [`${run.blocked} blocked`] : []),
    ...(run.landed > 0 ? [`${run.landed} landed`] : []),
    plural(run.attempts, "attempt"),
    formatDuration(run.wall_ms),
    ...(run.cost_usd === null ? [] : [formatUsd(run.cost_usd)]),
  ].join(", ");
}

/**
 * Where a task's work is and what is known of it; with `when` also when and by which run it landed.
 */
export function taskFacts(task: TaskSummary, when = false): string {
  const facts = [];
  if (task.commits > 0) facts.push(`${task.branch}, ${plural(task.commits, "commit")}`);
  else if (task.attempts > 0) facts.push(`${task.branch}, no commit`);
  if (task.attempts > 1) facts.push(`${task.attempts} attempts`);
  const checks = checkWords(task.checks);
  if (checks !== "") facts.push(checks);
  if (task.status === "completed" && !isChecked(task.checks)) facts.push("unchecked");
  if (task.pushed_to !== undefined) facts.push(`pushed to ${task.pushed_to}`);
  if (task.landed) facts.push(when ? landedWhenWords(task.landed) : landedWords(task.landed));
  if (task.calls.length > 1 && task.usage.cost_unreported < task.calls.length) {
    facts.push(task.calls.map(({ usage }) => costCell(usage)).join(" + "));
  }
  if (task.usage.tokens_unreported < task.usage.attempts) facts.push(tokensIn(task.usage));
  return facts.join(" · ");
}

export const NOTHING_TO_DO = "nothing to do: all selected tasks are already completed";

/** `4 of 6 tasks completed, 1 blocked, 1 pending`. */
export function countWords(counts: Record<Status, number> & { selected: number }): string {
  if (counts.selected === 0) return NOTHING_TO_DO;
  const others: Status[] = ["blocked", "in_progress", "testing", "pending"];
  return [
    `${counts.completed} of ${plural(counts.selected, "task")} completed`,
    ...others.filter((status) => counts[status] > 0).map((status) =>
      `${counts[status]} ${statusWord(status)}`
    ),
  ].join(", ");
}

/** The time until a moment, for what is redrawn every second. */
export function countdown(until: number, now: number): string {
  return clockWords(Math.max(0, Math.ceil((until - now) / 1000) * 1000));
}

/** A time that is redrawn every second. */
export function clockWords(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1000)}s` : formatDuration(ms);
}

/** `a in src/a.ts (modified by both)`: whom and where a task's merge into the base conflicted with. */
export function metWords({ task, between, files, conflicts }: MetConflict, base: string): string {
  const others = between.filter((other) => other !== task);
  const names = { ours: base, theirs: task };
  const places = conflicts?.length
    ? conflicts.map((one) => `${one.path} (${deedsOf(one, names)})`)
    : files;
  return `${namesOf(others)} in ${namesOf(places)}`;
}

/** How long the rest may take, and what that is known from. */
export function remainingWords(
  { low_ms, high_ms, basis }: Remaining,
): { range: string; from: string } {
  const [low, high] = [roughDuration(low_ms), roughDuration(high_ms)];
  return {
    range: low === high ? low : `${low} to ${high}`,
    from: `${plural(basis.tasks, "completed task")} of ${plural(basis.runs, "run")}`,
  };
}
