import { conflictLine } from "../../domain/file_conflict.ts";
import type { CommandFailure, OperationFailure, TaskFailure } from "../../domain/failure.ts";
import { formatUsd } from "../../domain/units.ts";
import { CONFIG_PATH } from "../../domain/names.ts";
import { shellWord } from "../escape.ts";
import { plural } from "../layout.ts";
import { explainAgent } from "./agent.ts";
import {
  type About,
  atMost,
  endingWords,
  type Explanation,
  fullLog,
  linesOf,
  missingCheckWords,
  retry,
  tailOf,
  worktreeWord,
} from "./explanation.ts";

const LISTED = 10;

/** A task cannot continue without a person. */
export function explainTask(failure: TaskFailure | OperationFailure, about: About): Explanation {
  switch (failure.reason) {
    case "setup_failed":
    case "checks_failed":
      return explainCommand(failure, about);
    case "copied_committed":
      return explainCopied(failure, about);
    case "agent_failed":
    case "agent_timeout":
    case "agent_idle":
    case "no_changes":
    case "needs_input":
    case "unclear_spec":
    case "left_worktree":
      return explainAgent(failure, about);
    case "stopped":
      return {
        message: "you stopped it; what it has done so far is in its worktree",
        details: [],
        next: [
          `read what it did: parex logs ${about.task ?? "<task>"}`,
          `continue it: ${retry(about)}`,
        ],
      };
    case "git_failed":
    case "io_failed":
    case "journal_lost":
      return explainOperation(failure, about);
    default:
      return explainWork(failure, about);
  }
}

type Of<R extends TaskFailure["reason"]> = Extract<TaskFailure, { reason: R }>;

function explainCommand(failure: Of<"setup_failed" | "checks_failed">, about: About): Explanation {
  const { failed } = failure;
  const behind = { details: [...tailOf(failed), ...fullLog(failed.log)] };
  if (failure.reason === "setup_failed") {
    return {
      message: `the setup command ${endingWords(failed.exitCode)}: ${failed.command}`,
      ...behind,
      next: [...byHand(failed, about), `once it works: ${retry(about)}`],
    };
  }
  const after = failure.attempts === undefined
    ? ""
    : ` after ${plural(failure.attempts, "attempt")}`;
  if (failed.gone) return explainGone(failure, failed.gone, after, about);
  const ended = `${endingWords(failed.exitCode)}${after}: ${failed.command}`;
  if (failure.onto !== undefined) return { ...explainRedMerge(failure, ended, about), ...behind };
  const alike = failed.onBase === undefined ? "" : `; ${failed.onBase} fails it too`;
  return {
    message: `${failure.check} ${ended}${alike}`,
    ...behind,
    next: [
      ...byHand(failed, about),
      `fix and commit it there, or clarify the task, then: ${retry(about)}`,
    ],
  };
}

/** What is only on this machine, and may be secret, is neither merged nor pushed. */
function explainCopied({ paths, since }: Of<"copied_committed">, about: About): Explanation {
  const where = worktreeWord(about) ?? "its worktree";
  const files = paths.map(shellWord).join(" ");
  return {
    message: `the task's commits hold files that parex copied from your checkout: ${
      paths.join(", ")
    }`,
    details: ["They are not in git otherwise, and may hold secrets. Nothing was merged or pushed."],
    next: [
      `commit the work again without them: cd ${where} && git reset --soft ${since} && ` +
      `git rm --cached --force --quiet -- ${files} && git commit`,
      `then: ${retry(about)}`,
    ],
  };
}

function explainGone(
  { check, failed, onto }: Of<"checks_failed">,
  { from, base }: NonNullable<CommandFailure["gone"]>,
  after: string,
  about: About,
): Explanation {
  const where = worktreeWord(about) ?? "the tree";
  return {
    message: onto === undefined
      ? `the task's branch no longer has the check ${check}, which ${base} has${after}`
      : `merged with ${onto}, the check ${check} is missing, which ${base} has${after}`,
    details: [missingCheckWords(check, failed.command, { from, base })],
    next: [
      `restore and commit it in ${where}, or set the check in ${CONFIG_PATH}: ` +
      `\`${check}: <command>\`, or \`${check}: none\` to drop it`,
      `then: ${retry(about)}`,
    ],
  };
}

/** That the branch passes without the base is known of a run alone: its checks come first. */
function explainRedMerge(
  { check, failed, attempts, onto = "" }: Of<"checks_failed">,
  ended: string,
  about: About,
): Omit<Explanation, "details"> {
  const { task } = about;
  const message = attempts === undefined
    ? `merged with ${onto}, ${check} ${ended}`
    : `${check} passes on the branch alone, but merged with ${onto} it ${ended}`;
  if (task === undefined) return { message, next: [`fix it, then: ${retry({})}`] };
  const merge = `cd ${worktreeWord(about)} && git merge ${shellWord(onto)}`;
  return {
    message,
    next: [
      `reproduce it: ${merge} && ${failed.command}`,
      `fix and commit it there, then: parex merge ${shellWord(task)}`,
      // Refused by `parex merge`, it is not blocked, and cannot be done again.
      ...(attempts === undefined ? [] : [`or let its agent try again: ${retry({ task })}`]),
    ],
  };
}

/** How a person sees the same failure. */
function byHand(failed: CommandFailure, about: About): string[] {
  if (about.task === undefined) return [];
  return [`reproduce it: cd ${worktreeWord(about)} && ${failed.command}`];
}

function explainWork(
  failure: Of<
    | "worktree_failed"
    | "commit_failed"
    | "push_failed"
    | "base_protected"
    | "merge_conflict"
    | "budget_exhausted"
  >,
  about: About,
): Explanation {
  const again = retry(about);
  switch (failure.reason) {
    case "worktree_failed":
      return {
        message: `cannot create the worktree ${failure.path}`,
        details: linesOf(failure.detail),
        next: ["list the worktrees: git worktree list", `then: ${again}`],
      };
    case "commit_failed":
      return {
        message: "cannot commit the work",
        details: linesOf(failure.detail),
        next: [
          about.task === undefined
            ? "commit in the task's worktree: git commit"
            : `commit it yourself: git -C ${worktreeWord(about)} commit -a`,
          `then: ${again}`,
        ],
      };
    case "push_failed":
      return {
        message: `cannot push ${failure.branch} to ${failure.remote}`,
        details: linesOf(failure.detail),
        next: [
          `push it: git push ${shellWord(failure.remote)} ${shellWord(failure.branch)}`,
          `then: ${again}`,
        ],
      };
    case "base_protected":
      return {
        message: `${failure.branch} is protected on ${failure.remote}: nothing can be pushed to it`,
        details: linesOf(failure.detail),
        next: ["open pull requests for what is completed: parex prs"],
      };
    case "merge_conflict":
      return explainConflict(failure, about);
    case "budget_exhausted": {
      const flag = failure.scope === "run" ? "--budget" : "--task-budget";
      return {
        message: `the ${failure.scope}'s budget of ${formatUsd(failure.capUsd)} is spent: ` +
          `${formatUsd(failure.spentUsd)} used`,
        details: [],
        next: [`raise it: parex execute ${flag} <dollars>`],
      };
    }
  }
}

function explainConflict(failure: Of<"merge_conflict">, about: About): Explanation {
  const { files, between, onto, conflicts } = failure;
  const merged = onto ?? between.at(-1);
  const names = { ours: onto ?? between[0] ?? "one side", theirs: between.at(-1) ?? "the other" };
  const described = conflicts?.map((conflict) => conflictLine(conflict, names));
  const worktree = worktreeWord(about);
  const byHand = worktree === undefined || merged === undefined
    ? []
    : [`merge by hand: git -C ${worktree} merge ${shellWord(merged)}`];
  const then = onto !== undefined && about.task !== undefined
    ? `parex merge ${shellWord(about.task)}`
    : retry(about);
  return {
    message: `${between.join(" and ")} conflict` +
      (onto === undefined ? "" : ` on ${onto}`),
    details: atMost(described ?? files, LISTED),
    next: [
      ...byHand,
      `resolve the conflict, then: git ${worktree === undefined ? "" : `-C ${worktree} `}commit -a`,
      `then: ${then}`,
    ],
  };
}

function explainOperation(failure: OperationFailure, about: About): Explanation {
  const then = about.task === undefined ? "run parex again" : retry(about);
  if (failure.reason === "git_failed") {
    return {
      message: `git failed with exit code ${failure.exitCode}: ${failure.command}`,
      details: linesOf(failure.stderr),
      next: [`fix what git reports, then: ${then}`],
    };
  }
  if (failure.reason === "journal_lost") {
    return {
      message: `stopped the run because its journal cannot be written: ${failure.path}`,
      details: linesOf(failure.detail),
      next: ["check its permissions and the free disk space, then: parex resume"],
    };
  }
  return {
    message: `cannot read or write ${failure.path}`,
    details: linesOf(failure.detail),
    next: [`check the path, its permissions and the free disk space, then: ${then}`],
  };
}
