import type { Notice, Optional } from "../../domain/notice.ts";
import type { TaskId } from "../../domain/task.ts";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { printable, shellWord } from "../escape.ts";
import { estimateWords } from "../estimate.ts";
import { namesOf } from "../layout.ts";
import { explain } from "./explain.ts";

const SHORT_SHA = 10;

const WITHOUT: Record<Optional, string> = {
  landing: "completed work stays on its branches",
  issues: "no issues were opened",
  "conflict prediction": "conflicts are not predicted",
  integration: "the result was not checked as a whole",
};

const UNLINKED: Record<Extract<Notice, { about: "worktrees_unlinked" }>["why"], string> = {
  own: "no link leads there, as the repository has a `worktrees` of its own",
  in_the_way: "no link leads there, as the folder `worktrees` is not empty",
  no_links: "no link leads there, as this file system has none",
};

/** A notice in words, on one line. Safe to print. */
export function noticeWords(notice: Notice, task?: TaskId): string {
  return printable(worded(notice, task));
}

function worded(notice: Notice, task: TaskId | undefined): string {
  switch (notice.about) {
    case "checks_unread":
      return `some of the project's checks may be missing: ${notice.note}`;
    case "cost_estimate":
      return `estimated cost: ${estimateWords(notice.estimate)}`;
    case "budget_share":
    case "budget_spent":
      return budgetWords(notice);
    case "usage_limit":
      return `stopped at a usage limit that resets at ${new Date(notice.until).toISOString()} ` +
        `(${notice.why}); continue then: parex resume`;
    case "remote_silent":
      return `${notice.remote} does not answer, so nothing can land for now: ${notice.detail}`;
    case "lock_taken":
      return `took over the lock of process ${notice.pid} on ${notice.host ?? "another machine"}` +
        (notice.run === undefined ? "" : ` (run ${notice.run})`) +
        ", which has been silent for a minute; if it is still running there, stop it";
    case "task_file_edited":
      return `${notice.path} was edited during the run; the changes take effect in the next run`;
    case "issue":
      return `${notice.what} for ${notice.key}: ${notice.url}`;
    case "pull_request_ended":
      return `its pull request was ${notice.state}; parex opens no second one: ${notice.url}`;
    case "waiting": {
      const { kind, name, branch } = notice;
      const what = kind === "hook"
        ? `the ${name} hook of ${branch}`
        : `${name} to sign a commit on ${branch}; it may be asking for a passphrase`;
      return `waiting for ${what} (hook-timeout: ${formatDuration(notice.timeoutMs)})`;
    }
    case "hook_failed":
      return `the ${notice.hook} hook failed: ${notice.detail}`;
    case "submodule_missing":
      return `the submodule ${notice.path} is not in the worktrees: ${notice.detail}`;
    case "worktrees_unlinked":
      return `the worktrees are in ${notice.folder}; ${UNLINKED[notice.why]}`;
    case "label_left_out":
      return `the label ${notice.label} was left out: ${notice.why}`;
    case "bead_not_closed":
      return `bd close ${notice.id} failed: ${notice.detail}`;
    case "failed": {
      const { message } = explain(notice.failure, task === undefined ? {} : { task });
      return notice.without === undefined ? message : `${WITHOUT[notice.without]}: ${message}`;
    }
    default:
      return branchWords(notice);
  }
}

type Of<A extends Notice["about"]> = Extract<Notice, { about: A }>;

function budgetWords(notice: Of<"budget_share" | "budget_spent">): string {
  const cap = formatUsd(notice.capUsd);
  if (notice.about === "budget_share") {
    const share = Math.round(notice.spentUsd / notice.capUsd * 100);
    return `${share}% of the budget is spent: ${formatUsd(notice.spentUsd)} of ${cap}`;
  }
  return `the budget of ${cap} is spent; not started: ${namesOf(notice.left)}; ` +
    "continue with more: parex execute --budget <usd>";
}

function branchWords(
  notice: Of<"commits_brought_home" | "merge_failed_check" | "base_ahead" | "checkout_behind">,
): string {
  switch (notice.about) {
    case "commits_brought_home": {
      const where = notice.from === undefined ? "a detached HEAD" : `the branch ${notice.from}`;
      return `the agent worked on ${where}; its commits are on ${notice.branch} now`;
    }
    case "merge_failed_check": {
      const { check, base, passedAlone, gone } = notice;
      const passes = passedAlone ? "passes on its branch, but " : "";
      return `${check} ${passes}${gone ? "is missing" : "fails"} merged with ${base}`;
    }
    case "base_ahead":
      return `${notice.base} has new commits of your own: merge them with git pull`;
    case "checkout_behind": {
      const { base, at, to } = notice;
      const git = `git -C ${shellWord(notice.checkout)}`;
      return `${base} moved on, but its checkout has uncommitted changes and is still at ` +
        `${at.slice(0, SHORT_SHA)}; bring it up to date: ${git} reset --soft ${at} && ` +
        `${git} stash -u && ${git} merge --ff-only ${to} && ${git} stash pop`;
    }
  }
}
