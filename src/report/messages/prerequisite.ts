import type { PrerequisiteFailure } from "../../domain/failure.ts";
import { CONFIG_PATH } from "../../domain/names.ts";
import { shellWord } from "../escape.ts";
import { explainRefusal } from "./agent.ts";
import { type Explanation, linesOf } from "./explanation.ts";
import { explainOwnership } from "./ownership.ts";
import { explainRepository } from "./repository.ts";

/** The machine or the repository is not ready. */
export function explainPrerequisite(failure: PrerequisiteFailure): Explanation {
  switch (failure.reason) {
    case "git_missing":
    case "git_too_old":
    case "agent_missing":
    case "sandbox_missing":
      return explainTool(failure);
    case "agent_refused":
      return explainRefusal(failure);
    case "base_red":
      return explainRedBase(failure);
    case "disk_full":
      return {
        message: `the disk is full: ${failure.path}`,
        details: linesOf(failure.detail),
        next: ["free some space: df -h; parex cleanup removes what has landed; then: parex resume"],
      };
    case "foreign_branch":
    case "foreign_worktree":
    case "worktree_elsewhere":
    case "branch_in_the_way":
      return explainOwnership(failure);
    case "remote_refused":
      return {
        message: `branches cannot be pushed to ${failure.remote}`,
        details: linesOf(failure.detail),
        next: [
          `see what is wrong: git push --dry-run -- ${shellWord(failure.remote)} HEAD`,
          "push elsewhere, to a fork of yours for example: git config remote.pushDefault <remote>",
          "or keep the work here: parex execute --no-push",
        ],
      };
    case "nested_run":
      return {
        message: `parex was started by the agent of ${failure.task}, within a run`,
        details: ["A run within a run would work on the same branches."],
        next: ["start parex from your own shell, not from an agent"],
      };
    case "journal_newer":
      return {
        message:
          `the journal of this run was written by a newer parex (version ${failure.version})`,
        details: [`journal: ${failure.path}`],
        next: ["update parex; this one is: parex --version"],
      };
    case "lock_held":
      return explainLock(failure);
    default:
      return explainRepository(failure);
  }
}

function explainLock({ pid, host, run, since, seen, path }: Of<"lock_held">): Explanation {
  return {
    message: `another run is in progress in this repository: process ${pid}` +
      (host === undefined ? "" : ` on ${host}`) +
      (run === undefined ? "" : `, run ${run}`) + `, since ${since}`,
    details: [
      `lock: ${path}`,
      ...(seen === undefined ? [] : [`last seen alive: ${seen}`]),
    ],
    next: [
      "see its progress: parex status",
      "follow it: parex watch",
      ...(seen === undefined
        ? []
        : ["if that machine is off, try again in a minute: parex then takes the lock over"]),
    ],
  };
}

type Of<R extends PrerequisiteFailure["reason"]> = Extract<PrerequisiteFailure, { reason: R }>;

function explainTool(
  failure: Of<"git_missing" | "git_too_old" | "agent_missing" | "sandbox_missing">,
): Explanation {
  switch (failure.reason) {
    case "git_missing":
      return {
        message: "git is not installed or not on the PATH",
        details: [],
        next: ["install git, then check: git --version"],
      };
    case "git_too_old":
      return {
        message: `git ${failure.found} is too old; parex needs ${failure.needed} or later`,
        details: [],
        next: ["update git, then check: git --version"],
      };
    case "sandbox_missing":
      return {
        message: "--sandbox cannot be used here",
        details: linesOf(failure.detail),
        next: [
          "on Linux, install bubblewrap (apt install bubblewrap, dnf install bubblewrap), then check: " +
          "bwrap --version",
          "or leave out --sandbox: agents and checks then run with your permissions",
        ],
      };
    case "agent_missing":
      return {
        message: `cannot start the agent ${failure.agent}: ${failure.command} was not found`,
        details: [],
        next: [
          `install it, or add its folder to the PATH: command -v ${shellWord(failure.command)}`,
          "or use another agent: parex execute --agent command --agent-command '<command>'",
        ],
      };
  }
}

/** No agent is paid to repair what no task has broken. */
function explainRedBase({ base, sha, check, failed, untracked }: Of<"base_red">): Explanation {
  const log = failed.log === undefined ? [] : [`all of its output: ${failed.log}`];
  return {
    message: `${base} fails its own ${check} at ${sha.slice(0, 10)}: ${failed.command} ` +
      (failed.exitCode === null ? "did not end" : `ended with exit code ${failed.exitCode}`),
    details: [
      ...linesOf(failed.tail),
      ...log,
      ...(untracked === undefined
        ? []
        : [`git does not track, so worktrees do not have: ${untracked.join(", ")}`]),
    ],
    next: [
      ...(untracked === undefined ? [] : [
        `if it passes in your checkout: list them under copy: in ${CONFIG_PATH}, or commit them`,
      ]),
      `repair ${base} and commit that; then: parex resume`,
      "or continue although it fails: parex resume --allow-red-base",
    ],
  };
}
