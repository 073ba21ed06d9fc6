import type { Parked, WorkInput, WorkOutcome } from "../../../machines/ports.ts";
import type { AgentOutcome } from "../../agent/agent.ts";
import { isUnreachable } from "../../agent/limits.ts";
import { conversationAfter } from "../../domain/conversation.ts";
import type { Failure } from "../../domain/failure.ts";
import { spentUsd } from "../../domain/prices.ts";
import { questionIn } from "../../domain/question.ts";
import type { AttemptRecord } from "../../domain/task_record.ts";
import { exhausted } from "./budget.ts";
import { turnOf } from "../context/agent_choice.ts";
import { type Scope, taskOf } from "../context/run_context.ts";

export type AttemptMeaning = WorkOutcome extends infer Each
  ? Each extends WorkOutcome ? Omit<Each, "conversation" | "spentUsd"> : never
  : never;

/** How an attempt of that agent ended. */
type Ended = AgentOutcome & { agent: string };

/** The outcome of an attempt that ended in an earlier process of the run, which has counted its cost. */
export function recordedOutcome(scope: Scope, input: WorkInput, ended: AttemptRecord): WorkOutcome {
  const { outcome = "interrupted", exitCode = null, usage, ms = 0, detail, until } = ended;
  const told: Ended = {
    agent: ended.agent,
    outcome,
    exitCode,
    usage,
    ms,
    detail,
    until,
    limit: until === undefined ? undefined : "quota",
  };
  return {
    spentUsd: 0,
    conversation: conversationAfter(outcome, { resumed: input.conversation }),
    ...meaningOf(scope, input, told, ended.transcript ?? ""),
  };
}

/** What an attempt's end means for the task. An agent's claim is never evidence of its work. */
export function meaningOf(
  scope: Scope,
  input: WorkInput,
  outcome: Ended,
  log: string,
): AttemptMeaning {
  const detail = outcome.detail ?? "";
  switch (outcome.outcome) {
    case "finished": {
      const question = questionIn(detail);
      return question === undefined
        ? { kind: "done" }
        : { kind: "blocked", failure: { reason: "needs_input", question } };
    }
    case "failed":
    case "interrupted":
      return {
        kind: "broke_off",
        why: outcome.outcome,
        failure: { reason: "agent_failed", exitCode: outcome.exitCode, detail, log },
      };
    case "timeout":
      return {
        kind: "broke_off",
        why: "timeout",
        failure: { reason: "agent_timeout", ms: scope.settings.timeoutMs, log },
      };
    case "idle":
      return {
        kind: "broke_off",
        why: "idle",
        failure: { reason: "agent_idle", ms: scope.settings.idleTimeoutMs, log },
      };
    case "refused":
      return { kind: "blocked", failure: refusalMet(outcome, log) };
    case "lost":
      // Starts again at once, as the same attempt.
      return {
        kind: "limited",
        begun: false,
        until: Date.now(),
        why: "the agent no longer has its conversation",
        shared: false,
      };
    case "limited": {
      const cutOff = unreachable(scope, input, outcome) ?? endless(scope, outcome);
      if (cutOff) return { kind: "blocked", failure: cutOff };
      return { kind: "limited", begun: true, ...limitMet(scope, input, outcome) };
    }
    case "budget":
      return budgetMet(scope, input, outcome);
  }
}

/** Another attempt would meet the same refusal. */
function refusalMet({ agent, refusal, exitCode, detail = "" }: Ended, log: string): Failure {
  if (refusal === undefined) return { reason: "agent_failed", exitCode, detail, log };
  return { reason: "agent_refused", agent, why: refusal, detail };
}

/** Limit of consecutive attempts that do not reach the model; their clients have retried for minutes each. */
const UNREACHED = 3;

/** Without a network, a person decides whether to wait longer. */
function unreachable(
  { waits }: Scope,
  { task }: WorkInput,
  { agent, detail = "", limit, usage }: Ended,
): Failure | undefined {
  const reached = (usage.output_tokens ?? 0) > 0;
  if (limit === "quota" || reached || !isUnreachable(detail)) return undefined;
  if (waits.count(task) + 1 < UNREACHED) return undefined;
  return { reason: "agent_refused", agent, why: "unreachable", detail };
}

/** Guesses at the end of a limit before a person decides: with the longest pauses about five hours. */
const GUESSES = 25;

/** A limit that does not end, and whose end the agent does not tell. */
function endless({ rateLimits }: Scope, { agent, detail = "", limit, until }: Ended) {
  if (limit !== "quota" || until !== undefined || rateLimits.guesses(agent) < GUESSES) return;
  return { reason: "agent_refused", agent, why: "no_quota", detail } as const;
}

/** Clients report the end of a limit in whole seconds. */
const CLOCKS_DIFFER_MS = 2_000;

/** The attempt met a usage limit, an overloaded model, or an error on the way to it. */
function limitMet(
  scope: Scope,
  { task }: WorkInput,
  { agent, detail = "", limit, until, usage }: Ended,
): Pick<Parked, "until" | "why" | "shared"> {
  const why = detail || "usage limit";
  if (limit !== "quota") {
    // The model has answered since the last limit.
    const anew = (usage.output_tokens ?? 0) > 0;
    return { until: until ?? Date.now() + scope.waits.next(task, { anew }), why, shared: false };
  }
  const began = scope.attemptStarts.get(task)?.at ?? 0;
  // It was refused although the limit was over: a clock is wrong, and an immediate retry would only meet it
  // again.
  const { news } = until === undefined || until + CLOCKS_DIFFER_MS < began
    ? scope.rateLimits.guess(agent, why)
    : scope.rateLimits.close(agent, { until, why });
  const holds = turnOf(scope, taskOf(scope, task)).limit;
  if (news && holds) {
    scope.emit({ type: "run.parked", until: new Date(holds.until).toISOString(), why });
  }
  return { until: holds?.until ?? Date.now(), why: holds?.why ?? why, shared: true };
}

/** If only the attempt's share of the run's budget is spent, the task continues with another share. */
function budgetMet(scope: Scope, { task }: WorkInput, { usage }: Ended): AttemptMeaning {
  const { spending, settings } = scope;
  const failure = exhausted(scope, task);
  if (failure) return { kind: "blocked", failure };
  // An attempt that could do nothing with its share could not with the next one.
  if (spentUsd(usage) === 0) {
    const capUsd = settings.budgetUsd ?? settings.taskBudgetUsd ?? 0;
    const told = { scope: "run", spentUsd: spending.total, capUsd } as const;
    return { kind: "blocked", failure: { reason: "budget_exhausted", ...told } };
  }
  const why = "its share of the budget was used up";
  return { kind: "limited", until: Date.now(), why, shared: false, begun: true };
}
