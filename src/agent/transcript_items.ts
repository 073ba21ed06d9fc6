import type { TranscriptItem } from "../domain/transcript_item.ts";
import { isRecord, recordAt, textAt } from "../util/json_values.ts";
import { stripAnsi } from "../util/text.ts";
import { parseStream, type StreamMessage } from "./stream_json.ts";

type Tool = Extract<TranscriptItem, { kind: "tool" }>;

/** A transcript under construction. */
interface Reading {
  items: TranscriptItem[];
  /** Tools that have been called, by the id of the call. */
  calls: Map<string, Tool>;
}

type Reader = (message: StreamMessage, reading: Reading) => void;

const READERS: Readonly<Record<string, Reader>> = {
  claude: readClaudeMessage,
  codex: readCodex,
  gemini: readGemini,
  copilot: readCopilot,
  opencode: readOpencode,
};

/** Of each text of an item, in characters. */
const TEXT_LIMIT = 8_000;

/**
 * What an agent said and did, from what it printed. Lines that its format does not know are kept as
 * output. Never throws.
 */
export function readTranscript(agent: string, printed: string): TranscriptItem[] {
  const read = READERS[agent];
  const reading: Reading = { items: [], calls: new Map() };
  for (const line of printed.split("\n")) {
    const message = read && messageOf(line);
    if (read && message) read(message, reading);
    else if (line.trim() !== "") addOutput(reading, line);
  }
  return reading.items.map(shortened);
}

function messageOf(line: string): StreamMessage | undefined {
  if (!line.startsWith("{")) return undefined;
  return parseStream().push(new TextEncoder().encode(line + "\n"))[0];
}

function addOutput({ items }: Reading, line: string): void {
  const clean = stripAnsi(line);
  const last = items.at(-1);
  if (last?.kind === "output") last.text += `\n${clean}`;
  else items.push({ kind: "output", text: clean });
}

function addSaid({ items }: Reading, text: string | undefined, goesOn = false): void {
  if (text === undefined || (text.trim() === "" && !goesOn)) return;
  const last = items.at(-1);
  if (goesOn && last?.kind === "said") last.text += text;
  else items.push({ kind: "said", text });
}

function addNote({ items }: Reading, text: string | undefined, failed: boolean): void {
  if (text !== undefined) items.push({ kind: "note", text, failed: failed || undefined });
}

function addCall(reading: Reading, id: string | undefined, tool: Omit<Tool, "kind">): void {
  const item: Tool = { kind: "tool", ...tool };
  reading.items.push(item);
  if (id !== undefined) reading.calls.set(id, item);
}

function answer(
  { calls }: Reading,
  id: string | undefined,
  result: string | undefined,
  failed: boolean,
): void {
  const call = calls.get(id ?? "");
  if (!call) return;
  if (result !== undefined) call.result = stripAnsi(result);
  if (failed) call.failed = true;
}

function readClaudeMessage(message: StreamMessage, reading: Reading): void {
  const content = recordAt(message, "message").content;
  const blocks = Array.isArray(content) ? content.filter(isRecord) : [];
  switch (message.type) {
    case "assistant":
      for (const block of blocks) {
        if (block.type === "text") addSaid(reading, textAt(block, "text"));
        if (block.type !== "tool_use") continue;
        const edit = editOf(recordAt(block, "input"));
        addCall(reading, textAt(block, "id"), {
          name: textAt(block, "name") ?? "tool",
          subject: subjectOf(recordAt(block, "input")),
          edit,
        });
      }
      return;
    case "user":
      for (const block of blocks) {
        if (block.type !== "tool_result") continue;
        answer(reading, textAt(block, "tool_use_id"), textIn(block.content), !!block.is_error);
      }
      return;
    case "result": {
      const failed = message.is_error === true;
      // After a success the last message is already in the list.
      if (failed) addNote(reading, textAt(message, "result", "subtype"), true);
      return;
    }
  }
}

function readCodex(message: StreamMessage, reading: Reading): void {
  const item = recordAt(message, "item");
  const id = textAt(item, "id");
  switch (message.type) {
    case "turn.failed":
      return addNote(reading, textAt(recordAt(message, "error"), "message"), true);
    case "error":
      return addNote(reading, textAt(message, "message"), true);
    case "item.started":
      if (item.type === "command_execution") {
        addCall(reading, id, { name: "shell", subject: textAt(item, "command") ?? "" });
      }
      return;
    case "item.completed":
      if (item.type === "agent_message") return addSaid(reading, textAt(item, "text"));
      if (item.type === "command_execution") {
        const failed = typeof item.exit_code === "number" && item.exit_code !== 0;
        return answer(reading, id, textAt(item, "aggregated_output"), failed);
      }
      if (item.type === "file_change" && Array.isArray(item.changes)) {
        for (const change of item.changes) {
          const name = textAt(change, "kind") ?? "edit";
          addCall(reading, undefined, { name, subject: textAt(change, "path") ?? "" });
        }
      }
  }
}

function readGemini(message: StreamMessage, reading: Reading): void {
  switch (message.type) {
    case "message":
      if (message.role !== "assistant") return;
      return addSaid(reading, textAt(message, "content"), message.delta === true);
    case "tool_use": {
      const input = recordAt(message, "parameters");
      const edit = editOf(input);
      return addCall(reading, textAt(message, "tool_id"), {
        name: textAt(message, "tool_name") ?? "tool",
        subject: subjectOf(input),
        edit,
      });
    }
    case "tool_result": {
      const failed = message.status === "error";
      const result = textAt(message, "output") ?? textAt(recordAt(message, "error"), "message");
      return answer(reading, textAt(message, "tool_id"), result, failed);
    }
    case "result":
    case "error": {
      const words = textAt(recordAt(message, "error"), "message") ?? textAt(message, "message");
      return addNote(reading, words, true);
    }
  }
}

function readCopilot(message: StreamMessage, reading: Reading): void {
  const data = recordAt(message, "data");
  const id = textAt(data, "toolCallId");
  switch (message.type) {
    case "assistant.message":
      return addSaid(reading, textAt(data, "content"));
    case "tool.execution_start": {
      const input = recordAt(data, "arguments");
      const edit = editOf(input);
      return addCall(reading, id, {
        name: textAt(data, "toolName") ?? "tool",
        subject: subjectOf(input),
        edit,
      });
    }
    case "tool.execution_complete": {
      const failed = data.success === false;
      const result = textAt(recordAt(data, "result"), "content") ??
        textAt(recordAt(data, "error"), "message");
      return answer(reading, id, result, failed);
    }
    case "session.error":
      return addNote(reading, textAt(data, "message"), true);
  }
}

function readOpencode(message: StreamMessage, reading: Reading): void {
  const part = recordAt(message, "part");
  switch (message.type) {
    case "text":
      return addSaid(reading, textAt(part, "text"));
    case "tool_use": {
      const state = recordAt(part, "state");
      const edit = editOf(recordAt(state, "input"));
      const result = textAt(state, "output", "error");
      return addCall(reading, undefined, {
        name: textAt(part, "tool") ?? "tool",
        subject: subjectOf(recordAt(state, "input")) || (textAt(state, "title") ?? ""),
        edit,
        result: result === undefined ? undefined : stripAnsi(result),
        failed: state.status === "error" ? true : undefined,
      });
    }
    case "error": {
      const error = recordAt(message, "error");
      const words = textAt(recordAt(error, "data"), "message") ?? textAt(error, "message", "name");
      return addNote(reading, words ?? textAt(message, "error"), true);
    }
  }
}

/** What a tool is used on. */
function subjectOf(input: Record<string, unknown>): string {
  return textAt(
    input,
    ...["command", "file_path", "filePath", "notebook_path", "path", "pattern", "query", "url"],
    "description",
  ) ?? "";
}

/** The change of a file that a tool is asked to make, if it is one. */
function editOf(input: Record<string, unknown>): Tool["edit"] {
  const after = textAt(input, "new_string", "newString", "new_str", "content", "file_text");
  if (after === undefined) return undefined;
  return { before: textAt(input, "old_string", "oldString", "old_str") ?? "", after };
}

function textIn(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content.map((part) => textAt(part, "text") ?? "").filter(Boolean).join("\n");
}

function shortened(item: TranscriptItem): TranscriptItem {
  if (item.kind !== "tool") return { ...item, text: cut(item.text) };
  return {
    ...item,
    subject: cut(item.subject),
    result: item.result === undefined ? undefined : cut(item.result),
    ...(item.edit && { edit: { before: cut(item.edit.before), after: cut(item.edit.after) } }),
  };
}

function cut(text: string): string {
  if (text.length <= TEXT_LIMIT) return text;
  const half = TEXT_LIMIT / 2;
  const left = text.length - TEXT_LIMIT;
  return `${text.slice(0, half)}\n… ${left} characters left out …\n${text.slice(-half)}`;
}
