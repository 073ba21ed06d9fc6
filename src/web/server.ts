import { timingSafeEqual } from "node:crypto";
import type { RunEvent } from "../domain/event.ts";
import { resultOf } from "../domain/failed.ts";
import { recordOf, type RunRecord } from "../domain/record.ts";
import type { TaskRecord } from "../domain/task_record.ts";
import { liveRun, readJournal } from "../journal/store.ts";
import { followJournal } from "../journal/tail.ts";
import { leaveAnswer, questionOf } from "../run/task/answers.ts";
import { leaveSteering, refusalOf as steeringRefusal } from "../run/task/steering.ts";
import type { StreamMessage } from "./page/data.ts";
import { pageWith } from "./page_file.ts";
import { diffOf, logOf, type RunFolder, transcriptOf } from "./run_files.ts";

export interface WebRun extends RunFolder {
  id: string;
}

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

/** The event streams of a server, by its signal: it has stopped when they let go of the journal. */
const followers = new WeakMap<AbortSignal, Promise<void>[]>();
/** Events that come close together go out as one message. */
const GATHER_MS = 100;
/** Whether the run is live is asked at most this often. */
const LOOK_MS = 1_000;
/** The longest answer that is taken, in bytes. */
const BODY_LIMIT = 64 * 1024;

/**
 * Serves the page of a run on this machine only, to clients with the token. Throws `AddrInUse` if
 * another program has the port.
 */
export function serveRun(run: WebRun, { port, control }: ServeOptions): WebServer {
  const token = randomToken();
  const stopping = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {}, signal: stopping.signal },
    async (request) => {
      const refusal = refusalOf(request, server.addr.port, token);
      const response = refusal ?? await answerTo(request, { run, control, stopping });
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      return response;
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/?token=${token}`,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.finished;
      await Promise.all(followers.get(stopping.signal) ?? []);
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
  stopping: AbortController;
}

async function answerTo(request: Request, serving: Serving): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const { run, control, stopping } = serving;
  const route = `${request.method} ${pathname}`;
  switch (route) {
    case "GET /": {
      const page = await pageWith({ kind: "live", control });
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    case "GET /events":
      return eventStream(run, Number(request.headers.get("last-event-id") ?? 0), stopping.signal);
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

async function recordFrom(run: WebRun): Promise<RunRecord | undefined> {
  const events = await resultOf(() => readJournal(run.dir));
  return events.ok ? recordOf(events.value) : undefined;
}

async function takeAnswer(request: Request, run: WebRun): Promise<Response> {
  if (request.headers.get("content-type") !== "application/json") {
    return plain(415, "an answer is JSON");
  }
  const text = await request.text();
  if (text.length > BODY_LIMIT) return plain(413, "the answer is too long");
  const given = parsed(text);
  if (!given) return plain(400, "the answer is empty");
  const record = await recordFrom(run);
  if (!record || !questionOf(record, given.task, given.answer)) {
    return plain(409, `${given.task} has no open question`);
  }
  if (liveRun(run.repo.commonDir)?.run !== run.id) {
    return plain(409, "the run is over: answer with `parex answer`, which continues the task");
  }
  const left = await resultOf(() => leaveAnswer(run.dir, given.task, given.answer));
  return left.ok ? plain(202, "accepted") : plain(500, "the answer cannot be written");
}

/** Passes on that a task is to be retried or stopped. */
async function takeSteering(request: Request, run: WebRun): Promise<Response> {
  if (request.headers.get("content-type") !== "application/json") {
    return plain(415, "what is asked for is JSON");
  }
  const text = await request.text();
  const given = text.length > BODY_LIMIT ? undefined : steeringIn(text);
  if (!given) return plain(400, "expected a task, and retry or stop");
  if (liveRun(run.repo.commonDir)?.run !== run.id) {
    return plain(409, `the run is over: parex ${given.ask} ${given.task}`);
  }
  const record = await recordFrom(run);
  const refusal = record ? steeringRefusal(record, given) : "the run is not known";
  if (refusal !== undefined) return plain(409, refusal);
  const left = await resultOf(() => leaveSteering(run.dir, given));
  return left.ok ? plain(202, "accepted") : plain(500, "the request cannot be written");
}

function steeringIn(text: string): { ask: "retry" | "stop"; task: string } | undefined {
  try {
    const { ask, task } = JSON.parse(text);
    return (ask === "retry" || ask === "stop") && typeof task === "string"
      ? { ask, task }
      : undefined;
  } catch {
    return undefined;
  }
}

function parsed(text: string): { task: string; answer: string } | undefined {
  try {
    const { task, answer } = JSON.parse(text);
    if (typeof task !== "string" || typeof answer !== "string") return undefined;
    return answer.trim() === "" ? undefined : { task, answer: answer.trim() };
  } catch {
    return undefined;
  }
}

/**
 * The run's events after the one with this number, as server-sent events, until the run is over.
 */
function eventStream(run: WebRun, after: number, stopping: AbortSignal): Response {
  const { promise, resolve: closed } = Promise.withResolvers<void>();
  const open = followers.get(stopping) ?? [];
  followers.set(stopping, [...open, promise]);
  const encoder = new TextEncoder();
  let gone = false;
  const lives = everySoOften(() => liveRun(run.repo.commonDir)?.run === run.id);
  const alive = () => !gone && !stopping.aborted && lives();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      let gathered: RunEvent[] = [];
      let timer: ReturnType<typeof setTimeout> | undefined;
      const send = (message: StreamMessage, id?: number) => {
        if (gone || stopping.aborted) return;
        const head = id === undefined ? "" : `id: ${id}\n`;
        controller.enqueue(encoder.encode(`${head}data: ${JSON.stringify(message)}\n\n`));
      };
      const flush = () => {
        clearTimeout(timer);
        timer = undefined;
        if (gathered.length > 0) send({ events: gathered }, gathered.at(-1)?.seq);
        gathered = [];
      };
      try {
        for await (const event of followJournal(run.dir, alive)) {
          if (gone || stopping.aborted) break;
          if (event.seq <= after) continue;
          gathered.push(event);
          timer ??= setTimeout(flush, GATHER_MS);
        }
      } finally {
        closed();
      }
      flush();
      send({ over: true });
      if (!gone) controller.close();
    },
    cancel() {
      gone = true;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** The cached answer of a question that is asked at most once per interval. */
function everySoOften(look: () => boolean): () => boolean {
  let at = -Infinity;
  let answer = false;
  return () => {
    if (performance.now() - at >= LOOK_MS) [at, answer] = [performance.now(), look()];
    return answer;
  };
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "content-type": "text/plain" } });
}
