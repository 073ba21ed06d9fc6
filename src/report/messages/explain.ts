import { createColors } from "picocolors";
import { exitCodeOf, type Failure, type Reason } from "../../domain/failure.ts";
import { printable } from "../escape.ts";
import { wrap } from "../layout.ts";
import type { About, Explanation } from "./explanation.ts";
import { explainGitHub } from "./github.ts";
import { explainPrerequisite } from "./prerequisite.ts";
import { explainTask } from "./task.ts";
import { explainUsage } from "./usage.ts";

export type { About, Explanation } from "./explanation.ts";

/** What happened, details, and what to do next. Safe to print. */
export function explain(failure: Failure, about: About = {}): Explanation {
  const { message, details, next } = worded(failure, about);
  return {
    message: printable(message),
    details: details.map(printable),
    next: next.map(printable),
  };
}

/** Each group's function is complete by its type: a reason without words does not compile. */
function worded(failure: Failure, about: About): Explanation {
  switch (failure.reason) {
    case "usage":
    case "plan_not_found":
    case "plan_invalid":
    case "config_invalid":
    case "claude_settings_invalid":
    case "unknown_task":
    case "run_not_found":
      return explainUsage(failure);
    case "git_missing":
    case "git_too_old":
    case "not_a_repository":
    case "bare_repository":
    case "no_commit":
    case "detached_head":
    case "base_missing":
    case "dirty_tree":
    case "no_identity":
    case "base_diverged":
    case "foreign_branch":
    case "foreign_worktree":
    case "worktree_elsewhere":
    case "branch_in_the_way":
    case "remote_refused":
    case "agent_missing":
    case "agent_refused":
    case "disk_full":
    case "base_red":
    case "sandbox_missing":
    case "nested_run":
    case "journal_newer":
    case "lock_held":
      return explainPrerequisite(failure);
    case "no_remote":
    case "remote_not_github":
    case "gh_missing":
    case "gh_logged_out":
    case "github_denied":
    case "github_failed":
    case "pull_request_failed":
    case "pull_request_closed":
      return explainGitHub(failure, about);
    default:
      return explainTask(failure, about);
  }
}

/** What a command with `--json` prints when it fails. */
export interface FailureReport {
  /** Tells it from events, where both are lines of one stream. */
  type: "error";
  error: {
    reason: Reason;
    message: string;
    /** Paths, the end of an output; a line each. */
    details: string[];
    /** What to do next, a line each. */
    next: string[];
    exit_code: number;
  };
}

/** A failure for programs: one line, ended. */
export function failureJson(failure: Failure): string {
  const error = { reason: failure.reason, ...explain(failure), exit_code: exitCodeOf(failure) };
  return JSON.stringify({ type: "error", error } satisfies FailureReport) + "\n";
}

/**
 * A failure as it is printed on stderr, its last line ended; wrapped between words at `columns`.
 */
export function formatFailure(
  failure: Failure,
  { color, columns = Infinity }: { color: boolean; columns?: number },
): string {
  const paint = createColors(color);
  const { message, details, next } = explain(failure);
  return [
    ...hanging("error:", message, columns, paint.red),
    ...details.flatMap((detail) => detail.split("\n")).map((line) => `  ${line}`),
    ...next.flatMap((line) => hanging("next:", line, columns, paint.cyan)),
    "",
  ].join("\n");
}

/** A label and its text; the lines after the first are indented. */
function hanging(
  label: string,
  text: string,
  columns: number,
  paint: (text: string) => string,
): string[] {
  const [first = "", ...rest] = wrap(`${label} ${text}`, columns);
  const more = rest.length === 0 ? [] : wrap(rest.join(" "), columns - 2);
  return [`${paint(label)}${first.slice(label.length)}`, ...more.map((line) => `  ${line}`)];
}
