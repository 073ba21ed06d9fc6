import type { ModelRequest, Refusal, Turn } from "./script.ts";

/** Tokens of one reply, none counted twice. */
export interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/** Of each reply, where a test says nothing else. */
export const REPLY_TOKENS: Tokens = { input: 100, output: 10, cacheRead: 1000, cacheWrite: 50 };

/** A request as every API has it. */
export interface Asked extends Omit<ModelRequest, "task"> {
  /** Turns of the model in the conversation so far. */
  turns: number;
  streams: boolean;
}

/** What the model answers with: its words, or a call of a tool. */
export type Answer = Exclude<Turn, { kind: "shell" }>;

/** An API of models. */
export interface Dialect {
  /** Whether it is asked for an answer of the model at that path. */
  serves(path: string): boolean;
  read(body: Body, path: string): Asked;
  reply(answer: Answer, asked: Asked, tokens: Tokens): Response;
  refuse(why: Refusal): { status: number; body: unknown };
  /** The body of a refusal for which there is no kind. */
  problem(status: number, words: string): unknown;
}

export type Body = Record<string, unknown>;

/** Events as a stream; `named` ones tell their type in a line of its own. */
export function eventStream(events: readonly (object | string)[], named: boolean): Response {
  const lines = events.map((event) => {
    const name = named && typeof event === "object" && "type" in event ? event.type : undefined;
    const data = typeof event === "string" ? event : JSON.stringify(event);
    return `${name === undefined ? "" : `event: ${name}\n`}data: ${data}\n\n`;
  });
  return new Response(lines.join(""), { headers: { "content-type": "text/event-stream" } });
}

/** All text in a message's content, however it is nested. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(textOf).join("\n");
  if (typeof content !== "object" || content === null) return "";
  const { text, content: inner, output, parts, functionResponse, response } = content as Body;
  if (typeof text === "string") return text;
  if (response !== undefined) return JSON.stringify(response);
  return textOf(inner ?? output ?? parts ?? functionResponse ?? "");
}

/** The records in a list of anything. */
export function recordsIn(list: unknown): Body[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === "object" && one !== null) : [];
}

export function newId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}
