/** What the schemas of events and of `--json` outputs share. */
import { z } from "zod";
import type { Reason } from "../../src/domain/failure.ts";
import { PRIORITIES, STATUSES } from "../../src/domain/task.ts";

export const text = z.string();
export const number = z.number();
export const integer = z.int();
export const flag = z.boolean();
export const texts = z.array(text);
export const task = text.describe("id of the task");
export const tasks = z.array(text);
export const moment = z.iso.datetime().describe("ISO 8601, UTC");
export const ms = number.describe("milliseconds");
export const usd = number.describe("US dollars");
export const path = text.describe("absolute path");
export const status = z.enum(STATUSES);
export const priority = z.enum(PRIORITIES);
export const exitCode = integer.nullable().describe("null: ended by a signal or a time-out");
export const how = z.enum(["pr", "merge"]).describe(
  "opened a pull request, or merged into the base",
);

export const reused = z.strictObject({ run: text, task: task.optional() })
  .describe("not run: it had passed on the same tree, in this run, for this task");

/** Complete by its type: a reason that is missing here does not compile. */
const REASONS: Record<Reason, true> = {
  usage: true,
  plan_not_found: true,
  plan_invalid: true,
  config_invalid: true,
  claude_settings_invalid: true,
  unknown_task: true,
  run_not_found: true,
  git_missing: true,
  git_too_old: true,
  not_a_repository: true,
  bare_repository: true,
  no_commit: true,
  detached_head: true,
  base_missing: true,
  dirty_tree: true,
  no_identity: true,
  base_diverged: true,
  foreign_branch: true,
  foreign_worktree: true,
  worktree_elsewhere: true,
  branch_in_the_way: true,
  remote_refused: true,
  agent_missing: true,
  agent_refused: true,
  disk_full: true,
  base_red: true,
  sandbox_missing: true,
  nested_run: true,
  journal_newer: true,
  lock_held: true,
  worktree_failed: true,
  setup_failed: true,
  agent_failed: true,
  agent_timeout: true,
  agent_idle: true,
  no_changes: true,
  copied_committed: true,
  checks_failed: true,
  commit_failed: true,
  push_failed: true,
  base_protected: true,
  merge_conflict: true,
  budget_exhausted: true,
  needs_input: true,
  stopped: true,
  unclear_spec: true,
  left_worktree: true,
  no_remote: true,
  remote_not_github: true,
  gh_missing: true,
  gh_logged_out: true,
  github_denied: true,
  pull_request_failed: true,
  pull_request_closed: true,
  github_failed: true,
  git_failed: true,
  io_failed: true,
  journal_lost: true,
};

export const reason = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]])
  .describe("reason code");

/** A failure as parex itself keeps it; its other fields depend on the reason. */
export const failure = z.looseObject({ reason }).describe(
  "the failure as parex keeps it; its other fields depend on the reason",
);

export const stopped = z.strictObject({
  reason,
  message: text,
  details: texts,
  next: texts.describe("what to do next, a line each"),
}).describe("the failure of the account, the machine or the base that stopped the run");

export const landed = z.strictObject({
  how,
  url: text.optional(),
  sha: text.optional(),
  run: text.describe("the run that landed it"),
  at: moment,
});

export const predictedConflict = z.strictObject({
  tasks: z.tuple([text, text]),
  files: texts,
  basis: z.enum(["branches", "plan"])
    .describe("the branches do conflict, or the plan says that both tasks change the files"),
});
