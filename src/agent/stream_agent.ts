import type { AgentName } from "../domain/agents.ts";
import { type Usage, USAGE_COUNTS } from "../domain/event.ts";
import { addUsage } from "../domain/metrics.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { toolEnv } from "../exec/env.ts";
import type { ProcessEnd } from "../exec/process.ts";
import { sh } from "../exec/sh.ts";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { cutOff, runAttempt } from "./attempt.ts";
import { limitInError } from "./limits.ts";
import { parseStream, type StreamMessage } from "./stream_json.ts";
import { keepTail } from "./tail.ts";
import { cutDetail, cutLine } from "../util/text.ts";

/** What one line of an agent's output tells. */
export interface Heard {
  /** The conversation's id. */
  session?: string;
  /** What it is doing now. */
  doing?: string;
  /** What the model wrote; with `goesOn`, the next part of it. */
  said?: string;
  goesOn?: boolean;
  /** What was used since the line that told it before. */
  used?: Usage;
  /** What the conversation has used in all, in earlier attempts as well. */
  usedInAll?: Usage;
  /** What went wrong; with `failed`, for good. */
  error?: string;
  failed?: boolean;
}

/** A program that does the work of a task and prints a line of JSON for whatever happens. */
export interface StreamProgram {
  name: AgentName;
  /** The arguments; the prompt comes on stdin. */
  args(request: Pick<AgentRequest, "model" | "resume">): string[];
  hear(message: StreamMessage): Heard;
}

/** A line that tells one thing, if it does. */
export function optional<K extends keyof Heard>(key: K, value: Heard[K] | undefined): Heard {
  return value === undefined ? {} : { [key]: value };
}

const VERSION_TIMEOUT_MS = 30_000;

/** Makes an agent of it. */
export function streamAgent(program: StreamProgram): Agent {
  let available: Promise<Result<void>> | undefined;
  return {
    name: program.name,
    available: () => available ??= isInstalled(program.name),
    attempt: (request) => attempt(program, request),
  };
}

async function isInstalled(name: string): Promise<Result<void>> {
  const version = await sh([name, "--version"], {
    cwd: Deno.cwd(),
    env: toolEnv(),
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  if (version.code === 0) return ok();
  return fail({ reason: "agent_missing", agent: name, command: name });
}

/** What the whole output has told so far. */
interface Told extends Pick<Heard, "session" | "error" | "failed"> {
  said: string;
  usage: Usage;
}

async function attempt(program: StreamProgram, request: AgentRequest): Promise<AgentOutcome> {
  const parser = parseStream();
  const stderr = keepTail();
  let told: Told = { said: "", usage: {} };
  const take = (message: StreamMessage) => {
    const heard = program.hear(message);
    told = fold(told, heard);
    if (heard.usedInAll) {
      const before = told.session === request.resume ? request.usedBefore : undefined;
      told.usage = { ...told.usage, ...beyond(before ?? {}, heard.usedInAll) };
    }
    const doing = cutLine(heard.doing ?? heard.said ?? "");
    if (doing !== "") request.onActivity(doing, told.usage);
  };
  const { end, broken } = await runAttempt(request, {
    argv: [program.name, ...program.args(request)],
    env: request.env,
    onStdout: (chunk) => parser.push(chunk).forEach(take),
    onStderr: stderr.push,
  });
  parser.end().forEach(take);
  const { session = request.resume, usage } = told;
  return {
    ...judge(broken === undefined ? told : { ...told, error: broken }, end, stderr.text()),
    ...(broken === undefined ? {} : { outcome: "failed" as const }),
    usage,
    ms: end.ms,
    exitCode: end.code,
    ...(session === undefined ? {} : { session }),
  };
}

function fold(told: Told, { session, said, goesOn, used, error, failed }: Heard): Told {
  return {
    ...told,
    ...(session === undefined ? {} : { session }),
    // Who speaks again has got over the error.
    ...(said === undefined ? {} : { said: goesOn ? told.said + said : said, error: "" }),
    ...(used === undefined ? {} : { usage: addUsage(told.usage, used) }),
    ...(error === undefined ? {} : { error }),
    ...(failed ? { failed } : {}),
  };
}

function judge(
  { said, error, failed }: Told,
  end: ProcessEnd,
  stderr: string,
): Pick<AgentOutcome, "outcome" | "detail" | "limit"> {
  const cut = cutOff(end);
  if (!cut && !failed && end.code === 0) return { outcome: "finished", ...detailOf(said) };
  const words = error || (stderr.trim() === "" ? said : stderr);
  if (cut) return { outcome: cut, ...detailOf(words) };
  // What the model said last is its work, even where that is a rate limiter.
  const limit = limitInError(error || stderr);
  const detail = detailOf(words || `ended with exit code ${end.code ?? "none"}`);
  return limit ? { outcome: "limited", limit, ...detail } : { outcome: "failed", ...detail };
}

function detailOf(words: string): { detail?: string } {
  const detail = cutDetail(words);
  return detail === "" ? {} : { detail };
}

/** What of `all` was not used before. */
function beyond(before: Usage, all: Usage): Usage {
  const rest = { ...all };
  for (const key of USAGE_COUNTS) {
    const count = all[key];
    if (count !== undefined) rest[key] = Math.max(0, count - (before[key] ?? 0));
  }
  return rest;
}
