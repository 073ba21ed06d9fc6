import type { Failure } from "../domain/failure.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { startOf } from "../exec/processes.ts";

/** Who holds a repository. */
export interface LockOwner {
  pid: number;
  /** Start time of the process as the system counts it: tells it from a later one of the same id. */
  started: string;
  /** ISO 8601, for people. */
  since: string;
  run?: string;
}

export interface HeldLock {
  owner: LockOwner;
  alive: boolean;
}

export interface Lock {
  /** Gives the lock back; does nothing if it is another's by now. */
  release(): void;
}

const TRIES = 5;

function lockPath(stateDir: string): string {
  return `${stateDir}/lock`;
}

/** The lock as it stands, held by a living process or left behind by a dead one. */
export function readLock(stateDir: string): HeldLock | undefined {
  const owner = readOwner(lockPath(stateDir));
  if (!owner) return undefined;
  return { owner, alive: startOf(owner.pid) === owner.started };
}

/** Why nothing else can be done now: a living process holds the repository. */
export function heldBy(stateDir: string): Failure | undefined {
  const held = readLock(stateDir);
  return held?.alive ? lockHeld(held.owner, lockPath(stateDir)) : undefined;
}

function lockHeld({ pid, since, run }: LockOwner, path: string): Failure {
  return { reason: "lock_held", pid, since, path, ...(run ? { run } : {}) };
}

/**
 * Takes the repository's lock for this process: one run at a time in a repository and all its
 * worktrees, or a command that must not meet one. A dead owner's lock is taken over. Fails with
 * `lock_held` or `io_failed`.
 */
export function takeLock(stateDir: string, run?: string): Result<Lock> {
  const path = lockPath(stateDir);
  const owner: LockOwner = {
    pid: Deno.pid,
    started: startOf(Deno.pid) ?? "",
    since: new Date().toISOString(),
    ...(run === undefined ? {} : { run }),
  };
  // Written beside and linked into place: a lock is never seen without its owner in it.
  const draft = `${path}.${Deno.pid}.${run ?? "command"}`;
  try {
    Deno.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(draft, JSON.stringify(owner) + "\n", { mode: 0o600 });
    for (let tried = 0; tried < TRIES; tried++) {
      if (linked(draft, path)) return ok({ release: () => release(path, owner) });
      const held = readLock(stateDir);
      if (held?.alive) return fail(lockHeld(held.owner, path));
      moveAside(path, held?.owner);
    }
    return fail({ reason: "io_failed", path, detail: "another process takes it again and again" });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail({ reason: "io_failed", path, detail });
  } finally {
    removeQuietly(draft);
  }
}

function linked(draft: string, path: string): boolean {
  try {
    Deno.linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Takes a dead owner's lock out of the way, unless another process has taken it over just now. */
function moveAside(path: string, dead: LockOwner | undefined): void {
  const aside = `${path}.dead.${Deno.pid}`;
  try {
    Deno.renameSync(path, aside);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const moved = readOwner(aside);
  if (moved && (moved.pid !== dead?.pid || moved.started !== dead.started)) linked(aside, path);
  removeQuietly(aside);
}

function release(path: string, owner: LockOwner): void {
  const held = readOwner(path);
  if (held?.pid === owner.pid && held.run === owner.run) removeQuietly(path);
}

function readOwner(path: string): LockOwner | undefined {
  try {
    const value = JSON.parse(Deno.readTextFileSync(path));
    return typeof value?.pid === "number" && typeof value.started === "string" ? value : undefined;
  } catch {
    return undefined; // absent, or written by something that is not parex
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already.
  }
}
