import type { Emit, EventBody, RunEvent } from "../domain/event.ts";
import { journalPath } from "./store.ts";

/** The append-only record of a run. Each line reaches the file before its listeners hear of it. */
export interface Journal {
  emit: Emit;
  listen(listener: (event: RunEvent) => void): void;
  /** Makes what was written survive a power loss, and closes the file. */
  close(): void;
}

/**
 * Opens a run's journal for appending, after the event `lastSeq` if it has some. Throws where the
 * folder cannot be written.
 */
export function openJournal(dir: string, run: string, lastSeq = 0): Journal {
  Deno.mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (lastSeq > 0) cutTornLine(journalPath(dir));
  const file = Deno.openSync(journalPath(dir), { create: true, append: true, mode: 0o600 });
  const listeners: ((event: RunEvent) => void)[] = [];
  const encoder = new TextEncoder();
  let seq = lastSeq;
  return {
    emit(body: EventBody) {
      const event: RunEvent = { v: 1, seq: ++seq, at: new Date().toISOString(), run, ...body };
      writeAll(file, encoder.encode(JSON.stringify(event) + "\n"));
      for (const listener of listeners) listener(event);
    },
    listen: (listener) => void listeners.push(listener),
    close() {
      file.syncDataSync();
      file.close();
    },
  };
}

/** What a process that was killed has written of its last line. */
function cutTornLine(path: string): void {
  const bytes = Deno.readFileSync(path);
  Deno.truncateSync(path, bytes.lastIndexOf(NEWLINE) + 1);
}

const NEWLINE = 0x0a;

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
}
