import { isRecord } from "../util/json_values.ts";
import { cutDetail, cutLine } from "../util/text.ts";
import { foldUsage, NO_MODEL } from "./claude_usage.ts";
import type { Heard, Obstacle } from "./heard.ts";
import type { StreamMessage } from "./stream_json.ts";

/** Reads the output of one attempt of Claude Code. */
export function hearClaude(worktree: string): (message: StreamMessage) => Heard {
  const usage = foldUsage();
  return (message) => ({ ...hear(message, worktree), used: usage.add(message) });
}

function hear(message: StreamMessage, worktree: string): Heard {
  switch (message.type) {
    case "system":
      return message.subtype === "init" && typeof message.session_id === "string"
        ? { session: message.session_id }
        : {};
    case "rate_limit_event":
      return { obstacle: rejection(message) };
    case "assistant":
      return isSynthetic(message) ? heardOfError(message) : heardOfModel(message, worktree);
    case "result":
      return heardOfResult(message);
    default:
      return {};
  }
}

/** The account's limit rejects requests; null: it does not. */
function rejection({ rate_limit_info: info }: StreamMessage): Obstacle | null {
  if (!isRecord(info) || info.status !== "rejected") return null;
  const until = typeof info.resetsAt === "number" ? info.resetsAt * 1000 : undefined;
  return { limit: "quota", until };
}

/** Messages of Claude Code itself, in the place of the model's. */
function heardOfError(message: StreamMessage): Heard {
  const error = lastText(message);
  return { error, obstacle: obstacleOf(message.error, error ?? "") };
}

/** By Claude Code's own error code, which newer versions report. */
function obstacleOf(error: unknown, words: string): Obstacle | undefined {
  switch (error) {
    case "authentication_failed":
      return { refusal: words.includes("/login") ? "not_logged_in" : "key_refused" };
    case "billing_error":
      return { refusal: "no_money" };
    case "model_not_found":
      return { refusal: "unknown_model" };
    default:
      return undefined;
  }
}

function heardOfModel(message: StreamMessage, worktree: string): Heard {
  return { said: lastText(message), doing: activityOf(message, worktree) };
}

function heardOfResult(result: StreamMessage): Heard {
  if (result.subtype === "error_max_budget_usd") {
    return {
      failed: true,
      error: "the attempt's budget is used up",
      obstacle: { budget: true },
    };
  }
  const words = typeof result.result === "string" ? cutDetail(result.result) : "";
  // A request that was refused ends with the subtype of a success.
  if (result.is_error !== true && result.subtype === "success") {
    // It repeats the model's final message.
    return words === "" ? { ended: true } : { ended: true, said: words, doing: "" };
  }
  return {
    failed: true,
    error: words || errorsIn(result),
    obstacle: obstacleOfStatus(result.api_error_status),
  };
}

function obstacleOfStatus(status: unknown): Obstacle | undefined {
  if (typeof status !== "number") return undefined;
  return status >= 500 ? { limit: "overload" } : undefined;
}

function errorsIn({ errors, subtype }: StreamMessage): string | undefined {
  const words = Array.isArray(errors) ? errors.filter((one) => typeof one === "string") : [];
  if (words.length > 0) return cutDetail(words.join("\n"));
  return subtype === "success" ? undefined : `its result is ${subtype}`;
}

function lastText(message: StreamMessage): string | undefined {
  const text = blocks(message).filter(({ type }) => type === "text").at(-1)?.text;
  return typeof text === "string" && text.trim() !== "" ? text : undefined;
}

function activityOf(message: StreamMessage, worktree: string): string | undefined {
  const call = blocks(message).find(({ type }) => type === "tool_use");
  return typeof call?.name === "string"
    ? cutLine(`${call.name} ${subject(call.input, worktree)}`)
    : undefined;
}

/** What a tool is used on: a path in the worktree, a command, a pattern. */
function subject(input: unknown, worktree: string): string {
  if (!isRecord(input)) return "";
  for (const key of ["file_path", "notebook_path", "command", "pattern", "path", "description"]) {
    const value = input[key];
    if (typeof value !== "string") continue;
    return value.startsWith(`${worktree}/`) ? value.slice(worktree.length + 1) : value;
  }
  return "";
}

function isSynthetic({ message }: StreamMessage): boolean {
  return isRecord(message) && message.model === NO_MODEL;
}

function blocks(message: StreamMessage): Record<string, unknown>[] {
  const content = isRecord(message.message) ? message.message.content : undefined;
  return Array.isArray(content) ? content.filter(isRecord) : [];
}
