/** Puts what parex needs into files that are a person's own, and takes out exactly that again. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { fail, ok, type Result } from "../domain/result.ts";
import type { FileChange } from "../domain/setup.ts";
import { readText, removeFile, removeIfEmpty, writeText } from "./files.ts";
import { type Added, putIn, saysNothing, takeOut } from "./settings.ts";
import { type Wish, wishLine } from "./settings_entries.ts";

export interface SetUpInput {
  /** Claude Code's settings, absolute. */
  settings: string;
  wishes: readonly Wish[];
  /** Files that are written where there are none, by their absolute paths. */
  files: Readonly<Record<string, string>>;
  /** Where it is kept what was done, absolute. */
  record: string;
}

/** What is to be done: first shown, then applied. */
export interface SetUp {
  changes: FileChange[];
  apply(): Result<void>;
}

/** What `parex init` did; each version reads only its own format. */
interface SetUpRecord {
  v: 1;
  settings: {
    added: Added;
    /** As they were before, null: not there; absent: they have been changed in between. */
    before?: string | null;
    /** Of the settings as they were left. */
    hash: string;
  };
  /** Files that were made, with the hashes of their texts. */
  files: Record<string, string>;
  folders: string[];
}

/** The set-up that is still missing. */
export function planSetUp(input: SetUpInput): Result<SetUp> {
  const known = readRecord(input.record);
  if (!known.ok) return known;
  const found = readText(input.settings);
  if (!found.ok) return found;
  const before = found.value ?? "";
  const put = putIn(input.settings, before, input.wishes);
  if (!put.ok) return put;
  const { text, added } = put.value;
  const missing: [string, string][] = [];
  for (const [path, content] of Object.entries(input.files)) {
    const file = readText(path);
    if (!file.ok) return file;
    if (file.value === undefined) missing.push([path, content]);
  }
  const changes = missing.map(([path]): FileChange => whole(path, "new"));
  if (added.wishes.length > 0) {
    changes.unshift({
      path: input.settings,
      kind: found.value === undefined ? "new" : "changed",
      added: added.wishes.map(wishLine),
      removed: [],
    });
  }
  const record: SetUpRecord = {
    v: 1,
    settings: added.wishes.length === 0 && known.value
      ? known.value.settings
      : settingsRecord(known.value, found.value, added, text),
    files: { ...known.value?.files },
    folders: [...known.value?.folders ?? []],
  };
  const settings: [string, string][] = added.wishes.length > 0 ? [[input.settings, text]] : [];
  return ok({ changes, apply: () => write(input, [...settings, ...missing], record) });
}

function write(
  input: SetUpInput,
  files: readonly (readonly [path: string, text: string])[],
  record: SetUpRecord,
): Result<void> {
  for (const [path, text] of files) {
    const written = writeText(path, text);
    if (!written.ok) return written;
    if (path !== input.settings) record.files[path] = hashOf(text);
    record.folders.push(...written.value);
    // After each file: a failure of the next one leaves nothing that cannot be undone.
    const kept = writeText(input.record, JSON.stringify(record), PRIVATE);
    if (!kept.ok) return kept;
  }
  return ok();
}

/** How to take out what set-ups have put in. */
export function planUndo({ settings, record }: Pick<SetUpInput, "settings" | "record">): Result<
  SetUp
> {
  const known = readRecord(record);
  if (!known.ok) return known;
  if (!known.value) return ok({ changes: [], apply: () => ok() });
  const found = readText(settings);
  if (!found.ok) return found;
  const rest = found.value === undefined
    ? ok(undefined)
    : settingsWithout(settings, found.value, known.value);
  if (!rest.ok) return rest;
  const changes: FileChange[] = [];
  if (rest.value !== found.value) {
    changes.push({
      path: settings,
      kind: rest.value === undefined ? "removed" : "changed",
      added: [],
      removed: known.value.settings.added.wishes.map(wishLine),
    });
  }
  const own = unchangedFiles(known.value);
  if (!own.ok) return own;
  changes.push(...own.value.map((path) => whole(path, "removed")));
  const { folders } = known.value;
  const apply = () => {
    const settled = rest.value === undefined
      ? removeFile(settings)
      : rest.value === found.value
      ? ok()
      : writeText(settings, rest.value);
    return settled.ok ? removeAll(own.value, folders, record) : settled;
  };
  return ok({ changes, apply });
}

/** What a person has written into a file since is theirs. */
function unchangedFiles({ files }: SetUpRecord): Result<string[]> {
  const unchanged: string[] = [];
  for (const [path, hash] of Object.entries(files)) {
    const file = readText(path);
    if (!file.ok) return file;
    if (file.value !== undefined && hashOf(file.value) === hash) unchanged.push(path);
  }
  return ok(unchanged);
}

/** The record goes last: until then the rest can still be undone. */
function removeAll(files: string[], folders: string[], record: string): Result<void> {
  for (const path of files) {
    const removed = removeFile(path);
    if (!removed.ok) return removed;
  }
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) removeIfEmpty(folder);
  const removed = removeFile(record);
  if (removed.ok) removeIfEmpty(dirname(record));
  return removed;
}

/** Only its owner's: it holds settings, which may hold keys. */
const PRIVATE = 0o600;

/** Undefined: nothing is left of them. */
function settingsWithout(
  path: string,
  text: string,
  { settings }: SetUpRecord,
): Result<string | undefined> {
  if (hashOf(text) === settings.hash && settings.before !== undefined) {
    return ok(settings.before ?? undefined);
  }
  const rest = takeOut(path, text, settings.added);
  if (!rest.ok) return rest;
  return ok(settings.before === null && saysNothing(rest.value) ? undefined : rest.value);
}

function settingsRecord(
  known: SetUpRecord | undefined,
  found: string | undefined,
  added: Added,
  text: string,
): SetUpRecord["settings"] {
  const hash = hashOf(text);
  if (!known) return { added, before: found ?? null, hash };
  const { settings } = known;
  const all = {
    wishes: [...settings.added.wishes, ...added.wishes],
    containers: [...settings.added.containers, ...added.containers],
  };
  const untouched = found !== undefined && hashOf(found) === settings.hash;
  return untouched && settings.before !== undefined
    ? { added: all, before: settings.before, hash }
    : { added: all, hash };
}

function readRecord(path: string): Result<SetUpRecord | undefined> {
  const text = readText(path);
  if (!text.ok || text.value === undefined) return text.ok ? ok(undefined) : text;
  try {
    const record: SetUpRecord = JSON.parse(text.value);
    if (record.v === 1) return ok(record);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return fail({ reason: "io_failed", path, detail: "parex cannot read what it wrote there" });
}

function whole(path: string, kind: "new" | "removed"): FileChange {
  return { path, kind, added: [], removed: [] };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
