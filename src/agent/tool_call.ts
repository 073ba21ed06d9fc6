import type { TranscriptItem } from "../domain/transcript_item.ts";
import { textAt } from "../util/json_values.ts";

/** A tool that the model calls, with its answer where the same line has it. */
export interface ToolCall extends Omit<Extract<TranscriptItem, { kind: "tool" }>, "kind"> {
  /** To find the call of a later answer. */
  id?: string | undefined;
}

/** What a tool answered. */
export interface ToolResult {
  /** Of the call. */
  id: string | undefined;
  text: string | undefined;
  failed: boolean;
}

/** A call by its name and arguments, whose keys differ little between agents. */
export function callOf(
  id: string | undefined,
  name: string | undefined,
  input: Record<string, unknown>,
): ToolCall {
  return { id, name: name ?? "tool", subject: subjectOf(input), edit: editOf(input) };
}

function subjectOf(input: Record<string, unknown>): string {
  return textAt(
    input,
    ...["command", "file_path", "filePath", "notebook_path", "path", "pattern", "query", "url"],
    "description",
  ) ?? "";
}

/** The change of a file that a tool is asked to make, if it is one. */
function editOf(input: Record<string, unknown>): ToolCall["edit"] {
  const edits: unknown = input.edits;
  const edit = Array.isArray(edits) ? edits[0] : input;
  const after = textAt(edit, ...["new_string", "newString", "new_str", "newText"]) ??
    textAt(input, "content", "file_text");
  if (after === undefined) return undefined;
  const before = textAt(edit, "old_string", "oldString", "old_str", "oldText") ?? "";
  return { before, after };
}
