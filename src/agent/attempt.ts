import type { AgentOutcomeName } from "../domain/event.ts";
import type { Env } from "../exec/env.ts";
import { type ProcessEnd, startProcess } from "../exec/process.ts";
import type { AgentRequest } from "./agent.ts";
import { openTranscript } from "./transcript.ts";

/** What an adapter adds to a request to make a process of it. */
export interface AttemptProcess {
  argv: readonly [string, ...string[]];
  env: Env;
  session?: string | undefined;
  onStdout: (chunk: Uint8Array) => void;
  onStderr: (chunk: Uint8Array) => void;
}

export interface AttemptEnd {
  end: ProcessEnd;
  /** Why the attempt cannot count, whatever the agent did: it did not start, or its record is lost. */
  broken?: string;
}

/** These are in the environment of whatever the agent starts, and of nothing else. */
const MARKS = ["PAREX_TASK_ID", "PAREX_RUN_ID", "PAREX_ATTEMPT"] as const;

/** Runs an agent's process to its end, everything it prints in the transcript. Never rejects. */
export async function runAttempt(
  request: AgentRequest,
  process: AttemptProcess,
): Promise<AttemptEnd> {
  const transcript = openTranscript(request.transcript);
  try {
    if (transcript.lost() !== undefined) return broken(transcript.lost());
    const running = startProcess({
      argv: process.argv,
      cwd: request.worktree,
      env: process.env,
      sandbox: request.sandbox,
      input: request.prompt,
      timeoutMs: request.timeoutMs,
      idleMs: request.idleMs,
      signal: request.signal,
      ...marksOf(process.env),
      onStdout: (chunk) => (transcript.write(chunk), process.onStdout(chunk)),
      onStderr: (chunk) => (transcript.write(chunk), process.onStderr(chunk)),
    });
    const { session } = process;
    request.onStart({ pid: running.pid, session });
    const end = await running.end;
    const lost = transcript.lost();
    return lost === undefined ? { end } : { end, broken: lost };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return broken(`cannot start ${process.argv[0]} in ${request.worktree}: ${error.message}`);
    }
    throw error;
  } finally {
    transcript.close();
  }
}

/** The outcome of an attempt that parex ended; undefined if the agent ended by itself. */
export function cutOff(end: ProcessEnd): AgentOutcomeName | undefined {
  return CUT_OFF[end.by];
}

const CUT_OFF: Record<ProcessEnd["by"], AgentOutcomeName | undefined> = {
  itself: undefined,
  timeout: "timeout",
  idle: "idle",
  abort: "interrupted",
};

function broken(detail = ""): AttemptEnd {
  return { end: { code: null, by: "itself", ms: 0 }, broken: detail };
}

/** Without all marks there are none: fewer would fit another attempt's processes. */
function marksOf(env: Env): { marks?: Record<string, string> | undefined } {
  const marks: Record<string, string> = {};
  for (const name of MARKS) {
    const value = env[name];
    if (value === undefined) return {};
    marks[name] = value;
  }
  return { marks };
}
