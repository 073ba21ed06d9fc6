import { join } from "node:path";
import type { Agent, AgentOutcome, AgentRequest } from "../../src/agent/agent.ts";
import type { Usage } from "../../src/domain/event.ts";
import { childEnv } from "../../src/exec/env.ts";
import { type ProcessRow, processTable } from "../../src/exec/processes.ts";

/** An attempt that is over, and what can be seen of it. */
export interface Witness {
  outcome: AgentOutcome;
  transcript: Uint8Array;
  activities: { doing: string; usage: Usage }[];
  started: { pid: number; session?: string | undefined }[];
  /** Processes of the attempt that still run. */
  left: ProcessRow[];
}

/** What an agent was doing, in its order; what it used is told with the same words again. */
export function doingsOf({ activities }: Pick<Witness, "activities">): string[] {
  return activities.map(({ doing }) => doing).filter((doing, at, all) => doing !== all[at - 1]);
}

/** Lets an agent do one attempt in `worktree`; its transcript lies in a folder of its own. */
export async function witness(
  agent: Agent,
  worktree: string,
  more: Partial<AgentRequest> = {},
): Promise<Witness> {
  const folder = await Deno.makeTempDir({ prefix: "parex-attempt-" });
  const transcript = more.transcript ?? join(folder, "transcript");
  const marks = {
    PAREX_RUN_ID: more.env?.PAREX_RUN_ID ?? crypto.randomUUID(),
    PAREX_TASK_ID: "task-1",
    PAREX_ATTEMPT: "1",
  };
  const activities: Witness["activities"] = [];
  const started: Witness["started"] = [];
  const outcome = await agent.attempt({
    task: "task-1",
    attempt: 1,
    prompt: "Task: task-1\n\nDo it.",
    worktree,
    gitFolders: ["/repo/.git/objects"],
    model: "haiku",
    timeoutMs: 60_000,
    idleMs: 60_000,
    signal: new AbortController().signal,
    onStart: (start) => void started.push(start),
    onActivity: (doing, usage) => void activities.push({ doing, usage }),
    ...more,
    env: { ...childEnv(), PAREX_WORKTREE: worktree, ...more.env, ...marks },
    transcript,
  });
  const left = processTable(marks);
  const written = await Deno.readFile(transcript).catch(() => new Uint8Array());
  await Deno.remove(folder, { recursive: true });
  return { outcome, transcript: written, activities, started, left };
}

/** A temporary folder that is removed at the end of its scope. */
export async function tempFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-agent-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

export function asText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
