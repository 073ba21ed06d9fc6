import type { AgentOutcomeName, Usage } from "../domain/event.ts";
import type { RefusalWhy } from "../domain/failure.ts";
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
  /** Folders of the repository that git writes to for a commit in the worktree. Absolute. */
  gitFolders: readonly string[];
  /** The whole environment, with the `PAREX_*` variables. */
  env: Env;
  sandbox?: Sandbox | undefined;
  /** Absent: the agent's own default. */
  model?: string | undefined;
  /** Whether the user's own MCP servers are started for it. */
  mcp?: boolean | undefined;
  /** Continues this conversation; absent: a new one. */
  resume?: string | undefined;
  /** What the attempts reported that led this conversation so far. */
  usedBefore?: Usage | undefined;
  /** What this attempt may cost. */
  budgetUsd?: number | undefined;
  timeoutMs: number;
  idleMs: number;
  /** Everything the agent prints is written to this file as it comes. Absolute. */
  transcript: string;
  signal: AbortSignal;
  /** `session`: the conversation, where its id is known before the agent says anything. */
  onStart: (started: { pid: number; session?: string | undefined }) => void;
  /** Called when the agent reports the id of its conversation. */
  onSession?: (session: string) => void;
  /** What the agent is doing now, in a few words, and what it has used so far. */
  onActivity: (doing: string, usage: Usage) => void;
}

/**
 * How an attempt ended, as the agent reports it. That is never evidence: parex looks at the
 * worktree.
 */
export interface AgentOutcome {
  outcome: AgentOutcomeName;
  usage: Usage;
  ms: number;
  /** The conversation, if it can be continued. */
  session?: string | undefined;
  exitCode: number | null;
  /** For people: the agent's final message, or why it failed. */
  detail?: string | undefined;
  /** `limited`: by the account's usage limit, which all attempts share, or by the API's state. */
  limit?: "quota" | "overload" | undefined;
  /**
   * `limited`: when to continue, milliseconds since the epoch; absent where the agent did not say.
   */
  until?: number | undefined;
  /** `refused`: why no agent of this account can work. */
  refusal?: RefusalWhy | undefined;
}

/** A program that does the work of a task. */
export interface Agent {
  name: string;
  /** Its attempts begin with the same prompt, which its cache answers once it has seen it. */
  sharesCache?: true | undefined;
  /** Whether it is installed, and with the environment of its attempts: whether it is logged in. */
  available(env?: Env): Promise<Result<void>>;
  /** Never rejects for anything the agent does. Settles when no process of the attempt is left. */
  attempt(request: AgentRequest): Promise<AgentOutcome>;
}
