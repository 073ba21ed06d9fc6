import type { TaskId } from "../../domain/task.ts";
import { childEnv, type Env } from "../../exec/env.ts";
import { taskEnv } from "../../exec/task_env.ts";
import { traceEnv } from "../../git/command_trace.ts";
import { configEnv } from "../../git/config_env.ts";
import type { Hooks } from "../../git/hooks.ts";
import type { Worktree } from "../../git/worktree.ts";
import { exists, isWithin } from "../../util/files.ts";
import { notify } from "./notices.ts";
import type { CheckScope, Scope } from "./run_context.ts";

/** The environment of what runs in a worktree: agents, setup, checks and hooks. */
export function workEnv(scope: CheckScope, worktree: Worktree, extra: Env = {}): Env {
  const { checkouts, settings, slots } = scope;
  const { task, path } = worktree;
  const own = taskEnv(childEnv(), { worktree: path, checkouts });
  // Many keep it out of git: where it is missing, go looks for one itself.
  if (own.GOWORK !== undefined && isMissingIn(path, own.GOWORK)) delete own.GOWORK;
  const env = {
    ...own,
    ...slots.envOf(task),
    ...settings.env,
    ...marksOf(scope, task),
    PAREX_WORKTREE: path,
    PAREX_BRANCH: worktree.branch,
    // Reflogs then say whose commits, resets and checkouts they record.
    GIT_REFLOG_ACTION: `parex ${task}`,
    ...traceEnv(traceOf(scope, task)),
    ...extra,
  };
  // git shares its records of resolved conflicts between all worktrees, the user's included.
  const config = { ...worktree.config, "rerere.enabled": "false" };
  return { ...env, ...configEnv(config, env) };
}

function isMissingIn(worktree: string, path: string): boolean {
  return isWithin(path, worktree) && !exists(path);
}

/** The variables that identify every process of an attempt, even one that left its process group. */
export function marksOf(scope: Pick<Scope, "run">, task: TaskId): Record<string, string> {
  return { PAREX_TASK_ID: task, PAREX_RUN_ID: scope.run };
}

/** Where git records the commands that processes of a task run; also in a sandbox. */
export function traceOf({ dir }: Pick<Scope, "dir">, task: TaskId): string {
  return `${dir}/tmp/${task}/git-commands`;
}

/** How the project's hooks run in a git command: for a worktree, else for the user's checkout. */
export function hooksIn(scope: Scope, worktree?: Worktree): Hooks {
  const { emit, settings: { hookTimeoutMs: timeoutMs } } = scope;
  const task = worktree && scope.tasks.has(worktree.task) ? worktree.task : undefined;
  const branch = task === undefined ? scope.base : scope.repo.branchOf(task);
  return {
    env: worktree ? workEnv(scope, worktree) : childEnv(),
    timeoutMs,
    onWait: (waitedFor) =>
      notify(emit, { about: "waiting", ...waitedFor, branch, timeoutMs }, task),
  };
}
