import { Failed } from "../domain/failed.ts";
import type { Settings } from "../domain/settings.ts";
import { childEnv, processEnv } from "../exec/env.ts";
import { sh } from "../exec/sh.ts";
import { amountAt, isRecord, textAt } from "../util/json_values.ts";
import { draftSchema } from "./draft.ts";

/** What a planner says to a prompt. */
export interface Answer {
  /** A value, or a text that holds JSON. */
  answer: unknown;
  /** The conversation, where it can be continued. */
  session?: string | undefined;
  costUsd?: number | undefined;
}

/** Asks a planner; `session` continues a conversation. */
export type Ask = (prompt: string, session?: string) => Promise<Answer>;

const READING_TOOLS = "Read,Glob,Grep";
/** More capable than the model of tasks: a plan decides what all of them cost. */
const CLAUDE_MODEL = "sonnet";

/** The planner that the settings name, and its model. It reads in `cwd` and writes nothing. */
export function plannerOf(settings: Settings, cwd: string): { ask: Ask; name: string } {
  const command = settings.agentCommand?.trim() ?? "";
  if (settings.agent === "claude") {
    const model = settings.planModel ?? CLAUDE_MODEL;
    return { ask: askClaude(settings, cwd, model), name: `claude with ${model}` };
  }
  if (settings.agent === "command" && command !== "") {
    return { ask: askCommand(settings, cwd, command), name: "the agent's command" };
  }
  throw new Failed({
    reason: "usage",
    message: settings.agent === "command"
      ? "the agent `command` needs the command that it runs"
      : `${settings.agent} drafts no plans`,
    hint: "parex plan asks claude, or the agent `command`: PAREX_AGENT=claude parex plan …",
  });
}

function askClaude(settings: Settings, cwd: string, model: string): Ask {
  const program = processEnv().PAREX_CLAUDE || "claude";
  return async (prompt, session) => {
    const argv = [
      program,
      "--print",
      "--output-format=json",
      `--model=${model}`,
      ...(session === undefined ? [] : [`--resume=${session}`]),
      "--permission-mode=dontAsk",
      `--tools=${READING_TOOLS}`,
      `--allowedTools=${READING_TOOLS}`,
      "--strict-mcp-config",
      `--json-schema=${JSON.stringify(draftSchema())}`,
      ...(settings.taskBudgetUsd === undefined
        ? []
        : [`--max-budget-usd=${settings.taskBudgetUsd}`]),
    ];
    const env = childEnv({ DISABLE_AUTOUPDATER: "1" });
    const ended = await sh(argv, { cwd, env, input: prompt, timeoutMs: settings.timeoutMs });
    if (ended.code === 127) {
      throw new Failed({ reason: "agent_missing", agent: "claude", command: program });
    }
    const result = resultIn(ended.stdout);
    if (ended.code !== 0 || !result || result.is_error === true) {
      const said = textAt(result, "result") ?? (ended.stderr.trim() || ended.stdout.trim());
      throw notDone(ended, said);
    }
    return {
      answer: result.structured_output ?? textAt(result, "result") ?? "",
      session: textAt(result, "session_id"),
      costUsd: amountAt(result, "total_cost_usd"),
    };
  };
}

/** The final message: the output itself, or the last of a list. */
function resultIn(stdout: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(stdout);
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    return isRecord(last) ? last : undefined;
  } catch {
    return undefined;
  }
}

/** Any program: the prompt on its stdin, the draft as JSON on its stdout. */
function askCommand(settings: Settings, cwd: string, command: string): Ask {
  return async (prompt) => {
    const env = childEnv({ PAREX_PLAN: "1" });
    const ended = await sh(["sh", "-c", command], {
      cwd,
      env,
      input: prompt,
      timeoutMs: settings.timeoutMs,
    });
    if (ended.code !== 0) throw notDone(ended, ended.stderr.trim() || ended.stdout.trim());
    return { answer: ended.stdout };
  };
}

function notDone({ code, timedOut }: { code: number; timedOut: boolean }, said: string): Failed {
  const tail = said.split("\n").slice(-3).join("\n");
  const why = timedOut ? "timed out" : `ended with exit code ${code}`;
  return new Failed({
    reason: "usage",
    message: `the planner ${why}${tail === "" ? "" : `: ${tail}`}`,
    hint: "parex doctor looks at the agent; a longer bound: --timeout or `timeout` in the config",
  });
}
