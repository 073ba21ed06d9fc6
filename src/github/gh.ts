import { TIMEOUTS } from "../domain/timeouts.ts";
import type { z } from "zod";
import { Failed, resultOf } from "../domain/failed.ts";
import { toolEnv } from "../exec/env.ts";
import { sleep } from "../util/backoff.ts";
import { sh } from "../exec/sh.ts";
import { faultPause, pauseAfter } from "./backoff.ts";
import type { GitHubRepository } from "./remote.ts";
import { readReply, type Reply } from "./reply.ts";

/** How parex talks to a repository on GitHub: through the user's own gh, with its login. */
export interface Gh {
  repository: GitHubRepository;
  /** Where gh runs. */
  cwd: string;
  /** Ends waiting: what failed last is the answer then. */
  signal?: AbortSignal | undefined;
  /** Requests for one answer; default 6. */
  tries?: number;
  /** How back-off passes its time. */
  wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface ApiRequest {
  /** What is being done, as the end of "could not …". */
  doing: string;
  method?: "GET" | "POST" | "PATCH";
  /** Below `repos/<owner>/<name>`, such as `/labels`. */
  path: string;
  body?: Record<string, unknown>;
  /** A POST that may be carried out twice; other methods always may. */
  repeatable?: boolean;
}

const TRIES = 6;

/** Calls GitHub's REST API and reads the answer after a schema. */
export async function api<T>(
  gh: Gh,
  request: ApiRequest,
  schema: z.ZodType<T>,
): Promise<T> {
  const { host, owner, name } = gh.repository;
  const { doing, method = "GET", path, body } = request;
  const repeatable = request.repeatable ?? method !== "POST";
  const args = ["api", "--include", "--hostname", host, "--method", method];
  const target = `repos/${owner}/${name}${path}`;
  const reply = body === undefined
    ? await call(gh, [...args, target], { doing, repeatable, included: true })
    : await call(gh, [...args, "--input", "-", target], {
      doing,
      repeatable,
      included: true,
      input: JSON.stringify(body),
    });
  return read(doing, reply, schema);
}

/** A command of gh that lists something of the repository as JSON. */
export async function list<T>(
  gh: Gh,
  doing: string,
  args: string[],
  schema: z.ZodType<T>,
): Promise<T> {
  const { host, owner, name } = gh.repository;
  const whole = [...args, "--repo", `${host}/${owner}/${name}`];
  const reply = await call(gh, whole, { doing, repeatable: true, included: false });
  return read(doing, reply, schema);
}

/**
 * Creates something exactly once: if there is no answer, `find` looks
 * for it before the request is made again; and so it does when GitHub says that it exists.
 */
export async function createOnce<T>(
  gh: Gh,
  request: ApiRequest,
  schema: z.ZodType<T>,
  find: () => Promise<T | undefined>,
): Promise<{ value: T; created: boolean }> {
  for (let failures = 1;; failures++) {
    const made = await resultOf(() => api(gh, { ...request, method: "POST" }, schema));
    if (made.ok) return { value: made.value, created: true };
    const failed = new Failed(made.failure);
    if (made.failure.reason !== "github_failed") throw failed;
    const { status } = made.failure;
    const unsure = status === undefined || status >= 500;
    if (!unsure && status !== 422) throw failed;
    if (unsure && !await paused(gh, failures, faultPause(failures, Math.random()))) throw failed;
    const found = await find();
    if (found !== undefined) return { value: found, created: unsure };
    if (!unsure) throw failed;
  }
}

interface Call {
  doing: string;
  repeatable: boolean;
  /** The status line and headers come before the body. */
  included: boolean;
  input?: string | undefined;
}

async function call(gh: Gh, args: string[], how: Call): Promise<Reply> {
  const { doing, repeatable, included, input } = how;
  for (let failures = 1;; failures++) {
    const result = await sh(["gh", ...args], {
      cwd: gh.cwd,
      env: toolEnv({ GH_NO_UPDATE_NOTIFIER: "1", GH_FORCE_TTY: "", GH_DEBUG: "" }),
      timeoutMs: TIMEOUTS.githubRequest,
      input,
    });
    if (result.code === 127) throw new Failed({ reason: "gh_missing" });
    const reply = readReply(result, included);
    if (reply.ok) return reply;
    const when = { repeatable, now: Date.now(), random: Math.random() };
    if (await paused(gh, failures, pauseAfter(reply, failures, when))) continue;
    const { status, detail } = reply;
    if (reply.loggedOut) {
      throw new Failed({ reason: "gh_logged_out", host: gh.repository.host, detail });
    }
    throw new Failed({
      reason: "github_failed",
      doing,
      status,
      detail,
    });
  }
}

/** Waits before the next request; false: there is to be none. */
async function paused(gh: Gh, failures: number, ms: number | undefined): Promise<boolean> {
  if (ms === undefined || failures >= (gh.tries ?? TRIES)) return false;
  await (gh.wait ?? sleep)(ms, gh.signal);
  return !gh.signal?.aborted;
}

function read<T>(doing: string, { body }: Reply, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Failed({ reason: "github_failed", doing, detail: `no JSON: ${body.slice(0, 200)}` });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Failed({ reason: "github_failed", doing, detail: parsed.error.message });
}
