import { fail, ok, type Result } from "../domain/result.ts";
import { type Env, processEnv, toolEnv } from "../exec/env.ts";
import { sh } from "../exec/sh.ts";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { runAttempt } from "./attempt.ts";
import { hookSettings } from "./claude_hooks.ts";
import { judge } from "./claude_outcome.ts";
import { readClaude } from "./claude_stream.ts";
import { keepTail } from "./tail.ts";

/** Tools that need no permission, or none but this one. */
const OPEN_TOOLS = ["Bash", "Read", "Glob", "Grep", "TodoWrite", "TaskCreate", "TaskUpdate"];
/** Tools that change files. They are allowed below the worktree alone. */
const EDITING_TOOLS = ["Edit", "Write", "NotebookEdit"];
/**
 * No other tool is offered: a task is executed, not researched, and nobody is there to be asked. A
 * fixed list also keeps the prompt's beginning the same for all tasks, which its cache needs.
 */
const TOOLS = [...OPEN_TOOLS, ...EDITING_TOOLS];
const ALLOWED = [...OPEN_TOOLS, ...EDITING_TOOLS.map((tool) => `${tool}(./**)`)];
/** Lets the worktrees of a run share the prompt cache; not every version knows it. */
const SHARED_PROMPT = "--exclude-dynamic-system-prompt-sections";

const HELP_TIMEOUT_MS = 30_000;

/** Claude Code, called without a terminal. `PAREX_CLAUDE` names another program than `claude`. */
export function claudeAgent(): Agent {
  const program = processEnv().PAREX_CLAUDE || "claude";
  let help: Promise<string | undefined> | undefined;
  const askHelp = () => help ??= helpOf(program);
  return {
    name: "claude",
    sharesCache: true,
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
  // Cut off before its first line, a conversation that was to be gone on with is still there.
  const kept = seen.session ?? (end.by === "itself" ? undefined : request.resume);
  return {
    ...judgement,
    usage: stream.usage(),
    ms: end.ms,
    exitCode: end.code,
    ...(kept === undefined ? {} : { session: kept }),
  };
}

/** The prompt comes on stdin, for it may be longer than an argument can be. */
function claudeArgs(
  request: Pick<AgentRequest, "model" | "resume" | "budgetUsd">,
  session: string,
): string[] {
  return [
    "--print",
    "--output-format=stream-json",
    "--verbose",
    ...(request.model === undefined ? [] : [`--model=${request.model}`]),
    request.resume === undefined ? `--session-id=${session}` : `--resume=${session}`,
    "--permission-mode=dontAsk",
    `--tools=${TOOLS.join(",")}`,
    `--allowedTools=${ALLOWED.join(",")}`,
    `--settings=${hookSettings()}`,
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
