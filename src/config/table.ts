import { type CheckCommands, type Settings, SOCKETS } from "../domain/settings.ts";
import { BRANCH_PREFIX } from "../domain/names.ts";
import { AGENTS } from "../domain/agents.ts";
import {
  branchPrefix,
  choice,
  choices,
  count,
  duration,
  globs,
  ids,
  type Kind,
  text,
  toggle,
  usd,
  variables,
} from "./kinds.ts";

/** All settings side by side, as they are written. */
export type Values = Omit<Settings, "checks" | "given"> & CheckCommands;
type Every = { [K in keyof Required<Values>]: Exclude<Values[K], undefined> };
export type Key = keyof Every;

export interface Spec<T> {
  /**
   * In the config file, where a dot may also be a mapping in a mapping; with `--` before it, the
   * flag.
   */
  name: string;
  kind: Kind<T>;
  description: string;
  /** What `--no-…` does, if "do not" before the description does not say it. */
  without?: string;
  /** The flag's letter. */
  short?: string;
  /** It has no flag. */
  flagless?: true;
}

/** Every setting, described once: flags, variables, config file and its schema derive from it. */
export const SETTINGS: { readonly [K in keyof Every]: Spec<Every[K]> } = {
  jobs: { name: "jobs", kind: count, short: "j", description: "agents that work at the same time" },
  agent: {
    name: "agent",
    kind: choice<string>(AGENTS),
    description: "agent that does the tasks",
  },
  agents: {
    name: "agents",
    kind: choices(AGENTS),
    flagless: true,
    description: "agents to continue with, in this order, while one is out of quota",
  },
  agentCommand: {
    name: "agent-command",
    kind: text("<command>"),
    description: "command line of the `command` agent; it gets the prompt on stdin",
  },
  model: {
    name: "model",
    kind: text("<name>"),
    description: "model that the agent uses (default: haiku for claude)",
  },
  planModel: {
    name: "plan-model",
    kind: text("<name>"),
    flagless: true,
    description: "the model that drafts plans, `parex plan` (default: sonnet for claude)",
  },
  base: {
    name: "base",
    kind: text("<branch>"),
    description: "branch that the plan lands on (default: the current one)",
  },
  land: {
    name: "land",
    kind: choice(["pr", "merge", "none"]),
    description: "where completed work goes (default: pr where possible, else none)",
  },
  mergeBatch: {
    name: "merge-batch",
    kind: count,
    flagless: true,
    description: "completed tasks that are merged together and checked once",
  },
  branchPrefix: {
    name: "branch-prefix",
    kind: branchPrefix,
    flagless: true,
    description: "what the names of tasks' branches begin with",
  },
  mergeMessage: {
    name: "merge-message",
    kind: text("<template>"),
    flagless: true,
    description: "message of a merge: {task}, {title}, {branch}, {base} and {plan} are replaced",
  },
  mergeHooks: {
    name: "merge-hooks",
    kind: toggle,
    flagless: true,
    description: "run the repository's git hooks on merges into the base",
  },
  keepWorktrees: {
    name: "keep-worktrees",
    kind: toggle,
    flagless: true,
    description: "keep the worktree and the branch of a task after it has landed",
  },
  attempts: {
    name: "attempts",
    kind: count,
    description: "attempts per task, repairs included",
  },
  timeoutMs: { name: "timeout", kind: duration, description: "time limit of an attempt" },
  idleTimeoutMs: {
    name: "idle-timeout",
    kind: duration,
    description: "time limit of an agent's silence",
  },
  wait: {
    name: "wait",
    kind: toggle,
    description: "wait for a usage limit to reset",
    without: "end the run at a usage limit instead of waiting; parex resume continues it",
  },
  budgetUsd: { name: "budget", kind: usd, description: "cap on the cost of a run" },
  taskBudgetUsd: { name: "task-budget", kind: usd, description: "cap on the cost of a task" },
  only: { name: "only", kind: ids, description: "only these tasks and what they depend on" },
  dryRun: {
    name: "dry-run",
    kind: toggle,
    description: "show the schedule, branches and commands; do nothing",
  },
  json: { name: "json", kind: toggle, description: "print events as NDJSON on stdout" },
  yes: { name: "yes", kind: toggle, description: "ask no questions" },
  allowDirty: {
    name: "allow-dirty",
    kind: toggle,
    description: "continue with uncommitted changes, which agents do not see",
  },
  allowRedBase: {
    name: "allow-red-base",
    kind: toggle,
    description: "continue although the base fails the project's checks",
  },
  sandbox: {
    name: "sandbox",
    kind: toggle,
    description: "let agents and checks write to their worktree alone",
  },
  sandboxSockets: {
    name: "sandbox-sockets",
    kind: choices(SOCKETS),
    flagless: true,
    description: "sockets that stay open in the sandbox",
  },
  mcp: {
    name: "mcp",
    kind: toggle,
    flagless: true,
    description: "start the user's own MCP servers for the agent `claude`",
  },
  push: {
    name: "push",
    kind: toggle,
    description: "push completed branches where there is a remote",
  },
  issues: {
    name: "issues",
    kind: toggle,
    description: "open an issue on GitHub for every blocked task and failed integration",
  },
  worktrees: {
    name: "worktrees",
    kind: text("<folder>"),
    description: "the folder of the worktrees (default: beside the checkout)",
  },
  copy: {
    name: "copy",
    kind: globs,
    flagless: true,
    description: "files copied from the main checkout into each worktree",
  },
  env: {
    name: "env",
    kind: variables,
    flagless: true,
    description: "variables for agents, setup and checks, on top of parex's own environment",
  },
  setup: command("setup", "prepares a worktree, before the agent starts"),
  test: command("test", "runs the tests"),
  lint: command("lint", "lints"),
  typecheck: command("typecheck", "checks the types"),
  checkJobs: {
    name: "check-jobs",
    kind: count,
    flagless: true,
    description: "checks at the same time (default: half the cores)",
  },
  checkTimeoutMs: {
    name: "check-timeout",
    kind: duration,
    flagless: true,
    description: "time limit of each check",
  },
  hookTimeoutMs: {
    name: "hook-timeout",
    kind: duration,
    flagless: true,
    description: "time limit of each git hook, and of the program that signs a commit",
  },
  keepRuns: {
    name: "keep-runs",
    kind: count,
    flagless: true,
    description: "last runs whose transcripts and logs `parex cleanup` keeps",
  },
  notify: {
    name: "notify",
    kind: text("<command>"),
    flagless: true,
    description: "command line to run on a question, a blocked task and the end of a run",
  },
  bell: {
    name: "bell",
    kind: toggle,
    flagless: true,
    description: "ring the terminal's bell then, with a notification where the terminal shows them",
  },
  recoveryModel: {
    name: "recovery.model",
    kind: text("<name>"),
    flagless: true,
    description: "model to ask when git or gh fails and no known fix helps; `none` asks nobody",
  },
  recoveryEscalate: {
    name: "recovery.escalate",
    kind: choice(["copilot", "sonnet", "none"]),
    flagless: true,
    description: "whom to ask when that model does not help",
  },
};

export const KEYS = Object.keys(SETTINGS) as Key[];

/** The defaults. */
export const DEFAULTS: Omit<Values, "checkJobs"> = {
  jobs: 4,
  agent: "claude",
  agents: [],
  wait: true,
  mergeBatch: 1,
  mergeHooks: false,
  branchPrefix: BRANCH_PREFIX,
  keepWorktrees: false,
  attempts: 3,
  timeoutMs: 45 * 60_000,
  idleTimeoutMs: 10 * 60_000,
  only: [],
  dryRun: false,
  json: false,
  yes: false,
  allowDirty: false,
  allowRedBase: false,
  sandbox: false,
  sandboxSockets: [],
  mcp: false,
  push: true,
  issues: false,
  copy: [".env", ".env.local"],
  env: {},
  checkTimeoutMs: 30 * 60_000,
  hookTimeoutMs: 10 * 60_000,
  keepRuns: 20,
  bell: true,
  recoveryModel: "claude-haiku-5-5",
  recoveryEscalate: "none",
};

/** Checks may use several cores each: half of them at the same time. */
export function defaultCheckJobs(cores: number): number {
  return Math.max(1, Math.floor(cores / 2));
}

/** The environment variable of a setting. */
export function variableOf(spec: { name: string }): string {
  return `PAREX_${spec.name.replaceAll(/[-.]/g, "_").toUpperCase()}`;
}

/** Whether it has a flag. */
export function hasFlag(key: Key): boolean {
  return !SETTINGS[key].flagless;
}

/** What the setting does, with its default if that is useful. */
export function descriptionOf(key: Key): string {
  const { description, kind } = SETTINGS[key] as Spec<unknown>;
  const fallback: unknown = (DEFAULTS as Partial<Values>)[key];
  const silent = fallback === undefined || typeof fallback === "boolean" ||
    kind.show(fallback) === "";
  return silent ? description : `${description} (default: ${kind.show(fallback)})`;
}

function command(name: string, does: string): Spec<string> {
  return {
    name,
    kind: text("<command>"),
    flagless: true,
    description: `command line that ${does}; found from the project if not set`,
  };
}
