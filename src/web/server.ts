import { timingSafeEqual } from "node:crypto";
import type { RunRecord } from "../domain/record.ts";
import type { TaskRecord } from "../domain/task_record.ts";
import { eventStream, heardIn } from "./event_stream.ts";
import { pageWith } from "./page_file.ts";
import { plain } from "./plain.ts";
import { takeAnswer, takeSteering } from "./requests.ts";
import { diffOf, logOf, transcriptOf } from "./run_files.ts";
import { recordFrom, type WebRun } from "./served_run.ts";

export interface ServeOptions {
  /** 0: any that is free. */
  port: number;
  /** Questions can be answered on the page. */
  control: boolean;
}

export interface WebServer extends AsyncDisposable {
  /** With the token that opens it. */
  url: string;
}

/**
 * Serves the page of a run on this machine only, to clients with the token. Throws `AddrInUse` if
 * another program has the port.
 */
export function serveRun(run: WebRun, { port, control }: ServeOptions): WebServer {
  const token = randomToken();
  const stopping = new AbortController();
  const following = new Set<Promise<void>>();
  const serving: Serving = { run, control, stopping: stopping.signal, following };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {}, signal: stopping.signal },
    async (request) => {
      const refusal = refusalOf(request, server.addr.port, token);
      const response = refusal ?? await answerTo(request, serving);
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      return response;
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/?token=${token}`,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.finished;
      await Promise.all(following);
    },
  };
}

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(24)).toHex();
}

/** A page of another origin, or another DNS name for this machine, gets nothing. */
function refusalOf(request: Request, port: number, token: string): Response | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(request.headers.get("host") ?? "")) {
    return plain(403, "this server answers to 127.0.0.1 and localhost only");
  }
  const origin = request.headers.get("origin");
  if (origin !== null && !hosts.some((host) => origin === `http://${host}`)) {
    return plain(403, "another page has no access to this server");
  }
  const given = new URL(request.url).searchParams.get("token") ?? "";
  if (!sameText(given, token)) {
    return plain(403, "the token is missing or wrong: open the address that `parex web` printed");
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => new TextEncoder().encode(text));
  return a !== undefined && b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}

interface Serving {
  run: WebRun;
  control: boolean;
  stopping: AbortSignal;
  /** The event streams: the server has stopped when they let go of the journal. */
  following: Set<Promise<void>>;
}

async function answerTo(request: Request, serving: Serving): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const { run, control } = serving;
  const route = `${request.method} ${pathname}`;
  switch (route) {
    case "GET /": {
      const page = await pageWith({ kind: "live", control, whole: run.earlier !== undefined });
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    case "GET /events":
      return eventStream(run, heardIn(request.headers.get("last-event-id")), serving);
    case "GET /transcript":
    case "GET /log":
    case "GET /diff":
      return await taskFile(pathname, searchParams, run);
    case "POST /answer":
      return control ? await takeAnswer(request, run) : plain(403, "start it with --control");
    case "POST /steer":
      return control ? await takeSteering(request, run) : plain(403, "start it with --control");
    default:
      return plain(404, `nothing here: ${route}`);
  }
}

async function taskFile(
  pathname: string,
  params: URLSearchParams,
  run: WebRun,
): Promise<Response> {
  const known = await recordFrom(run);
  const task = known?.tasks.get(params.get("task") ?? "");
  if (!known || !task) return plain(404, "this run has no such task");
  return Response.json(await contentOf(pathname, Number(params.get("at") ?? 0), task, known, run));
}

async function contentOf(
  pathname: string,
  at: number,
  task: TaskRecord,
  record: RunRecord,
  run: WebRun,
) {
  switch (pathname) {
    case "/transcript":
      return await transcriptOf(run, task, at);
    case "/log":
      return await logOf(run, task.checks[at]);
    default:
      return await diffOf(run, task, record);
  }
}
