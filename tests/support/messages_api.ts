/**
 * A Messages API on loopback that plays the model for the real Claude CLI: what it says is scripted
 * per task, and the CLI executes its tool calls for real.
 */
import { findTool } from "./needs.ts";

/** A turn of the model. */
type Turn =
  | { kind: "text"; text: string }
  | { kind: "tool"; name: string; input: Record<string, unknown> };

/** What happens in a turn's place. */
type Trouble =
  | { kind: "status"; status: number; headers: Record<string, string>; words: () => string }
  | { kind: "hang" };

export type Step = Turn | Trouble;

/** The model ends its turn with these words. */
export function text(words: string): Turn {
  return { kind: "text", text: words };
}

/** The model calls a tool. */
export function tool(name: string, input: Record<string, unknown>): Turn {
  return { kind: "tool", name, input };
}

/** The API refuses a request, with words that may tell a time from then. */
export function status(
  code: number,
  headers: Record<string, string> = {},
  words: string | (() => string) = `scripted refusal ${code}`,
): Trouble {
  const say = typeof words === "string" ? () => words : words;
  return { kind: "status", status: code, headers, words: say };
}

/** The API takes a request and never answers it. */
export function hang(): Trouble {
  return { kind: "hang" };
}

/** A request of the conversation with the model (not of the CLI's own side requests). */
export interface ModelRequest {
  task: string;
  model: string;
  tools: string[];
  /** All text of the user's messages, tool results included. */
  userText: string;
  messages: { role: string; content: unknown }[];
  /** What stands before the messages, as it came: system prompt and tools. */
  beginning: string;
}

export interface MessagesApi extends AsyncDisposable {
  url: string;
  requests: ModelRequest[];
}

/** What the CLI puts in the model's place when it goes on with a conversation that was cut off. */
const NO_TURN = "No response requested.";

/** Tokens of each reply. */
export const REPLY_USAGE = {
  input_tokens: 100,
  output_tokens: 10,
  cache_read_input_tokens: 1000,
  cache_creation_input_tokens: 50,
};

/**
 * Starts the API. A script belongs to the task that the prompt names (`Task: <id>`) and goes on by
 * the model's turns in the conversation; refusals and hangs leave no turn, so each happens once. A
 * script that is over says "Done.".
 */
export function serveMessagesApi(scripts: Record<string, Step[]>): MessagesApi {
  const requests: ModelRequest[] = [];
  const happened = new Set<Step>();
  const held = new Set<ReadableStreamDefaultController>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname;
      const body = request.method === "POST" ? await request.json() : {};
      if (path.endsWith("/count_tokens")) return Response.json({ input_tokens: 100 });
      if (!path.endsWith("/messages")) return Response.json({});
      const asked = readRequest(body);
      if (!asked) return reply(text("ok"), body);
      requests.push(asked);
      const step = nextStep(scripts[asked.task] ?? [], asked, happened);
      if (step.kind === "hang") return hold(held);
      if (step.kind === "status") return refuse(step);
      return reply(step, body);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const stream of held) stream.close();
      await server.shutdown();
    },
  };
}

/** The environment in which the real CLI talks to this API and leaves the user's home alone. */
export function claudeEnv(api: MessagesApi, home: string): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "sk-ant-api03-anything",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CONFIG_DIR: `${home}/.claude`,
    // Its hooks run parex from the sources, which needs the packages that Deno has.
    DENO_DIR: denoDir(),
    HOME: home,
  };
}

function denoDir(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  return DENO_DIR || `${XDG_CACHE_HOME || `${HOME}/.cache`}/deno`;
}

/** The real CLI: `PAREX_TEST_CLAUDE`, or `claude` on the PATH. */
export function findClaude(): string | undefined {
  return Deno.env.get("PAREX_TEST_CLAUDE") || findTool("claude");
}

/** Undefined for the CLI's side requests (titles, quota probes): they bring no tools or no task. */
function readRequest(body: Record<string, unknown>): ModelRequest | undefined {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const tools = Array.isArray(body.tools) ? body.tools.map((one) => String(one.name)) : [];
  const userText = messages.filter((one) => one.role === "user").map((one) => textOf(one.content))
    .join("\n");
  const task = [...userText.matchAll(/^Task: (\S+)$/gm)].at(-1)?.[1];
  if (tools.length === 0 || task === undefined) return undefined;
  const beginning = JSON.stringify([body.system, body.tools]);
  return { task, model: String(body.model), tools, userText, messages, beginning };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((block) => block.text ?? textOf(block.content)).join("\n");
}

function nextStep(steps: Step[], asked: ModelRequest, happened: Set<Step>): Step {
  let turns =
    asked.messages.filter((message) =>
      message.role === "assistant" && textOf(message.content) !== NO_TURN
    ).length;
  for (const step of steps) {
    if (step.kind === "text" || step.kind === "tool") {
      if (turns-- === 0) return step;
    } else if (turns === 0 && !happened.has(step)) {
      happened.add(step);
      return step;
    }
  }
  return text("Done.");
}

function refuse(step: Trouble & { kind: "status" }): Response {
  const type = step.status === 429 ? "rate_limit_error" : "api_error";
  return Response.json(
    { type: "error", error: { type, message: step.words() } },
    { status: step.status, headers: step.headers },
  );
}

/** A stream of events in which none ever comes. */
function hold(held: Set<ReadableStreamDefaultController>): Response {
  let stream: ReadableStreamDefaultController;
  const body = new ReadableStream({
    start: (controller) => void held.add(stream = controller),
    cancel: () => void held.delete(stream),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function reply(step: Turn, body: Record<string, unknown>): Response {
  const message = {
    id: `msg_${crypto.randomUUID()}`,
    type: "message",
    role: "assistant",
    model: body.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...REPLY_USAGE, output_tokens: 1 },
  };
  const stop = step.kind === "text" ? "end_turn" : "tool_use";
  if (body.stream !== true) {
    const content = step.kind === "text"
      ? { type: "text", text: step.text }
      : { type: "tool_use", id: toolId(), name: step.name, input: step.input };
    return Response.json({ ...message, content: [content], stop_reason: stop, usage: REPLY_USAGE });
  }
  const events = [
    { type: "message_start", message },
    ...blockEvents(step),
    { type: "message_delta", delta: { stop_reason: stop }, usage: REPLY_USAGE },
    { type: "message_stop" },
  ];
  return new Response(
    events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
    { headers: { "content-type": "text/event-stream" } },
  );
}

function blockEvents(step: Turn): { type: string }[] {
  const [content_block, delta] = step.kind === "text"
    ? [{ type: "text", text: "" }, { type: "text_delta", text: step.text }]
    : [
      { type: "tool_use", id: toolId(), name: step.name, input: {} },
      { type: "input_json_delta", partial_json: JSON.stringify(step.input) },
    ];
  return [
    { type: "content_block_start", index: 0, content_block } as { type: string },
    { type: "content_block_delta", index: 0, delta } as { type: string },
    { type: "content_block_stop", index: 0 } as { type: string },
  ];
}

function toolId(): string {
  return `toolu_${crypto.randomUUID().replaceAll("-", "")}`;
}
