import { formatDuration } from "../../domain/units.ts";
import { oneLine } from "../escape.ts";
import { plural } from "../layout.ts";
import { amdahl, type Analysis } from "./analysis.ts";

/** What to change, with the figure that says so. */
export interface Advice {
  what: string;
  why: string;
  /** How much time is behind it: the largest comes first. */
  ms: number;
}

/** Below these shares of the tasks' time, a change is not worth its trouble. */
const NOTICEABLE = 0.1;
const LARGE = 0.3;
/** A critical path of this share of the wall time leaves nothing to more jobs. */
const BOUND_BY_PATH = 0.75;

/** What to change first to make runs faster. Empty: nothing stands out. */
export function adviceOn(analysis: Analysis): Advice[] {
  const rules = [moreJobs, moreCheckJobs, fasterChecks, fewerRepairs, fasterSetup, otherAgents];
  return [...rules, answers, batches, split]
    .flatMap((rule) => rule(analysis) ?? [])
    .sort((one, other) => other.ms - one.ms);
}

type Rule = (analysis: Analysis) => Advice | undefined;

export function totalMs({ phases }: Analysis): number {
  return Object.values(phases).reduce((sum, ms) => sum + ms, 0);
}

/** `12m 03s, 31% of the tasks' time`. */
function partOf(ms: number, analysis: Analysis): string {
  return `${formatDuration(ms)}, ${percent(ms / totalMs(analysis))} of the tasks' time`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function isPart(ms: number, analysis: Analysis, share: number): boolean {
  return ms > 0 && ms >= share * totalMs(analysis);
}

const moreJobs: Rule = (analysis) => {
  const { phases: { waiting }, parallel: { jobs, serial_share } } = analysis;
  if (!isPart(waiting, analysis, NOTICEABLE)) return undefined;
  const double = jobs * 2;
  const gain = serial_share === null
    ? undefined
    : amdahl(serial_share, double) / amdahl(serial_share, jobs);
  if (gain !== undefined && gain < 1 + NOTICEABLE) return undefined;
  const bound = gain === undefined
    ? ""
    : `; by Amdahl's law that is at most ${gain.toFixed(1)}x as fast`;
  return {
    what: `use more jobs, such as --jobs ${double} instead of ${jobs}`,
    why: `tasks waited for a slot for ${partOf(waiting, analysis)}${bound}`,
    ms: waiting,
  };
};

const moreCheckJobs: Rule = (analysis) => {
  const { queued } = analysis.phases;
  if (!isPart(queued, analysis, NOTICEABLE)) return undefined;
  return {
    what: "let more checks run at the same time: check-jobs in .parallel/config.yaml",
    why: `finished work waited for its checks for ${partOf(queued, analysis)}`,
    ms: queued,
  };
};

const fasterChecks: Rule = (analysis) => {
  const slowest = analysis.checks.find(({ name }) => name !== "setup");
  if (!slowest || !isPart(analysis.phases.checks, analysis, LARGE)) return undefined;
  const { name, command, runs, ms } = slowest;
  return {
    what: `make ${name} faster: ${oneLine(command)}`,
    why:
      `it ran ${plural(runs, "time")}, ${
        formatDuration(ms / Math.max(1, runs))
      } each; checks took ` +
      partOf(analysis.phases.checks, analysis),
    ms: analysis.phases.checks,
  };
};

const fewerRepairs: Rule = (analysis) => {
  const { repairs_ms, phases: { agent }, checks } = analysis;
  if (agent === 0 || repairs_ms / agent < 2 * NOTICEABLE) return undefined;
  const worst = checks.toSorted((one, other) => other.failed - one.failed)[0];
  const most = worst && worst.failed > 0
    ? `; ${worst.name} failed ${plural(worst.failed, "time")}`
    : "";
  return {
    what: worst && worst.failed > 0
      ? `tell agents in the task files how ${worst.name} must pass: ${oneLine(worst.command)}`
      : "make the tasks clearer or smaller",
    why:
      `repairs took ${formatDuration(repairs_ms)}, ${
        percent(repairs_ms / agent)
      } of the agents' time` +
      most,
    ms: repairs_ms,
  };
};

const fasterSetup: Rule = (analysis) => {
  const setup = analysis.checks.find(({ name }) => name === "setup");
  if (!setup || !isPart(setup.ms, analysis, NOTICEABLE)) return undefined;
  return {
    what: `make setup faster, for instance with a cache: ${oneLine(setup.command)}`,
    why: `it ran ${plural(setup.runs, "time")}, ` +
      `${formatDuration(setup.ms / Math.max(1, setup.runs))} each: ${partOf(setup.ms, analysis)}`,
    ms: setup.ms,
  };
};

const otherAgents: Rule = (analysis) => {
  const { limit } = analysis.phases;
  if (!isPart(limit, analysis, NOTICEABLE)) return undefined;
  return {
    what: "name other agents to continue with: agents in .parallel/config.yaml",
    why: `usage limits paused tasks for ${partOf(limit, analysis)}`,
    ms: limit,
  };
};

const answers: Rule = (analysis) => {
  const { question } = analysis.phases;
  if (!isPart(question, analysis, NOTICEABLE)) return undefined;
  return {
    what: "hear of questions at once: notify in .parallel/config.yaml",
    why: `questions waited for an answer for ${partOf(question, analysis)}`,
    ms: question,
  };
};

const batches: Rule = (analysis) => {
  const { landing } = analysis.phases;
  if (!isPart(landing, analysis, 2 * NOTICEABLE)) return undefined;
  return {
    what: "check several merges at once: merge-batch in .parallel/config.yaml",
    why: `completed tasks waited to land for ${partOf(landing, analysis)}`,
    ms: landing,
  };
};

const split: Rule = ({ critical_path: { tasks, ms, wall_ms } }) => {
  if (wall_ms === 0 || ms / wall_ms < BOUND_BY_PATH) return undefined;
  const longest = tasks.toSorted((one, other) => other.ms - one.ms)[0];
  if (!longest) return undefined;
  return {
    what: `split ${oneLine(longest.id)}, or let less wait for it`,
    why:
      `the last run's critical path takes ${formatDuration(ms)} of its ${
        formatDuration(wall_ms)
      }, ` +
      `and ${oneLine(longest.id)} ${formatDuration(longest.ms)} of that`,
    ms,
  };
};
