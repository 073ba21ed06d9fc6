import type { RunEvent } from "../domain/event.ts";
import { journalPath, parseJournal } from "./store.ts";
import { sleep } from "../util/backoff.ts";

/** Polling interval of the journal if the system does not report changes. */
const POLL_MS = 200;
/**
 * Polling interval if it does: changes in a network folder may go unreported, and so does the death
 * of the process.
 */
const SLOW_POLL_MS = 1_000;
/** Changes within this time are read together. */
const GATHER_MS = 50;
const NEWLINE = 0x0a;

/**
 * The events of a run that another process executes: those so far, then each as it comes. Ends with
 * the run, or when `alive` says that its process has ended.
 */
export async function* followJournal(
  dir: string,
  alive: () => boolean,
): AsyncGenerator<RunEvent> {
  using file = await opened(journalPath(dir), alive);
  if (!file) return;
  using changes = changesOf(journalPath(dir));
  const decoder = new TextDecoder();
  let unread = new Uint8Array();
  for (;;) {
    // Asked before reading: what the process wrote before it ended is still read.
    const goesOn = alive();
    const bytes = await readOn(file, unread);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    unread = bytes.slice(end);
    for (const event of parseJournal(decoder.decode(bytes.subarray(0, end)))) {
      yield event;
      if (event.type === "run.finished") return;
    }
    if (!goesOn) return;
    await changes.next();
  }
}

/** Waits for a change of a file, at most one polling interval. */
function changesOf(path: string): Disposable & { next(): Promise<void> } {
  const watcher = watcherOf(path);
  if (!watcher) return { next: () => sleep(POLL_MS), [Symbol.dispose]() {} };
  let changed = new AbortController();
  const listening = (async () => {
    for await (const _ of watcher) changed.abort();
  })();
  // Without it there is still the slow polling.
  listening.catch(() => {});
  return {
    async next() {
      await sleep(SLOW_POLL_MS, changed.signal);
      await sleep(GATHER_MS);
      changed = new AbortController();
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}

/** Undefined: the system watches no more files, or none at all. */
function watcherOf(path: string): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(path, { recursive: false });
  } catch {
    return undefined;
  }
}

/** A run holds its lock some moments before its journal is there. */
async function opened(path: string, alive: () => boolean): Promise<Deno.FsFile | null> {
  for (;;) {
    const goesOn = alive();
    try {
      return await Deno.open(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (!goesOn) return null;
    await sleep(POLL_MS);
  }
}

/** What is left of a torn line, and all that was written since. */
async function readOn(file: Deno.FsFile, before: Uint8Array): Promise<Uint8Array> {
  const chunks = [before];
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const read = await file.read(buffer);
    if (read === null) break;
    chunks.push(buffer.slice(0, read));
  }
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
