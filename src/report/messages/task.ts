import type { CommandFailure, OperationFailure, TaskFailure } from "../../domain/failure.ts";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { CONFIG_PATH, worktreeOf } from "../../domain/names.ts";
import { shellWord } from "../escape.ts";
import { plural } from "../layout.ts";
import {
  type About,
  atMost,
  endedHow,
  type Explanation,
  goneFrom,
  linesOf,
  retry,
  specification,
  tailOf,
  whole,
} from "./explanation.ts";

const LISTED = 10;

/** A task cannot go on without a person. */
export function explainTask(failure: TaskFailure | OperationFailure, about: About): Explanation {
  switch (failure.reason) {
    case "setup_failed":
    case "checks_failed":
      return explainCommand(failure, about);
    case "agent_failed":
    case "agent_timeout":
    case "agent_idle":
    case "no_changes":
    case "needs_input":
    case "unclear_spec":
      return explainAgent(failure, about);
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
  const behind = { details: [...tailOf(failed), ...whole(failed.log)] };
  if (failure.reason === "setup_failed") {
    return {
      message: `the setup command ${endedHow(failed.exitCode)}: ${failed.command}`,
      ...behind,
      next: [...byHand(failed, about), `when it works: ${retry(about)}`],
    };
  }
  const after = failure.attempts === undefined
    ? ""
    : ` after ${plural(failure.attempts, "attempt")}`;
  if (failed.gone) return explainGone(failure, failed.gone, after, about);
  const ended = `${endedHow(failed.exitCode)}${after}: ${failed.command}`;
  if (failure.onto !== undefined) return { ...explainRedMerge(failure, ended, about), ...behind };
  return {
    message: `${failure.check} ${ended}`,
    ...behind,
    next: [
      ...byHand(failed, about),
      `correct and commit it there, or make the task clearer, then: ${retry(about)}`,
    ],
  };
}

function explainGone(
  { check, failed, onto }: Of<"checks_failed">,
  { from, base }: NonNullable<CommandFailure["gone"]>,
  after: string,
  about: About,
): Explanation {
  const where = about.task === undefined ? "the tree" : shellWord(worktreeOf(about.task));
  return {
    message: onto === undefined
      ? `${check} is gone from the task's tree${after}, and ${base} has it`
      : `merged with ${onto}, ${check} is gone${after}, and ${base} has it`,
    details: [goneFrom(check, failed.command, { from, base })],
    next: [
      `bring it back and commit it in ${where}, or name the check in ${CONFIG_PATH}: ` +
      `\`${check}: <command>\`, or \`${check}: none\` if there is to be none any more`,
      `then: ${retry(about)}`,
    ],
  };
}

/** That the branch passes without the base is known of a run alone: its checks come first. */
function explainRedMerge(
  { check, failed, attempts, onto = "" }: Of<"checks_failed">,
  ended: string,
  { task }: About,
): Omit<Explanation, "details"> {
  const message = attempts === undefined
    ? `merged with ${onto}, ${check} ${ended}`
    : `${check} passes on its branch alone, and merged with ${onto} it ${ended}`;
  if (task === undefined) return { message, next: [`correct it, then: ${retry({})}`] };
  const merge = `cd ${shellWord(worktreeOf(task))} && git merge ${shellWord(onto)}`;
  return {
    message,
    next: [
      `see it yourself: ${merge} && ${failed.command}`,
      `correct and commit it there, then: parex merge ${shellWord(task)}`,
      // Refused by `parex merge`, it is not blocked, and cannot be done again.
      ...(attempts === undefined ? [] : [`or let its agent try again: ${retry({ task })}`]),
    ],
  };
}

/** How a person sees the same failure. */
function byHand(failed: CommandFailure, about: About): string[] {
  if (about.task === undefined) return [];
  return [`see it yourself: cd ${shellWord(worktreeOf(about.task))} && ${failed.command}`];
}

function explainAgent(
  failure: Of<
    "agent_failed" | "agent_timeout" | "agent_idle" | "no_changes" | "needs_input" | "unclear_spec"
  >,
  about: About,
): Explanation {
  const again = retry(about);
  const text = specification(about);
  switch (failure.reason) {
    case "agent_failed":
      return {
        message: `the agent failed: it ${endedHow(failure.exitCode)}`,
        details: [...linesOf(failure.detail), ...whole(failure.log)],
        next: [`read what it said, then: ${again}`],
      };
    case "agent_timeout":
      return {
        message: `the agent was not done after ${formatDuration(failure.ms)} and was ended`,
        details: whole(failure.log),
        next: ["give it longer (--timeout 2h), or split the task", `then: ${again}`],
      };
    case "agent_idle":
      return {
        message: `the agent gave no sign of life for ${formatDuration(failure.ms)} and was ended`,
        details: whole(failure.log),
        next: [`try again: ${again}`, "if its work is silent for long: --idle-timeout 30m"],
      };
    case "no_changes":
      return {
        message: "the agent ended without changing anything",
        details: whole(failure.log),
        next: [
          `if the work is done already, set \`status: completed\` in ${text}`,
          `else say in ${text} what is to change, then: ${again}`,
        ],
      };
    case "needs_input":
      return {
        message: "the agent asks a question that only a person can answer",
        details: linesOf(failure.question),
        next: [
          `answer it: parex answer ${about.task ?? "<task>"} "…"`,
          `or answer it in ${text}, then: ${again}`,
        ],
      };
    case "unclear_spec":
      return {
        message: "the task's specification leaves open what to do",
        details: linesOf(failure.detail),
        next: [`make it clear in ${text}, then: ${again}`],
      };
  }
}

function explainWork(
  failure: Of<
    "worktree_failed" | "commit_failed" | "push_failed" | "merge_conflict" | "budget_exhausted"
  >,
  about: About,
): Explanation {
  const again = retry(about);
  switch (failure.reason) {
    case "worktree_failed":
      return {
        message: `the worktree could not be made: ${failure.path}`,
        details: linesOf(failure.detail),
        next: ["see what git has: git worktree list", `then: ${again}`],
      };
    case "commit_failed":
      return {
        message: "the work could not be committed",
        details: linesOf(failure.detail),
        next: [
          about.task === undefined
            ? "commit in the task's worktree: git commit"
            : `commit it yourself: git -C ${shellWord(worktreeOf(about.task))} commit -a`,
          `then: ${again}`,
        ],
      };
    case "push_failed":
      return {
        message: `${failure.branch} could not be pushed to ${failure.remote}`,
        details: linesOf(failure.detail),
        next: [
          `push it: git push ${shellWord(failure.remote)} ${shellWord(failure.branch)}`,
          `then: ${again}`,
        ],
      };
    case "merge_conflict":
      return explainConflict(failure, about);
    case "budget_exhausted": {
      const flag = failure.scope === "run" ? "--budget" : "--task-budget";
      return {
        message: `the ${failure.scope}'s budget of ${formatUsd(failure.capUsd)} is used up: ` +
          `${formatUsd(failure.spentUsd)} spent`,
        details: [],
        next: [`raise it and go on: parex execute ${flag} <dollars>`],
      };
    }
  }
}

function explainConflict(failure: Of<"merge_conflict">, about: About): Explanation {
  const { files, between, onto } = failure;
  const merged = onto ?? between.at(-1);
  const worktree = about.task === undefined ? undefined : shellWord(worktreeOf(about.task));
  const byHand = worktree === undefined || merged === undefined
    ? []
    : [`merge by hand: git -C ${worktree} merge ${shellWord(merged)}`];
  const then = onto !== undefined && about.task !== undefined
    ? `parex merge ${shellWord(about.task)}`
    : retry(about);
  return {
    message: `${between.join(" and ")} change the same lines` +
      (onto === undefined ? "" : ` of what is on ${onto}`),
    details: atMost(files, LISTED),
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
      next: [`correct what git says, then: ${then}`],
    };
  }
  if (failure.reason === "journal_lost") {
    return {
      message: `the run was stopped, for its journal cannot be written: ${failure.path}`,
      details: linesOf(failure.detail),
      next: ["see its permissions and the space that is left, then: parex resume"],
    };
  }
  return {
    message: `a file could not be read or written: ${failure.path}`,
    details: linesOf(failure.detail),
    next: [`see its path, its permissions and the space that is left, then: ${then}`],
  };
}
