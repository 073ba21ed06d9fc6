import { fail, ok, type Result } from "../domain/result.ts";
import { type Env, toolEnv } from "../exec/env.ts";
import { sh } from "../exec/sh.ts";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { runAttempt } from "./attempt.ts";
import { judge } from "./claude_outcome.ts";
import { readClaude } from "./claude_stream.ts";
import { keepTail } from "./output.ts";

/** What Claude Code may do without asking; everything else is refused, for nobody is there. */
const ALLOWED_TOOLS = [
  "Bash",
  "Edit",
  "Write",
  "NotebookEdit",
  "Read",
  "Glob",
  "Grep",
  "LS",
  "TodoWrite",
];
/** A task is executed, not researched. */
const DISALLOWED_TOOLS = ["WebSearch", "WebFetch"];
/** Lets the worktrees of a run share the prompt cache; not every version knows it. */
const SHARED_PROMPT = "--exclude-dynamic-system-prompt-sections";

const HELP_TIMEOUT_MS = 30_000;

/** Claude Code, called without a terminal. `PAREX_CLAUDE` names another program than `claude`. */
export function claudeAgent(): Agent {
  const program = Deno.env.get("PAREX_CLAUDE") || "claude";
  let help: Promise<string | undefined> | undefined;
  const askHelp = () => help ??= helpOf(program);
  return {
    name: "claude",
    available: async (): Promise<Result<void>> =>
      await askHelp() === undefined
        ? fail({ reason: "agent_missing", agent: "claude", command: program })
        : ok(),
    attempt: async (request) =>
      await attempt(program, request, (await askHelp())?.includes(SHARED_PROMPT) ?? false),
  };
}

/** What `--help` prints; undefined if the program cannot be called. */
async function helpOf(program: string): Promise<string | undefined> {
  const help = await sh([program, "--help"], {
    cwd: Deno.cwd(),
    env: toolEnv({ DISABLE_AUTOUPDATER: "1" }),
    timeoutMs: HELP_TIMEOUT_MS,
  });
  return help.code === 0 ? help.stdout : undefined;
}

async function attempt(
  program: string,
  request: AgentRequest,
  sharesPrompt: boolean,
): Promise<AgentOutcome> {
  const session = request.resume ?? crypto.randomUUID();
  const stream = readClaude(request.worktree, request.onActivity);
  const stderr = keepTail();
  const { end, broken } = await runAttempt(request, {
    argv: [program, ...claudeArgs(request, session), ...(sharesPrompt ? [SHARED_PROMPT] : [])],
    env: claudeEnv(request),
    session,
    onStdout: stream.push,
    onStderr: stderr.push,
  });
  stream.end();
  const seen = stream.seen();
  const judgement = broken === undefined
    ? judge(seen, end, stderr.text())
    : { outcome: "failed" as const, detail: broken };
  return {
    ...judgement,
    usage: stream.usage(),
    ms: end.ms,
    exitCode: end.code,
    ...(seen.session === undefined ? {} : { session: seen.session }),
  };
}

/** The arguments of one attempt; the prompt comes on stdin, for it may be longer than an argument. */
export function claudeArgs(
  request: Pick<AgentRequest, "model" | "resume" | "budgetUsd">,
  session: string,
): string[] {
  return [
    "--print",
    "--output-format=stream-json",
    "--verbose",
    `--model=${request.model}`,
    request.resume === undefined ? `--session-id=${session}` : `--resume=${session}`,
    "--permission-mode=dontAsk",
    `--allowedTools=${ALLOWED_TOOLS.join(",")}`,
    `--disallowedTools=${DISALLOWED_TOOLS.join(",")}`,
    ...(request.budgetUsd === undefined ? [] : [`--max-budget-usd=${request.budgetUsd}`]),
  ];
}

function claudeEnv(request: AgentRequest): Env {
  // A command that outlasts the watchdog would end the attempt instead of itself.
  const longest = String(Math.floor(Math.min(request.idleMs, request.timeoutMs) * 0.9));
  return {
    BASH_DEFAULT_TIMEOUT_MS: longest,
    BASH_MAX_TIMEOUT_MS: longest,
    ...request.env,
    // An agent that leaves its test suite in the background ends its turn before it knows.
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    DISABLE_AUTOUPDATER: "1",
  };
}
