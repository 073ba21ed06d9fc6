/**
 * A server on loopback that plays the model for real clients, in whichever API they ask: what it says
 * is scripted per task, and the client executes the tool calls for real.
 */
import { chat } from "./chat.ts";
import { type Answer, type Dialect, REPLY_TOKENS, type Tokens } from "./dialect.ts";
import { gemini, ROUTING } from "./gemini.ts";
import { messages } from "./messages.ts";
import { responses } from "./responses.ts";
import { type ModelRequest, refuse, Scripts, type Step, text, type Turn } from "./script.ts";

const DIALECTS = [messages, chat, responses, gemini];

/** How each client's shell tool takes a command line. */
const SHELLS: Record<string, (command: string) => Record<string, unknown>> = {
  Bash: (command) => ({ command, description: "Work" }),
  bash: (command) => ({ command, description: "Work" }),
  exec_command: (cmd) => ({ cmd }),
  run_shell_command: (command) => ({ command, description: "Work" }),
};

export interface ModelServer extends AsyncDisposable {
  url: string;
  /** Of conversations about tasks. */
  requests: ModelRequest[];
  /** Ends the trouble that lasts; a next one in the script begins. */
  lift(): void;
  /** What all replies together counted, those to side requests included. */
  served: Tokens & { replies: number };
}

export interface ServerOptions {
  /** Of the next reply. */
  tokens?: () => Tokens;
}

/** A script belongs to the task that the prompt names (`Task: <id>`). */
export function serveModels(
  scripts: Record<string, Step[]>,
  { tokens = () => REPLY_TOKENS }: ServerOptions = {},
): ModelServer {
  const requests: ModelRequest[] = [];
  const script = new Scripts(scripts);
  const held = new Set<ReadableStreamDefaultController>();
  const served = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, replies: 0 };
  const count = (reply: Tokens, dialect: Dialect): Tokens => {
    // The other APIs, or the clients that speak them, have no word for it.
    const told = dialect === messages ? reply : { ...reply, cacheWrite: 0 };
    served.replies++;
    for (const key of ["input", "output", "cacheRead", "cacheWrite"] as const) {
      served[key] += told[key];
    }
    return told;
  };
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const dialect = DIALECTS.find((one) => one.serves(pathname));
    if (request.method !== "POST" || !dialect) return elsewhere(pathname);
    const asked = dialect.read(await request.json(), pathname);
    const task = [...asked.userText.matchAll(/^Task: (\S+)$/gm)].at(-1)?.[1];
    if (task === undefined || asked.tools.length === 0) {
      const words = dialect === gemini ? ROUTING : "ok";
      return dialect.reply(text(words), asked, count(tokens(), dialect));
    }
    requests.push({ ...asked, task });
    const step = hasKey(request) ? script.next(task, asked.turns) : refuse("no key");
    switch (step.kind) {
      case "hang":
        return hold(held);
      case "status":
        return Response.json(dialect.problem(step.status, step.words()), step);
      case "refuse": {
        const { status, body } = dialect.refuse(step.why);
        return Response.json(body, { status });
      }
      default:
        return dialect.reply(inTools(step, asked.tools), asked, count(tokens(), dialect));
    }
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    served,
    lift: () => script.lift(),
    async [Symbol.asyncDispose]() {
      for (const stream of held) stream.close();
      await server.shutdown();
    },
  };
}

function hasKey({ headers }: Request): boolean {
  return ["x-api-key", "x-goog-api-key"].some((name) => headers.get(name)) ||
    /^Bearer \S/.test(headers.get("authorization") ?? "");
}

/** Side requests that want no answer of a model. */
function elsewhere(path: string): Response {
  if (path.endsWith("/count_tokens")) return Response.json({ input_tokens: 100 });
  if (path.endsWith(":countTokens")) return Response.json({ totalTokens: 100 });
  if (path.endsWith("/models")) return Response.json({ object: "list", data: [], models: [] });
  return Response.json({});
}

function inTools(turn: Turn, tools: readonly string[]): Answer {
  if (turn.kind !== "shell") return turn;
  const name = tools.find((one) => one in SHELLS);
  const input = name === undefined ? undefined : SHELLS[name]?.(turn.command);
  if (name === undefined || !input) throw new Error(`no shell among the tools ${tools.join(", ")}`);
  return { kind: "tool", name, input };
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
