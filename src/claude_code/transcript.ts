import { isRecord } from "../util/json_values.ts";

/** What Claude said and wrote in a conversation, from the transcript that Claude Code keeps. */

/** A text of the assistant's, or a file that it wrote. */
export interface Utterance {
  /** Of the transcript, from 1. */
  line: number;
  text: string;
  /** The file that it was written to; absent: it was said. */
  path?: string;
}

/** A longer line is a tool's output or a picture, never a plan. */
const MAX_LINE = 16 * 1024 * 1024;
/** What is kept of a transcript, in characters; of a longer one the end. */
const MAX_KEPT = 64 * 1024 * 1024;
/** What neither plan nor task file is without. */
const RELEVANT = /^\s*(?:id|tasks|metadata)\s*:|^#{1,6}\s/m;

/** Reads a transcript line by line; lines that are none of Claude's are passed over. */
export async function readTranscript(lines: AsyncIterable<string>): Promise<Utterance[]> {
  const kept: Utterance[] = [];
  let size = 0;
  let line = 0;
  for await (const text of lines) {
    line++;
    // Looking for a word is much faster than reading all the JSON of tools' outputs.
    if (!text.includes('"assistant"')) continue;
    for (const block of blocksOf(text)) {
      const utterance = utteranceOf(block, line, kept);
      if (!utterance || !RELEVANT.test(utterance.text)) continue;
      kept.push(utterance);
      size += utterance.text.length;
      while (size > MAX_KEPT) size -= kept.shift()?.text.length ?? size;
    }
  }
  return kept;
}

/** The lines of a stream; one that is too long comes as an empty one. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let begun: string[] = [];
  let length = 0;
  const take = (text: string) => {
    length += text.length;
    if (length > MAX_LINE) begun = [];
    else begun.push(text);
  };
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const [first = "", ...more] = chunk.split("\n");
    take(first);
    for (const text of more) {
      yield begun.join("");
      [begun, length] = [[], 0];
      take(text);
    }
  }
  if (length > 0) yield begun.join("");
}

/** The content of an assistant's message; none of a line that is torn or something else. */
function blocksOf(line: string): unknown[] {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return []; // an incomplete last line, since the conversation continues
  }
  if (!isRecord(entry) || entry.type !== "assistant" || entry.isSidechain === true) return [];
  const content = isRecord(entry.message) ? entry.message.content : undefined;
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content : [];
}

function utteranceOf(
  block: unknown,
  line: number,
  before: readonly Utterance[],
): Utterance | undefined {
  if (!isRecord(block)) return undefined;
  if (block.type === "text" && typeof block.text === "string") return { line, text: block.text };
  if (block.type !== "tool_use" || !isRecord(block.input)) return undefined;
  const { file_path: path, content, old_string, new_string, replace_all } = block.input;
  if (typeof path !== "string") return undefined;
  if (block.name === "Write" && typeof content === "string") return { line, text: content, path };
  if (typeof old_string !== "string" || typeof new_string !== "string") return undefined;
  const last = before.findLast((one) => one.path === path);
  if (block.name !== "Edit" || old_string === "" || !last?.text.includes(old_string)) {
    return undefined;
  }
  const text = replace_all === true
    ? last.text.replaceAll(old_string, () => new_string)
    : last.text.replace(old_string, () => new_string);
  return { line, text, path };
}
