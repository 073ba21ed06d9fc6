import type { Usage } from "../domain/event.ts";
import { foldUsage, NO_MODEL } from "./claude_usage.ts";
import { cutLine } from "../util/text.ts";
import { isRecord } from "../util/json_values.ts";
import { parseStream, type StreamMessage } from "./stream_json.ts";

/** What Claude Code's output has told so far. */
export interface Seen {
  /** The conversation's id, once it has begun. */
  session?: string;
  /** The last text that the model wrote. */
  lastText?: string;
  /** What Claude Code said in the model's place: an error's words. */
  notice?: string;
  /** The final message. */
  result?: StreamMessage;
  /** The account's limit rejected a request; `until` in milliseconds since the epoch. */
  rejected?: { until?: number } | undefined;
  /** Lines that were no messages. */
  dropped: number;
}

export interface ClaudeStream {
  push(chunk: Uint8Array): void;
  end(): void;
  seen(): Seen;
  usage(): Usage;
}

/** Reads the output of one attempt; tells `onActivity` of everything the agent does. */
export function readClaude(
  worktree: string,
  onActivity: (doing: string, usage: Usage) => void,
): ClaudeStream {
  const parser = parseStream();
  const fold = foldUsage();
  let seen: Omit<Seen, "dropped"> = {};
  const take = (message: StreamMessage) => {
    fold.add(message);
    seen = { ...seen, ...learn(message) };
    for (const doing of activities(message, worktree)) onActivity(doing, fold.usage());
  };
  return {
    push: (chunk) => parser.push(chunk).forEach(take),
    end: () => parser.end().forEach(take),
    seen: () => ({ ...seen, dropped: parser.dropped() }),
    usage: fold.usage,
  };
}

function learn(message: StreamMessage): Partial<Seen> {
  switch (message.type) {
    case "system":
      return message.subtype === "init" && typeof message.session_id === "string"
        ? { session: message.session_id }
        : {};
    case "rate_limit_event":
      return rejection(message);
    case "assistant": {
      const lastText = blocks(message).filter((block) => block.type === "text").at(-1)?.text;
      if (typeof lastText !== "string" || lastText === "") return {};
      return isSynthetic(message) ? { notice: lastText } : { lastText, notice: "" };
    }
    case "result":
      return { result: message };
    default:
      return {};
  }
}

function rejection(message: StreamMessage): Partial<Seen> {
  const info = message.rate_limit_info;
  if (!isRecord(info) || info.status !== "rejected") return { rejected: undefined };
  return { rejected: typeof info.resetsAt === "number" ? { until: info.resetsAt * 1000 } : {} };
}

function activities(message: StreamMessage, worktree: string): string[] {
  // An error is no sign of the model's: who waits for its answer must wait on.
  if (message.type !== "assistant" || isSynthetic(message)) return [];
  return blocks(message).flatMap((block) => {
    if (block.type === "text" && typeof block.text === "string" && block.text.trim() !== "") {
      return [cutLine(block.text)];
    }
    if (block.type === "tool_use" && typeof block.name === "string") {
      return [cutLine(`${block.name} ${subject(block.input, worktree)}`)];
    }
    return [];
  });
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
