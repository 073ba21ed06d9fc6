import type { WorkInput } from "../../../machines/ports.ts";
import type { Agent } from "../../agent/agent.ts";
import { Semaphore } from "../../util/semaphore.ts";
import type { Emit } from "../../domain/event.ts";
import type { Plan } from "../../domain/plan.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { Result } from "../../domain/result.ts";
import type { Land, Settings } from "../../domain/settings.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import type { Env } from "../../exec/env.ts";
import type { Maker } from "../../exec/sandbox.ts";
import type { Lookout } from "../../git/borders.ts";
import type { Remotes } from "../../git/remotes.ts";
import type { Repository } from "../../git/repository.ts";
import { Worktree } from "../../git/worktree.ts";
import type { BegunMerge } from "../../git/worktrees/merge_in_progress.ts";
import type { Recover } from "../../recovery/recover.ts";
import { RateLimits } from "./rate_limits.ts";
import type { CommittedChecks } from "./committed_checks.ts";
import type { Evidence } from "./evidence.ts";
import type { Installed } from "./installed.ts";
import { Spending } from "./spending.ts";
import type { Slots } from "./slots.ts";
import { Backoff } from "../../util/backoff.ts";

/** The agents that a run may call, by name. */
export type AgentsByName = Map<string, Agent>;

/** What every port of a run works with. */
export interface Scope extends Memory {
  run: string;
  /** The run's folder in parex's own, absolute. */
  dir: string;
  repo: Repository;
  plan: Plan;
  /** Every task of the plan. */
  tasks: Map<TaskId, Task>;
  settings: Settings;
  /** Variables with the name that agents commit under. */
  identity: Env;
  /** The run's own. */
  agent: Agent;
  /** The run's agent, the agents that tasks name, and the fallbacks for when one is out of quota. */
  agents: AgentsByName;
  base: string;
  /** The base's commit when the run began. */
  baseSha: string;
  /** The newest commit of the base that is known; it moves on as tasks are merged. */
  tip: string;
  land: Land;
  /** The remote has refused a push to the base by a rule: no merge can land any more. */
  baseProtected?: true | undefined;
  /** Where completed branches are pushed, and pull requests are opened. */
  remotes: Remotes;
  emit: Emit;
  /** Runs a git operation and recovers from failures that can be repaired. */
  recover: Recover;
  /** What has happened so far; it grows with every event. */
  record: RunRecord;
  committedChecks: CommittedChecks;
  /** The user's checkout in each spelling that parex's own environment has for it. */
  checkouts: readonly string[];
  lookout: Lookout;
  slots: Slots;
  /** Which checks have passed on which trees. */
  evidence: Evidence;
  /** What setup has installed. */
  installed?: Installed | undefined;
}

/** What setup and checks need, in a run or without one. */
export type CheckScope = Pick<
  Scope,
  | "run"
  | "dir"
  | "repo"
  | "plan"
  | "tasks"
  | "settings"
  | "emit"
  | "record"
  | "checkouts"
  | "lookout"
  | "slots"
  | "checkPermits"
  | "sandboxMaker"
  | "installed"
  | "reportedCrossings"
>;

/** What ports remember for one another. */
interface Memory {
  spending: Spending;
  /** How each task's current or last attempt began. */
  attemptStarts: Map<TaskId, AttemptStart>;
  /** Commits of the base that were merged into tasks' branches because their landing was refused. */
  merges: Map<TaskId, BaseMerge>;
  waits: Backoff;
  rateLimits: RateLimits;
  /** For checks, setup included. */
  checkPermits: Semaphore;
  /** For making worktrees: the first one alone, so that it is there soonest, then a few at a time. */
  worktreePermits: Semaphore;
  worktrees: Map<TaskId, Worktree>;
  /** Tasks whose worktrees this process has made, or found complete. */
  trees: Set<TaskId>;
  /** Completed tasks that still have their worktrees, oldest first. */
  completed: Set<TaskId>;
  /** Tasks' new worktrees before any agent ran. */
  prepared: Map<TaskId, PreparedTree>;
  /** The path of the repository's post-checkout hook, maybe relative to a worktree, once git was asked. */
  checkoutHook?: Promise<string> | undefined;
  /** What tasks have done, by their newest commits, for the prompts of their dependents. */
  summaries: Map<string, Promise<CommitSummary>>;
  /** The content of the user's own `core.excludesFile`, once read. */
  ownExcludes?: Promise<string> | undefined;
  /** The plan that each branch belonged to when git was first asked; undefined: not asked yet. */
  owners?: Promise<Result<Map<string, string>>> | undefined;
  /** What makes sandboxes here, once it was tried. */
  sandboxMaker?: Promise<Maker | string> | undefined;
  /** Border crossings that were reported already. */
  reportedCrossings: Set<string>;
  /** Resolved when the first task of this process has its worktree: until then nothing is prefetched. */
  firstTree: PromiseWithResolvers<void>;
  /** Worktrees made before their tasks start, or in progress. */
  prefetched: Map<TaskId, Promise<Result<Ground>>>;
}

/** Nothing is remembered yet. */
export function emptyMemory(settings: Settings): Memory {
  return {
    spending: new Spending(settings.budgetUsd, settings.taskBudgetUsd),
    attemptStarts: new Map(),
    merges: new Map(),
    waits: new Backoff(),
    rateLimits: new RateLimits(),
    checkPermits: new Semaphore(settings.checkJobs),
    worktreePermits: new Semaphore(1),
    worktrees: new Map(),
    trees: new Set(),
    completed: new Set(),
    summaries: new Map(),
    prepared: new Map(),
    reportedCrossings: new Set(),
    firstTree: Promise.withResolvers(),
    prefetched: new Map(),
  };
}

/** What a prepared worktree holds: only what git has checked out, or copied files and a hook's, too. */
export type Ground = "checkout" | "more";

/** Subjects of commits, newest first, and the files that they have changed. */
export interface CommitSummary {
  commits: string[];
  files: string[];
}

/** A worktree before an agent works in it. */
export interface PreparedTree {
  /** Of its untracked files. */
  fingerprint: string;
  /** Undefined: there is no commit yet. */
  head: string | undefined;
}

/** A commit of the base in a task's branch. */
export interface BaseMerge extends BegunMerge {
  onto: string;
  /** The branch's own commit before it. */
  before: string;
  /** The tasks that these are between. */
  between: TaskId[];
}

export interface AttemptStart {
  /** Milliseconds since the epoch. */
  at: number;
  /** The commit of the base that the task's branch is built on; absent if there is none. */
  origin?: string | undefined;
  /** The commit that its branch was created at, if this process did that. */
  began?: string | undefined;
}

/** A task of the run. */
export function taskOf({ tasks }: Pick<Scope, "tasks">, id: TaskId): Task {
  const task = tasks.get(id);
  if (!task) throw new Error(`no task ${id} in this run`);
  return task;
}

/** The worktree of a task, or of landing, whether it exists yet or not. */
export function worktreeFor(
  { repo, worktrees }: Pick<Scope, "repo" | "worktrees">,
  id: TaskId,
): Worktree {
  const worktree = worktrees.get(id) ?? new Worktree(repo, id);
  worktrees.set(id, worktree);
  return worktree;
}

/** Names the files of one call of an agent. */
export function attemptName({ task, attempt }: Pick<WorkInput, "task" | "attempt">): string {
  return `${task}.${attempt}`;
}
