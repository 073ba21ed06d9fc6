import type { Emit, EventBody, RunEvent } from "../domain/event.ts";
import type { OperationFailure } from "../domain/failure.ts";
import { journalPath } from "./store.ts";
import { messageOf } from "../util/text.ts";

/**
 * The append-only record of a run. Each line reaches the file before its listeners get it. After a
 * line that could not be written, no further line is written, and listeners get none.
 */
export interface Journal {
  emit: Emit;
  listen(listener: (event: RunEvent) => void): void;
  /** Syncs the file to disk and closes it: later events are not recorded. */
  close(): void;
}

export interface JournalOptions {
  /** The last event that an earlier process of the run has written. */
  lastSeq?: number;
  /** The event as it is written and passed to listeners. */
  clean?: (body: EventBody) => EventBody;
  /** Called once, when a line could not be written. */
  onLost?: (failure: OperationFailure) => void;
}

/**
 * Opens a run's journal for appending. Throws where the folder cannot be written.
 */
export function openJournal(
  dir: string,
  run: string,
  { lastSeq = 0, clean = (body) => body, onLost }: JournalOptions = {},
): Journal {
  Deno.mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (lastSeq > 0) cutTornLine(journalPath(dir));
  const file = Deno.openSync(journalPath(dir), { create: true, append: true, mode: 0o600 });
  const listeners: ((event: RunEvent) => void)[] = [];
  const encoder = new TextEncoder();
  let seq = lastSeq;
  let lost = false;
  let closed = false;
  let now = 0;
  /** A clock that is set back must not date an event before its cause. */
  const moment = () => new Date(now = Math.max(now, Date.now())).toISOString();
  /** Whether it was done. */
  const attempt = (write: () => void): boolean => {
    if (lost || closed) return false;
    try {
      write();
      return true;
    } catch (error) {
      lost = true;
      const detail = messageOf(error);
      onLost?.({ reason: "journal_lost", path: journalPath(dir), detail });
      return false;
    }
  };
  return {
    emit(body: EventBody) {
      const event: RunEvent = { v: 1, seq: seq + 1, at: moment(), run, ...clean(body) };
      if (!attempt(() => writeAll(file, encoder.encode(JSON.stringify(event) + "\n")))) return;
      seq++;
      for (const listener of listeners) listener(event);
    },
    listen: (listener) => void listeners.push(listener),
    close() {
      attempt(() => file.syncDataSync());
      closed = true;
      file.close();
    },
  };
}

/** The torn last line of a process that was killed. */
function cutTornLine(path: string): void {
  const bytes = Deno.readFileSync(path);
  Deno.truncateSync(path, bytes.lastIndexOf(NEWLINE) + 1);
}

const NEWLINE = 0x0a;

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
}
