import type { PrerequisiteFailure, TaskFailure } from "../../domain/failure.ts";
import { formatDuration } from "../../domain/units.ts";
import {
  type About,
  atMost,
  endingWords,
  type Explanation,
  fullLog,
  linesOf,
  retry,
  specification,
} from "./explanation.ts";

const LISTED = 10;

type Of<R extends TaskFailure["reason"]> = Extract<TaskFailure, { reason: R }>;
type Refusal = Extract<PrerequisiteFailure, { reason: "agent_refused" }>;

/** No attempt of the agent can work: what the account lacks, and how a person mends it. */
export function explainRefusal({ agent, why, detail }: Refusal): Explanation {
  const details = linesOf(detail);
  switch (why) {
    case "not_logged_in":
      return {
        message: `${agent} is not logged in`,
        details,
        next: [`log in: start ${agent} once by hand, or set its API key; then: parex resume`],
      };
    case "key_refused":
      return {
        message: `the API rejected ${agent}'s key or login`,
        details,
        next: [`log in to ${agent} again, or set a valid API key; then: parex resume`],
      };
    case "unknown_model":
      return {
        message: `${agent} cannot use this model`,
        details,
        next: ["name a model that the account has: parex resume --model NAME"],
      };
    case "program_missing":
      return {
        message: `the program of the agent ${agent} was not found`,
        details,
        next: ["install it again, or correct the command; then: parex resume"],
      };
    case "unreachable":
      return {
        message: `${agent} cannot reach its API`,
        details,
        next: ["check the network, a proxy or a VPN; then: parex resume"],
      };
    case "no_quota":
      return {
        message: `the usage limit of ${agent} has lasted for hours, and its end is not known`,
        details,
        next: ["see the account's limits, or take another agent or account; then: parex resume"],
      };
    case "no_money":
      return {
        message: `the account of ${agent} has no money left`,
        details,
        next: ["add credit, or take another account; then: parex resume"],
      };
  }
}

/** An attempt did not finish its work. */
export function explainAgent(
  failure: Of<
    | "agent_failed"
    | "agent_timeout"
    | "agent_idle"
    | "no_changes"
    | "needs_input"
    | "unclear_spec"
    | "left_worktree"
  >,
  about: About,
): Explanation {
  const again = retry(about);
  const text = specification(about);
  switch (failure.reason) {
    case "agent_failed":
      return {
        message: `the agent ${endingWords(failure.exitCode)}`,
        details: [...linesOf(failure.detail), ...fullLog(failure.log)],
        next: [`read what it said, then: ${again}`],
      };
    case "agent_timeout":
      return {
        message: `the agent timed out after ${formatDuration(failure.ms)}`,
        details: fullLog(failure.log),
        next: ["give it more time (--timeout 2h) or split the task", `then: ${again}`],
      };
    case "agent_idle":
      return {
        message: `the agent was silent for ${formatDuration(failure.ms)} and was stopped`,
        details: fullLog(failure.log),
        next: [`try again: ${again}`, "if it needs to be silent for longer: --idle-timeout 30m"],
      };
    case "no_changes":
      return {
        message: "the agent changed nothing",
        details: fullLog(failure.log),
        next: [
          `if the work is already done, set \`status: completed\` in ${text}`,
          `otherwise say in ${text} what to change, then: ${again}`,
        ],
      };
    case "needs_input":
      return {
        message: "the agent needs an answer from you",
        details: linesOf(failure.question),
        next: [
          `answer it: parex answer ${about.task ?? "<task>"} "…"`,
          `or answer it in ${text}, then: ${again}`,
        ],
      };
    case "unclear_spec":
      return {
        message: "the task's specification does not say clearly what to do",
        details: linesOf(failure.detail),
        next: [`clarify it in ${text}, then: ${again}`],
      };
    case "left_worktree":
      return {
        message: "the agent left its worktree",
        details: atMost(failure.strayed, LISTED),
        next: [
          "what git holds was put back; find what was committed elsewhere: parex rescue",
          `look at your own files: git status; then: ${again}, with --sandbox to forbid it`,
        ],
      };
  }
}
