import { isRecord } from "../util/json_values.ts";

/** A line of Claude Code's `--output-format stream-json`: an object with a type. */
export type StreamMessage = { type: string } & Record<string, unknown>;

export interface StreamParser {
  /** The messages that this chunk completes. */
  push(chunk: Uint8Array): StreamMessage[];
  /** The message of a last line without its newline. */
  end(): StreamMessage[];
  /** Lines that are not messages, or too long to be kept. */
  dropped(): number;
}

const NEWLINE = 10;
/** A tool's result can contain a whole file; longer lines are not messages. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/**
 * Reads stream-json from chunks cut anywhere. Never throws; lines that are not messages are
 * counted.
 */
export function parseStream(maxLineBytes = MAX_LINE_BYTES): StreamParser {
  let parts: Uint8Array[] = [];
  let length = 0;
  let dropped = 0;

  const keep = (part: Uint8Array) => {
    length += part.length;
    if (length > maxLineBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = (): StreamMessage[] => {
    const tooLong = length > maxLineBytes;
    const line = tooLong ? "" : decode(parts, length).trim();
    parts = [];
    length = 0;
    if (line === "" && !tooLong) return [];
    const message = readMessage(line);
    if (message) return [message];
    dropped++;
    return [];
  };

  return {
    push(chunk) {
      const messages: StreamMessage[] = [];
      let from = 0;
      for (let at; (at = chunk.indexOf(NEWLINE, from)) >= 0; from = at + 1) {
        keep(chunk.subarray(from, at));
        messages.push(...take());
      }
      // A copy: the reader may use its buffer again.
      keep(chunk.slice(from));
      return messages;
    },
    end: take,
    dropped: () => dropped,
  };
}

function decode(parts: Uint8Array[], length: number): string {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new TextDecoder().decode(whole);
}

function readMessage(line: string): StreamMessage | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined; // counted by the caller
  }
}

function isMessage(value: unknown): value is StreamMessage {
  return isRecord(value) && typeof value.type === "string";
}
