import type { AgentOutcomeName, Usage } from "../domain/event.ts";
import type { Result } from "../domain/result.ts";
import type { TaskId } from "../domain/task.ts";
import type { Env } from "../exec/env.ts";
import type { Sandbox } from "../exec/sandbox.ts";

/** One attempt of an agent at a task. */
export interface AgentRequest {
  task: TaskId;
  attempt: number;
  prompt: string;
  /** Absolute. The agent works here and nowhere else. */
  worktree: string;
  /** The whole environment, with the `PAREX_*` variables. */
  env: Env;
  sandbox?: Sandbox;
  /** Absent: the agent's own default. */
  model?: string;
  /** Goes on with this conversation; absent: a new one. */
  resume?: string;
  /** What the attempts told that led it so far, for agents that tell what it has used in all. */
  usedBefore?: Usage;
  /** What this attempt may cost. */
  budgetUsd?: number;
  timeoutMs: number;
  idleMs: number;
  /** Everything the agent prints is written to this file as it comes. Absolute. */
  transcript: string;
  signal: AbortSignal;
  onStart: (started: { pid: number; session?: string }) => void;
  /** What the agent is doing now, in a few words, and what it has used so far. */
  onActivity: (doing: string, usage: Usage) => void;
}

/** How an attempt ended. Its word is never evidence: parex looks at the worktree. */
export interface AgentOutcome {
  outcome: AgentOutcomeName;
  usage: Usage;
  ms: number;
  /** The conversation, if it can be gone on with. */
  session?: string;
  exitCode: number | null;
  /** For people: the agent's last words, or why it failed. */
  detail?: string;
  /** `limited`: by the account's usage limit, which all attempts share, or by the API's state. */
  limit?: "quota" | "overload";
  /** `limited`: when to go on, milliseconds since the epoch; absent where the agent did not say. */
  until?: number;
}

/** A program that does the work of a task. */
export interface Agent {
  name: string;
  /** Its attempts begin with the same prompt, which its cache answers once it has seen it. */
  sharesCache?: true;
  /** Whether it is installed and can be called. */
  available(): Promise<Result<void>>;
  /** Never rejects for anything the agent does. Settles when no process of the attempt is left. */
  attempt(request: AgentRequest): Promise<AgentOutcome>;
}
