import { basename } from "node:path";
import type { Facts } from "./facts.ts";
import { type Lock, YOUNGEST_MS } from "./locks.ts";
import type { Action } from "./repair.ts";

/** The earlier repairs of this operation, with time and random number for the next choice. */
export interface Circumstances {
  /** Applied or refused. */
  tried: readonly Action[];
  /** Milliseconds since the epoch. */
  now: number;
  /** From 0 to 1. */
  random: number;
}

/** The known repair of a failure, if there is one that was not tried yet. */
export function knownFix(facts: Facts, circumstances: Circumstances): Action | undefined {
  return candidates(facts, circumstances).find((action) =>
    action.type === "retry_after" || !circumstances.tried.some((one) => same(one, action))
  );
}

function* candidates(facts: Facts, circumstances: Circumstances): Generator<Action> {
  const { symptoms, failure, missing } = facts;
  const { tried } = circumstances;
  const waits = tried.filter(({ type }) => type === "retry_after").length;
  if (symptoms.has("locked")) {
    const lock = facts.locks.find((one) => isNamed(one, facts.output));
    // Its owner may be working, or have finished since.
    const left = lock ? YOUNGEST_MS - (circumstances.now - lock.modified) : 0;
    if (lock && left <= 0) yield { type: "remove_stale_lock", path: lock.path };
    yield wait(Math.max(left / 1000, backoff(waits, circumstances.random)));
  }
  const gone = missing.find((path) =>
    failure.reason === "worktree_elsewhere"
      ? failure.path === path
      : symptoms.has("worktree_missing") && facts.output.includes(path)
  );
  if (gone !== undefined) yield { type: "prune_worktree", path: gone };
  // What exists already is found and used the next time.
  if (symptoms.has("branch_exists") && waits === 0) yield wait(0);
  if (symptoms.has("push_rejected")) yield { type: "fetch_and_retry" };
  if (symptoms.has("no_upstream")) yield { type: "set_upstream" };
  // Calls of GitHub have their own back-off.
  if (symptoms.has("network") && failure.reason !== "github_failed") {
    yield wait(backoff(waits, circumstances.random));
  }
}

/** git's message names the config file instead of its lock. */
function isNamed({ path }: Lock, output: string): boolean {
  const name = basename(path);
  return output.includes(name) ||
    output.includes("could not lock config file") && name.startsWith("config");
}

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 60;
const JITTER = 0.5;

/** In seconds: doubles each time, with jitter so that concurrent failures spread out. */
function backoff(waits: number, random: number): number {
  return FIRST_PAUSE * 2 ** waits * (1 + JITTER * random);
}

function wait(seconds: number): Action {
  return { type: "retry_after", seconds: Math.min(seconds, LONGEST_PAUSE) };
}

function same(a: Action, b: Action): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
