import type { TranscriptItem } from "../domain/transcript_item.ts";
import { stripAnsi } from "../util/text.ts";
import { programOf } from "./agents.ts";
import type { LineFacts } from "./output.ts";
import { parseStream, type StreamMessage } from "./stream_json.ts";

/** A transcript under construction. */
interface Reading {
  items: TranscriptItem[];
  /** Tools that have been called, by the id of the call. */
  calls: Map<string, Extract<TranscriptItem, { kind: "tool" }>>;
}

/** Of each text of an item, in characters. */
const TEXT_LIMIT = 8_000;

/**
 * What an agent said and did, from what it printed. Lines that its format does not know are kept as
 * output. Never throws.
 */
export function readTranscript(agent: string, printed: string): TranscriptItem[] {
  const factsIn = programOf(agent)?.listen();
  const reading: Reading = { items: [], calls: new Map() };
  for (const line of printed.split("\n")) {
    const message = factsIn && messageOf(line);
    if (factsIn && message) add(reading, factsIn(message));
    else if (line.trim() !== "") addOutput(reading, line);
  }
  return reading.items.map(shortened);
}

function messageOf(line: string): StreamMessage | undefined {
  if (!line.startsWith("{")) return undefined;
  return parseStream().push(new TextEncoder().encode(line + "\n"))[0];
}

function add(reading: Reading, heard: LineFacts): void {
  if (!heard.repeats) addSaid(reading, heard.said, heard.continues);
  for (const { id, ...call } of heard.calls ?? []) {
    const result = call.result && stripAnsi(call.result);
    const item = { kind: "tool" as const, ...call, result };
    reading.items.push(item);
    if (id !== undefined) reading.calls.set(id, item);
  }
  for (const { id, text, failed } of heard.results ?? []) {
    const call = reading.calls.get(id ?? "");
    if (!call) continue;
    call.result = text === undefined ? call.result : stripAnsi(text);
    call.failed = failed || call.failed || undefined;
  }
  addError(reading, heard.error);
}

function addSaid({ items }: Reading, text = "", continues = false): void {
  const last = items.at(-1);
  if (continues && last?.kind === "said") last.text += text;
  else if (text.trim() !== "" || (continues && text !== "")) items.push({ kind: "said", text });
}

/** An error comes once, though a program may repeat it at its end. */
function addError({ items }: Reading, text = ""): void {
  const last = items.at(-1);
  if (text === "" || (last?.kind === "note" && last.text === text)) return;
  items.push({ kind: "note", text, failed: true });
}

function addOutput({ items }: Reading, line: string): void {
  const clean = stripAnsi(line);
  const last = items.at(-1);
  if (last?.kind === "output") last.text += `\n${clean}`;
  else items.push({ kind: "output", text: clean });
}

function shortened(item: TranscriptItem): TranscriptItem {
  if (item.kind !== "tool") return { ...item, text: cut(item.text) };
  return {
    ...item,
    subject: cut(item.subject),
    result: item.result === undefined ? undefined : cut(item.result),
    edit: item.edit && { before: cut(item.edit.before), after: cut(item.edit.after) },
  };
}

function cut(text: string): string {
  if (text.length <= TEXT_LIMIT) return text;
  const half = TEXT_LIMIT / 2;
  const left = text.length - TEXT_LIMIT;
  return `${text.slice(0, half)}\n… ${left} characters left out …\n${text.slice(-half)}`;
}
