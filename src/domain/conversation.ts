/** When an agent continues a conversation, and when it starts a new one. */
import type { AgentOutcomeName } from "./event.ts";
import type { AttemptRecord, TaskRecord } from "./task_record.ts";

/** The ids that an attempt's conversation may have. */
interface Ids {
  /** Its agent said so. */
  reported?: string | undefined;
  /** It was to be continued. */
  resumed?: string | undefined;
  /** parex chose it for a new conversation. */
  proposed?: string | undefined;
  /** The agent has started to work, and so has taken the proposed id. */
  hasStarted?: boolean;
}

/** The conversation to continue after an attempt; undefined: the next attempt starts a new one. */
export function conversationAfter(
  outcome: AgentOutcomeName,
  { reported, resumed, proposed, hasStarted }: Ids,
): string | undefined {
  if (outcome === "lost") return undefined;
  return reported ?? resumed ?? (hasStarted ? proposed : undefined);
}

/** The conversation as this agent can continue it: no agent can continue another agent's. */
export function conversationWith(
  agent: string,
  conversation: string | undefined,
  attempts: readonly AttemptRecord[],
): string | undefined {
  const owner = attempts.findLast(({ session }) => session === conversation)?.agent ?? agent;
  return owner === agent ? conversation : undefined;
}

/**
 * The conversation to continue when another process resumes the task. One without any message may
 * not exist for the agent.
 */
export function conversationOnResume(
  { attempts }: Pick<TaskRecord, "attempts">,
  last: AttemptRecord | undefined,
): string | undefined {
  const session = last?.session;
  if (session === undefined) return undefined;
  return attempts.some((one) => one.session === session && one.active) ? session : undefined;
}
