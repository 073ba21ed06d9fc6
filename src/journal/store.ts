import type { RunEvent } from "../domain/event.ts";
import { isRunEvent } from "../domain/event_shape.ts";
import { Failed, resultOf } from "../domain/failed.ts";
import { recordOf, type RunRecord } from "../domain/record.ts";
import { STATE_DIR } from "../domain/names.ts";
import { isAbsent } from "../util/files.ts";
import { readLock } from "./lock.ts";
import { messageOf } from "../util/text.ts";

const JOURNAL = "journal.ndjson";
/** Of the journal's lines. */
const VERSION = 1;

/** parex's own folder in a repository: `<git common dir>/parex`. */
export function stateDir(commonDir: string): string {
  return `${commonDir}/${STATE_DIR}`;
}

export function runDir(commonDir: string, run: string): string {
  return `${stateDir(commonDir)}/runs/${run}`;
}

export function journalPath(dir: string): string {
  return `${dir}/${JOURNAL}`;
}

/** Run ids sort by their time, to the millisecond: `20261122-093015-k3f9`. */
export function newRunId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const ms = now.getUTCMilliseconds().toString(36).padStart(2, "0");
  const salt = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `${stamp}-${ms}${salt.toString(36).padStart(2, "0").slice(-2)}`;
}

/**
 * Ids of the runs that have a journal, oldest first. Throws `io_failed` where another user keeps
 * them.
 */
export async function listRuns(commonDir: string): Promise<string[]> {
  const runs: string[] = [];
  const folder = `${stateDir(commonDir)}/runs`;
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isDirectory) runs.push(entry.name);
    }
  } catch (error) {
    // Opening a journal reports what is there instead.
    if (!isAbsent(error)) {
      throw new Failed({ reason: "io_failed", path: folder, detail: String(error) });
    }
  }
  return runs.sort();
}

/** The run that another process, or this one, executes now. */
export function liveRun(commonDir: string): { run: string; pid: number } | undefined {
  const held = readLock(stateDir(commonDir));
  return held?.alive && held.owner.run ? { run: held.owner.run, pid: held.owner.pid } : undefined;
}

/**
 * The events of a run. A torn last line, which a crash leaves, is ignored. Fails with
 * `run_not_found` if there is no journal or no event in it, with `journal_newer` if a newer parex
 * has written it, and with `io_failed` if it cannot be read.
 */
export async function readJournal(dir: string): Promise<RunEvent[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(journalPath(dir));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Failed({ reason: "run_not_found", id: dir.split("/").at(-1) ?? dir });
    }
    const detail = messageOf(error);
    throw new Failed({ reason: "io_failed", path: journalPath(dir), detail });
  }
  const version = newerVersion(text);
  // Without its newline a line is not whole, whatever it says.
  if (version === undefined) {
    const events = parseJournal(text.slice(0, text.lastIndexOf("\n") + 1));
    // A power cut can leave a new journal empty: that run has done nothing, not all of its work.
    if (events.length > 0) return events;
    throw new Failed({ reason: "run_not_found", id: dir.split("/").at(-1) ?? dir });
  }
  throw new Failed({ reason: "journal_newer", path: journalPath(dir), version });
}

/** A run as its journal has it. */
export interface JournaledRun {
  record: RunRecord;
  /** Of its last event. */
  lastSeq: number;
}

/** Reads a run back. Fails as `readJournal` does. */
export async function readRun(commonDir: string, run: string): Promise<JournaledRun> {
  const events = await readJournal(runDir(commonDir, run));
  return { record: recordOf(events), lastSeq: events.at(-1)?.seq ?? 0 };
}

/**
 * The runs of a repository, newest first; each is read when it is asked for. A run whose process
 * ended before the first line of its journal is skipped. So is any other that cannot be read, where
 * `lenient` is set; else that is thrown.
 */
export async function* runsNewestFirst(
  commonDir: string,
  { lenient = false } = {},
): AsyncGenerator<JournaledRun> {
  for (const run of (await listRuns(commonDir)).reverse()) {
    const read = await resultOf(() => readRun(commonDir, run));
    if (read.ok && read.value.lastSeq > 0) yield read.value;
    else if (!read.ok && !lenient && read.failure.reason !== "run_not_found") {
      throw new Failed(read.failure);
    }
  }
}

/** The version of a journal's lines that this parex does not know. */
function newerVersion(text: string): number | undefined {
  const versions = text.matchAll(/^\{"v":(\d+)/gm).map(([, version]) => Number(version));
  return versions.find((version) => version > VERSION);
}

/** Lines that are not events of this version are ignored: the rest is still true. */
export function parseJournal(text: string): RunEvent[] {
  const events: RunEvent[] = [];
  for (const line of text.split("\n")) {
    const event = parseEvent(line);
    if (event) events.push(event);
  }
  return events;
}

function parseEvent(line: string): RunEvent | undefined {
  if (line === "") return undefined;
  try {
    const value = JSON.parse(line);
    return value?.v === VERSION && isRunEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
