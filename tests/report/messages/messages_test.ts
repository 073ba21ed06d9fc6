import type { Failure, Reason } from "../../../src/domain/failure.ts";
import { explain, formatFailure } from "../../../src/report/messages/explain.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const failed = { command: "npm test", exitCode: 1, tail: "1 failing\n", log: "/runs/1/test.log" };
const problem = {
  severity: "error" as const,
  code: "unknown-dependency",
  file: "/code/plan.yaml",
  line: 12,
  column: 5,
  message: "task-1 depends on task-8, which does not exist",
  hint: "did you mean task-0?",
};

/** One of each: a reason without an example does not compile. */
const EXAMPLES: { [R in Reason]: Extract<Failure, { reason: R }> } = {
  usage: { reason: "usage", message: "unknown flag --jbos" },
  plan_not_found: { reason: "plan_not_found", looked: ["/code/.parallel/plans/plan.yaml"] },
  plan_invalid: { reason: "plan_invalid", path: "/code/plan.yaml", problems: [problem] },
  claude_settings_invalid: {
    reason: "claude_settings_invalid",
    path: ".claude/settings.json",
    problems: [problem],
  },
  config_invalid: { reason: "config_invalid", problems: [problem, problem] },
  unknown_task: { reason: "unknown_task", id: "task-8" },
  run_not_found: { reason: "run_not_found" },
  git_missing: { reason: "git_missing" },
  git_too_old: { reason: "git_too_old", found: "2.30.2", needed: "2.38" },
  not_a_repository: { reason: "not_a_repository", cwd: "/tmp" },
  bare_repository: { reason: "bare_repository", path: "/srv/code.git" },
  no_commit: { reason: "no_commit", root: "/code" },
  detached_head: { reason: "detached_head", root: "/code" },
  base_missing: { reason: "base_missing", base: "mian", suggestion: "main" },
  dirty_tree: { reason: "dirty_tree", root: "/code", paths: ["a b.ts", "c.ts"], total: 14 },
  no_identity: { reason: "no_identity", detail: "empty ident name" },
  foreign_branch: {
    reason: "foreign_branch",
    branches: [{ branch: "feature/task-0", owner: "older plan" }],
    identity: "word count@2026",
  },
  foreign_worktree: { reason: "foreign_worktree", path: "/code/worktrees/task-0" },
  worktree_elsewhere: { reason: "worktree_elsewhere", branch: "feature/task-0", path: "/else" },
  remote_refused: { reason: "remote_refused", remote: "origin", detail: "Permission denied" },
  branch_in_the_way: { reason: "branch_in_the_way", branch: "feature", wanted: "feature/task-0" },
  sandbox_missing: { reason: "sandbox_missing", detail: "bwrap is not installed" },
  agent_missing: { reason: "agent_missing", agent: "claude", command: "claude" },
  disk_full: { reason: "disk_full", path: "/repo", detail: "No space left on device" },
  base_red: {
    reason: "base_red",
    base: "main",
    sha: "0123456789abcdef",
    check: "test",
    failed: { command: "npm test", exitCode: 1, tail: "1 failed", log: "/logs/base.test.log" },
  },
  agent_refused: { reason: "agent_refused", agent: "codex", why: "no_money", detail: "No credit" },
  no_remote: { reason: "no_remote", root: "/code" },
  remote_not_github: { reason: "remote_not_github", remote: "origin", url: "/srv/code.git" },
  gh_missing: { reason: "gh_missing" },
  gh_logged_out: { reason: "gh_logged_out", host: "github.com", detail: "HTTP 401" },
  github_denied: { reason: "github_denied", repository: "o/r", detail: "it is archived" },
  journal_newer: { reason: "journal_newer", path: "/code/.git/parex/j.ndjson", version: 2 },
  nested_run: { reason: "nested_run", task: "task-0" },
  lock_held: {
    reason: "lock_held",
    pid: 4711,
    since: "2026-11-22T09:30:00.000Z",
    run: "20261122-093000-k3f9",
    path: "/code/.git/parex/lock",
  },
  worktree_failed: { reason: "worktree_failed", path: "/code/worktrees/task-0", detail: "full" },
  setup_failed: { reason: "setup_failed", failed },
  agent_failed: { reason: "agent_failed", exitCode: null, detail: "killed" },
  agent_timeout: { reason: "agent_timeout", ms: 2_700_000 },
  agent_idle: { reason: "agent_idle", ms: 600_000 },
  copied_committed: { reason: "copied_committed", paths: [".env"], since: "0123abcd" },
  no_changes: { reason: "no_changes" },
  checks_failed: { reason: "checks_failed", check: "test", failed, attempts: 3 },
  commit_failed: { reason: "commit_failed", detail: "hook declined" },
  base_protected: {
    reason: "base_protected",
    remote: "origin",
    branch: "main",
    detail: "remote: error: GH006: Protected branch update failed for refs/heads/main.",
  },
  push_failed: { reason: "push_failed", remote: "origin", branch: "feature/a", detail: "denied" },
  base_diverged: { reason: "base_diverged", base: "main", remote: "origin", onRemote: "main" },
  merge_conflict: { reason: "merge_conflict", files: ["a.ts"], between: ["task-0", "task-1"] },
  pull_request_closed: {
    reason: "pull_request_closed",
    number: 7,
    url: "https://github.com/o/r/pull/7",
  },
  pull_request_failed: {
    reason: "pull_request_failed",
    branch: "feature/a",
    base: "main",
    detail: "HTTP 422",
  },
  budget_exhausted: { reason: "budget_exhausted", scope: "run", spentUsd: 2.1, capUsd: 2 },
  stopped: { reason: "stopped" },
  needs_input: { reason: "needs_input", question: "Which port?" },
  unclear_spec: { reason: "unclear_spec", detail: "no file is named" },
  left_worktree: { reason: "left_worktree", strayed: ["the branch main was moved"] },
  git_failed: { reason: "git_failed", command: "git fetch", exitCode: 128, stderr: "fatal" },
  github_failed: { reason: "github_failed", doing: "list the labels", status: 502, detail: "502" },
  journal_lost: { reason: "journal_lost", path: "/code/.git/parex/x", detail: "disk full" },
  io_failed: { reason: "io_failed", path: "/code/x", detail: "permission denied" },
};

for (const failure of Object.values(EXAMPLES)) {
  Deno.test(`explain() says of ${failure.reason} what happened and what to do next`, () => {
    const { message, next } = explain(failure, { task: "task-1" });
    assert(message.length > 0 && !message.includes("undefined"), message);
    assert(next.length > 0 && next.every((line) => line.length > 0));
    assert(![message, ...next].some((line) => line.includes("undefined")));
  });
}

Deno.test("explain() names the task in the command that does it again", () => {
  const { next } = explain(EXAMPLES.checks_failed, { task: "task-1" });
  assert(next.at(-1)?.endsWith("parex retry task-1"));
  assertEquals(next[0], "reproduce it: cd worktrees/task-1 && npm test");
});

Deno.test("explain() offers every way out of a branch of another plan, as commands", () => {
  assertEquals(explain(EXAMPLES.foreign_branch).next, [
    "keep it under another name: git branch -m -- feature/task-0 feature/task-0-old",
    "or delete it: git branch -D -- feature/task-0",
    "or use it for this plan: git config branch.feature/task-0.parex-plan 'word count@2026'",
  ]);
});

Deno.test("formatFailure() prints message, details and next steps, each where it belongs", () => {
  assertEquals(
    formatFailure(EXAMPLES.dirty_tree, { color: false }),
    `error: there are uncommitted changes, which agents would not see: /code
  a b.ts
  c.ts
  … and 12 more
next: commit them: git add -A && git commit
next: or stash them: git stash push -u -- :/ ':(top,exclude).parallel'
next: or continue without them: parex execute --allow-dirty
`,
  );
});

Deno.test("formatFailure() prints every problem of a plan with its place and its hint", () => {
  assertEquals(
    formatFailure(EXAMPLES.plan_invalid, { color: false }),
    `error: the plan has an error: /code/plan.yaml
  /code/plan.yaml:12:5  error  task-1 depends on task-8, which does not exist
    did you mean task-0?
next: fix it, then: parex validate /code/plan.yaml
`,
  );
});

Deno.test("formatFailure() lets no plan write to the terminal", () => {
  const text = formatFailure({ reason: "unknown_task", id: "\x1b]0;owned\x07" }, { color: true });
  assert(!text.includes("\x1b]") && !text.includes("\x07"));
});
