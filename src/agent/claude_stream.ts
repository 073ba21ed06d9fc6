import { amountAt, isRecord, recordAt, textAt } from "../util/json_values.ts";
import { cutDetail } from "../util/text.ts";
import { foldUsage, NO_MODEL } from "./claude_usage.ts";
import type { LineFacts, Obstacle } from "./output.ts";
import type { StreamMessage } from "./stream_json.ts";
import { callOf } from "./tool_call.ts";

/** Reads the output of one attempt of Claude Code. */
export function claudeReader(): (message: StreamMessage) => LineFacts {
  const usage = foldUsage();
  return (message) => ({ ...factsIn(message), used: usage.add(message) });
}

function factsIn(message: StreamMessage): LineFacts {
  switch (message.type) {
    case "system":
      return message.subtype === "init" ? { session: textAt(message, "session_id") } : {};
    case "rate_limit_event":
      return { obstacle: rejection(message) };
    case "assistant":
      return isSynthetic(message) ? heardOfError(message) : heardOfModel(message);
    case "user":
      return heardOfTools(message);
    case "result":
      return heardOfResult(message);
    default:
      return {};
  }
}

/** The account's limit rejects requests; null: it does not. */
function rejection({ rate_limit_info: info }: StreamMessage): Obstacle | null {
  if (!isRecord(info) || info.status !== "rejected") return null;
  const seconds = amountAt(info, "resetsAt");
  return { limit: "quota", until: seconds === undefined ? undefined : seconds * 1000 };
}

/** Messages of Claude Code itself, in the place of the model's. */
function heardOfError(message: StreamMessage): LineFacts {
  const words = textOf(message);
  return { error: words, obstacle: obstacleOf(message.error, words ?? "") };
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

function heardOfModel(message: StreamMessage): LineFacts {
  const uses = blocks(message, "tool_use");
  const said = textOf(message);
  if (uses.length === 0) return { said };
  const calls = uses.map((one) =>
    callOf(textAt(one, "id"), textAt(one, "name"), recordAt(one, "input"))
  );
  return { said, calls };
}

function heardOfTools(message: StreamMessage): LineFacts {
  const results = blocks(message, "tool_result").map((one) => ({
    id: textAt(one, "tool_use_id"),
    text: textAt(one, "content") ?? textIn(one.content),
    failed: one.is_error === true,
  }));
  return { results };
}

function heardOfResult(result: StreamMessage): LineFacts {
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
    return { ended: true, said: words || undefined, repeats: true };
  }
  const obstacle = obstacleOfStatus(result.api_error_status);
  return { failed: true, error: words || errorsIn(result), obstacle };
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

function textOf(message: StreamMessage): string | undefined {
  const text = textIn(blocks(message, "text"));
  return text?.trim() === "" ? undefined : text;
}

/** The text of blocks, if they have any. */
function textIn(content: unknown): string | undefined {
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((one) => textAt(one, "text")).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join("\n");
}

function isSynthetic(message: StreamMessage): boolean {
  return recordAt(message, "message").model === NO_MODEL;
}

function blocks(message: StreamMessage, type: string): Record<string, unknown>[] {
  const { content } = recordAt(message, "message");
  return Array.isArray(content) ? content.filter(isRecord).filter((one) => one.type === type) : [];
}
