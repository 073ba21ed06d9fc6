import { createColors } from "picocolors";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { cut, fit, fitLeft, plural, widest, wrap } from "../layout.ts";
import { adviceOn, percent, totalMs } from "../run/advice.ts";
import { amdahl, type Analysis } from "../run/analysis.ts";
import { timeWords } from "../words.ts";

const PHASES: Record<keyof Analysis["phases"], string> = {
  agent: "agents",
  checks: "checks",
  preparing: "worktrees, setup, commits",
  waiting: "waiting for a slot",
  queued: "waiting for a check slot",
  landing: "landing",
  limit: "usage limits",
  question: "waiting for an answer",
};

const LABEL = 25;
const TIME = 8;

/** What `parex analyze` prints. Its last line is ended. */
export function analysisText(
  analysis: Analysis,
  { color, columns }: { color: boolean; columns: number },
): string {
  const paint = createColors(color);
  const section = (title: string, lines: string[]) =>
    lines.length === 0 ? [] : ["", paint.bold(title), ...lines];
  return [
    ...wrap(headWords(analysis), columns),
    ...section("Where the tasks' time went", phaseLines(analysis, columns)),
    ...section("Parallelism", parallelLines(analysis, columns)),
    ...section("Tasks that took longest", taskLines(analysis, columns)),
    ...section("Checks", checkLines(analysis, columns)),
    ...section("What to change first", adviceLines(analysis, columns)),
  ].map((line) => line.trimEnd() + "\n").join("");
}

function headWords({ runs, wall_ms }: Analysis): string {
  const plans = new Set(runs.map(({ plan }) => oneLine(plan ?? "unknown plan")));
  const [first, last] = [runs[0], runs.at(-1)];
  const since = first === last || !first || !last
    ? timeWords(last?.started_at ?? "")
    : `${timeWords(first.started_at)} to ${timeWords(last.started_at)}`;
  return `${plural(runs.length, "run")} of ${[...plans].join(", ")}, ${since}, ` +
    `${formatDuration(wall_ms)} together`;
}

function phaseLines(analysis: Analysis, columns: number): string[] {
  const total = totalMs(analysis);
  const room = Math.max(0, Math.min(24, columns - LABEL - TIME - 14));
  return (Object.keys(PHASES) as (keyof typeof PHASES)[])
    .map((phase) => ({ phase, ms: analysis.phases[phase] }))
    .filter(({ ms }) => ms > 0)
    .sort((one, other) => other.ms - one.ms)
    .map(({ phase, ms }) => {
      const bar = "█".repeat(Math.round(ms / total * room));
      const time = fitLeft(formatDuration(ms), TIME);
      return `  ${fit(PHASES[phase], LABEL)}  ${time}  ${fitLeft(percent(ms / total), 4)}  ${bar}`;
    });
}

function parallelLines({ parallel, critical_path }: Analysis, columns: number): string[] {
  const { jobs, busy_ms, work_ms, speedup, serial_share } = parallel;
  const { tasks, ms } = critical_path;
  const names = tasks.map(({ id }) => oneLine(id)).join(", ");
  const rows: [label: string, words: string][] = [
    [
      "speedup",
      `${speedup.toFixed(1)}x with ${plural(jobs, "job")}: ${formatDuration(work_ms)} of work in ` +
      formatDuration(busy_ms),
    ],
    [
      "serial share",
      serial_share === null
        ? "unknown: the runs had one job"
        : `${percent(serial_share)} of the work was done with only one task at work`,
    ],
    ...(serial_share === null
      ? []
      : [["Amdahl's law", amdahlWords(serial_share, jobs)] satisfies [string, string]]),
    ["critical path", `${formatDuration(ms)} in the last run: ${names}`],
  ];
  return rows.flatMap(([label, words]) =>
    wrap(words, columns - 18).map((line, at) => `  ${fit(at === 0 ? label : "", 14)}  ${line}`)
  );
}

function amdahlWords(share: number, jobs: number): string {
  const of = [jobs, jobs * 2, jobs * 4].map((n) => `${n} jobs ${amdahl(share, n).toFixed(1)}x`);
  const most = share === 0 ? "no bound" : `${(1 / share).toFixed(1)}x`;
  return `at most ${of.join(", ")}, any number ${most}`;
}

function taskLines({ tasks }: Analysis, columns: number): string[] {
  const width = widest(tasks.map(({ id }) => oneLine(id)), 20);
  const shown = tasks.slice(0, 5);
  return shown.map(({ id, name, ms, attempts, cost_usd }) => {
    const facts = [
      fitLeft(formatDuration(ms), TIME),
      plural(attempts, "attempt"),
      ...(cost_usd === null ? [] : [formatUsd(cost_usd)]),
      oneLine(name),
    ].join("  ");
    return cut(`  ${fit(oneLine(id), width)}  ${facts}`, columns);
  });
}

function checkLines({ checks }: Analysis, columns: number): string[] {
  return checks.flatMap(({ name, command, runs, failed, reused, ms }) => {
    const average = runs === 0 ? "" : `, ${formatDuration(ms / runs)} each`;
    const facts = [
      `${fitLeft(formatDuration(ms), TIME)}  ran ${plural(runs, "time")}${average}`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(reused > 0 ? [`${reused} not needed: same tree`] : []),
    ].join(", ");
    return [
      cut(`  ${fit(oneLine(name), 10)}  ${facts}`, columns),
      cut(`  ${" ".repeat(22)}${oneLine(command)}`, columns),
    ];
  });
}

function adviceLines(analysis: Analysis, columns: number): string[] {
  const advice = adviceOn(analysis);
  if (advice.length === 0) return ["  nothing stands out"];
  return advice.flatMap(({ what, why }, at) => [
    ...wrap(what, columns - 5).map((line, row) => `  ${row === 0 ? `${at + 1}.` : "  "} ${line}`),
    ...wrap(why, columns - 5).map((line) => `     ${line}`),
  ]);
}
