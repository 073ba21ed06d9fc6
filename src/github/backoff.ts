import { TIMEOUTS } from "../domain/timeouts.ts";
import type { Reply } from "./reply.ts";

/** GitHub asks for at least a minute where it does not say how long. */
const LIMITED_MS = 60_000;
const FAULT_MS = 1_000;
const JITTER = 0.25;

export interface BackoffOptions {
  /** The same request may reach GitHub twice without harm. */
  repeatable: boolean;
  /** Milliseconds since the epoch. */
  now: number;
  /** From 0 to 1. */
  random: number;
}

/**
 * How long to wait before a request is made again, after it failed `failures` times; undefined: it
 * is not. A limit is GitHub's refusal to do anything, so what it refused may always be repeated.
 */
export function pauseAfter(
  reply: Reply,
  failures: number,
  options: BackoffOptions,
): number | undefined {
  if (isLimited(reply)) {
    const pause = retryAfter(reply, options.now) ?? LIMITED_MS * 2 ** (failures - 1);
    return pause > TIMEOUTS.githubLimit ? undefined : jittered(pause, options.random);
  }
  return isFault(reply) && options.repeatable ? faultPause(failures, options.random) : undefined;
}

/** How long to wait after GitHub failed, or did not answer, `failures` times. */
export function faultPause(failures: number, random: number): number {
  return jittered(FAULT_MS * 2 ** (failures - 1), random);
}

/** Only ever longer: GitHub counts what comes too soon against one. */
function jittered(pause: number, random: number): number {
  return Math.round(pause * (1 + JITTER * random));
}

/** The primary or a secondary rate limit. Other refusals have the same status, and are final. */
function isLimited({ status, headers, body, detail }: Reply): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0" ||
    /secondary rate limit|abuse detection|rate limit exceeded/i.test(body + detail);
}

/** GitHub failed, or nothing was heard from it. */
function isFault({ status, loggedOut }: Reply): boolean {
  return !loggedOut && (status === undefined || status >= 500);
}

function retryAfter({ headers }: Reply, now: number): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? NaN);
  if (Number.isFinite(seconds)) return seconds * 1000;
  if (headers.get("x-ratelimit-remaining") !== "0") return undefined;
  const reset = Number(headers.get("x-ratelimit-reset") ?? NaN) * 1000;
  return Number.isFinite(reset) ? Math.max(0, reset - now) : undefined;
}
