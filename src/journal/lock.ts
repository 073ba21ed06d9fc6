import { TIMEOUTS } from "../domain/timeouts.ts";
import { dirname } from "node:path";
import type { Failure } from "../domain/failure.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { startOf } from "../exec/processes.ts";
import { isSameKernel, type Machine, thisMachine } from "../exec/this_machine.ts";
import { isRecord } from "../util/json_values.ts";
import { shareLikeGit } from "./share.ts";
import { messageOf } from "../util/text.ts";

/** Who holds a repository. */
export interface LockOwner {
  pid: number;
  /** Start time of the process in the system's units: all that parex 0.1.0 compared. */
  started: string;
  /** ISO 8601, for people. */
  since: string;
  run?: string | undefined;
  /** Absent: parex 0.1.0, which held no kernel lock. */
  machine?: Machine;
}

export interface HeldLock {
  owner: LockOwner;
  alive: boolean;
}

export interface Lock {
  /** Its last owner on another machine, which fell silent without giving it back. */
  takenFrom?: LockOwner | undefined;
  /** Gives the lock back; does nothing the second time. */
  release(): void;
}

/** Reading the lock holds it for a moment, so a refusal counts only if it is repeated. */
const TRIES = 8;
const PAUSE_MS = 10;
/** Interval at which an owner shows that it is alive. */
const BEAT_MS = 10_000;

function lockPath(stateDir: string): string {
  return `${stateDir}/lock`;
}

/** On Windows a locked file cannot be read. */
function textPath(path: string): string {
  return Deno.build.os === "windows" ? `${path}.owner` : path;
}

/** Who has the lock, whether a living process or a dead one that did not give it back. */
export function readLock(stateDir: string): HeldLock | undefined {
  const path = lockPath(stateDir);
  for (let tried = 0; tried < TRIES; tried++) {
    using file = open(path, { read: true });
    if (!file) return undefined;
    const free = file.tryLockSync(false);
    const owner = readOwner(path);
    if (free) return owner && { owner, alive: lives(owner, path) };
    if (owner) return { owner, alive: true };
    pause(); // another process takes it, and has not said who it is
  }
  return undefined;
}

/** Why nothing else can be done now: a living process holds the repository. */
export function lockFailure(stateDir: string): Failure | undefined {
  const held = readLock(stateDir);
  return held?.alive ? lockHeld(held.owner, lockPath(stateDir)) : undefined;
}

function lockHeld({ pid, since, run, machine }: LockOwner, path: string): Failure {
  const here = thisMachine();
  const away = machine !== undefined && !isSameKernel(machine, here);
  const seen = away ? lastBeat(path) : undefined;
  return {
    reason: "lock_held",
    pid,
    since,
    path,
    run: run || undefined,
    host: machine && machine.host !== here.host ? machine.host : undefined,
    seen: seen?.toISOString(),
  };
}

/**
 * Takes the repository's lock for this process: one run at a time in a repository and all its
 * worktrees, or a command that must not run beside one. The kernel holds it, across containers, and
 * frees it when this process ends, however it ends. For machines that share only the folder, the
 * owner updates a timestamp every ten seconds; `onLost` is called if one of them took the lock over
 * while this one slept. Fails with `lock_held` or `io_failed`.
 */
export function takeLock(
  stateDir: string,
  run?: string,
  onLost?: (failure: Failure) => void,
): Result<Lock> {
  const path = lockPath(stateDir);
  try {
    Deno.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    for (let tried = 0; tried < TRIES; tried++) {
      const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
      if (!file.tryLockSync(true) || !isStillAt(path, file)) {
        file.close();
        pause();
        continue;
      }
      const last = readOwner(path);
      if (last && lives(last, path)) {
        file.close();
        return fail(lockHeld(last, path));
      }
      try {
        return ok(hold(file, path, { run, last, onLost }));
      } catch (error) {
        file.close();
        throw error;
      }
    }
    const owner = readOwner(path);
    if (owner) return fail(lockHeld(owner, path));
    return fail({ reason: "io_failed", path, detail: "another process takes it again and again" });
  } catch (error) {
    const detail = messageOf(error);
    return fail({ reason: "io_failed", path, detail });
  }
}

interface Taking {
  run: string | undefined;
  last: LockOwner | undefined;
  onLost: ((failure: Failure) => void) | undefined;
}

function hold(file: Deno.FsFile, path: string, { run, last, onLost }: Taking): Lock {
  const owner: LockOwner = {
    pid: Deno.pid,
    started: startOf(Deno.pid) ?? "",
    since: new Date().toISOString(),
    machine: thisMachine(),
    run,
  };
  const text = JSON.stringify(owner) + "\n";
  Deno.writeTextFileSync(textPath(path), text, { mode: 0o600 });
  shareLikeGit(dirname(path));
  const isMine = () => isStillAt(path, file) && textOf(path) === text;
  const beat = setInterval(() => {
    if (isMine()) return show(path);
    clearInterval(beat);
    const by = readOwner(path);
    if (by) onLost?.(lockHeld(by, path));
  }, BEAT_MS);
  Deno.unrefTimer(beat);
  let held = true;
  const fromAway = last?.machine && !isSameKernel(last.machine, thisMachine());
  return {
    takenFrom: fromAway ? last : undefined,
    release() {
      if (!held) return;
      held = false;
      clearInterval(beat);
      shareLikeGit(dirname(path), run);
      // Removed while it is held: a process that opened it before checks that it is still there.
      if (isMine()) { for (const each of new Set([textPath(path), path])) removeQuietly(each); }
      file.close();
    },
  };
}

/**
 * Whether the owner that the text names lives, if no process of this kernel holds the lock. Parex
 * 0.1.0 held none; another machine's kernel may not share its locks through a network folder.
 */
function lives({ machine, pid, started }: LockOwner, path: string): boolean {
  if (!machine) return startOf(pid) === started;
  if (isSameKernel(machine, thisMachine())) return false;
  return Date.now() - (lastBeat(path)?.getTime() ?? 0) < TIMEOUTS.silentLockOwner;
}

function lastBeat(path: string): Date | undefined {
  try {
    return Deno.statSync(textPath(path)).mtime ?? undefined;
  } catch {
    return undefined; // given back in between
  }
}

function show(path: string): void {
  try {
    const now = new Date();
    Deno.utimeSync(textPath(path), now, now);
  } catch {
    // A network folder that is away for a while.
  }
}

/** False if the path names another file by now, or none. */
function isStillAt(path: string, file: Deno.FsFile): boolean {
  try {
    const [there, held] = [Deno.statSync(path), file.statSync()];
    return there.ino === held.ino && there.dev === held.dev;
  } catch {
    return false;
  }
}

function open(path: string, options: Deno.OpenOptions): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, options);
  } catch {
    return undefined; // absent, or another user's
  }
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(textPath(path));
  } catch {
    return undefined;
  }
}

function readOwner(path: string): LockOwner | undefined {
  try {
    const value: unknown = JSON.parse(textOf(path) ?? "");
    if (!isRecord(value) || typeof value.pid !== "number") return undefined;
    return typeof value.started === "string" ? value as unknown as LockOwner : undefined;
  } catch {
    return undefined; // written by something that is not parex
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is gone already.
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
