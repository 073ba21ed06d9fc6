import type { TaskId } from "./task.ts";

/** The version of this program. */
export const VERSION = "0.1.0";

/** Where a plan is looked for when none is named, relative to the repository's root. */
export const PLAN_PATHS = [
  ".parallel/plans/plan.yaml",
  ".parallel/plans/active/plan.yaml",
] as const;
/** Where `parex extract` puts a plan. */
export const PLANS_DIR = ".parallel/plans";
export const CONFIG_PATH = ".parallel/config.yaml";
/** What `parex init` writes for Claude Code: no agent of a run needs to see it. */
export const SET_UP_PATHS = [
  ".claude/settings.json",
  ".claude/settings.local.json",
  ".claude/commands/parex.md",
] as const;
export const ARCHIVE_DIR = ".parallel/archive";
/** The folder of the worktrees, relative to the repository's root. */
export const WORKTREES_DIR = "worktrees";
/** parex's own folder in git's common directory. */
export const STATE_DIR = "parex";

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * File systems take names of 255 bytes, and there are files named after a task and what they are.
 */
export const ID_LENGTH = 200;

/** Names of Windows devices, with any extension: no folder on Windows can have these names. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * An id is part of a branch and a folder name, so it must be one that git and every system takes.
 */
export function isTaskId(id: string): boolean {
  return id.length <= ID_LENGTH && ID.test(id) && !DEVICE.test(id) && !id.includes("..") &&
    !id.endsWith(".lock") && !id.endsWith(".");
}

/** What the branches of all tasks begin with, where no setting says otherwise. */
export const BRANCH_PREFIX = "feature/";

export function branchOf(task: TaskId, prefix = BRANCH_PREFIX): string {
  return prefix + task;
}

/** The worktree's path relative to the repository's root. */
export function worktreeOf(task: TaskId): string {
  return `${WORKTREES_DIR}/${task}`;
}

/** The prefix of all rescue refs. */
export const RESCUE_REFS = "refs/parex/rescue";

export function rescueRefOf(run: string, task: TaskId): string {
  return `${RESCUE_REFS}/${run}/${task}`;
}

/** The key in git's config under which a branch records the plan that it belongs to. */
export function planKeyOf(branch: string): string {
  return `branch.${branch}.parex-plan`;
}
