/** Puts what parex needs into files that are a person's own, and takes out exactly that again. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { Failed } from "../domain/failed.ts";
import type { FileChange } from "../domain/setup.ts";
import { readText, removeFile, removeIfEmpty, writeText } from "./files.ts";
import { type Added, insertEntries, isEmptySettings, removeEntries } from "./settings.ts";
import { entryLine, type SettingsEntry } from "./settings_entries.ts";

export interface SetUpInput {
  /** Claude Code's settings, absolute. */
  settings: string;
  wishes: readonly SettingsEntry[];
  /** Files that are written where there are none, by their absolute paths. */
  files: Readonly<Record<string, string>>;
  /** Where it is kept what was done, absolute. */
  record: string;
}

/** What is to be done: first shown, then applied. */
export interface SetUp {
  changes: FileChange[];
  /** Throws `io_failed`. */
  apply(): void;
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

/** The set-up that is still missing. Throws `io_failed` or `claude_settings_invalid`. */
export function planSetUp(input: SetUpInput): SetUp {
  const known = readRecord(input.record);
  const found = readText(input.settings);
  const { text, added } = insertEntries(input.settings, found ?? "", input.wishes);
  const missing: [string, string][] = [];
  for (const [path, content] of Object.entries(input.files)) {
    if (readText(path) === undefined) missing.push([path, content]);
  }
  const changes = missing.map(([path]): FileChange => whole(path, "new"));
  if (added.wishes.length > 0) {
    changes.unshift({
      path: input.settings,
      kind: found === undefined ? "new" : "changed",
      added: added.wishes.map(entryLine),
      removed: [],
    });
  }
  const record: SetUpRecord = {
    v: 1,
    settings: added.wishes.length === 0 && known
      ? known.settings
      : settingsRecord(known, found, added, text),
    files: { ...known?.files },
    folders: [...known?.folders ?? []],
  };
  const settings: [string, string][] = added.wishes.length > 0 ? [[input.settings, text]] : [];
  return { changes, apply: () => write(input, [...settings, ...missing], record) };
}

function write(
  input: SetUpInput,
  files: readonly (readonly [path: string, text: string])[],
  record: SetUpRecord,
): void {
  for (const [path, text] of files) {
    const folders = writeText(path, text);
    if (path !== input.settings) record.files[path] = hashOf(text);
    record.folders.push(...folders);
    // After each file: a failure of the next one leaves nothing that cannot be undone.
    writeText(input.record, JSON.stringify(record), PRIVATE);
  }
}

/** How to take out what set-ups have put in. Throws `io_failed` or `claude_settings_invalid`. */
export function planUndo({ settings, record }: Pick<SetUpInput, "settings" | "record">): SetUp {
  const known = readRecord(record);
  if (!known) return { changes: [], apply: () => {} };
  const found = readText(settings);
  const rest = found === undefined ? undefined : settingsWithout(settings, found, known);
  const changes: FileChange[] = [];
  if (rest !== found) {
    changes.push({
      path: settings,
      kind: rest === undefined ? "removed" : "changed",
      added: [],
      removed: known.settings.added.wishes.map(entryLine),
    });
  }
  const own = unchangedFiles(known);
  changes.push(...own.map((path) => whole(path, "removed")));
  const apply = () => {
    if (rest === undefined) removeFile(settings);
    else if (rest !== found) writeText(settings, rest);
    removeAll(own, known.folders, record);
  };
  return { changes, apply };
}

/** What a person has written into a file since is theirs. */
function unchangedFiles({ files }: SetUpRecord): string[] {
  const isUnchanged = ([path, hash]: [string, string]) => {
    const text = readText(path);
    return text !== undefined && hashOf(text) === hash;
  };
  return Object.entries(files).filter(isUnchanged).map(([path]) => path);
}

/** The record goes last: until then the rest can still be undone. */
function removeAll(files: string[], folders: string[], record: string): void {
  for (const path of files) removeFile(path);
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) removeIfEmpty(folder);
  removeFile(record);
  removeIfEmpty(dirname(record));
}

/** Only its owner's: it holds settings, which may hold keys. */
const PRIVATE = 0o600;

/** Undefined: nothing is left of them. */
function settingsWithout(
  path: string,
  text: string,
  { settings }: SetUpRecord,
): string | undefined {
  if (hashOf(text) === settings.hash && settings.before !== undefined) {
    return settings.before ?? undefined;
  }
  const rest = removeEntries(path, text, settings.added);
  return settings.before === null && isEmptySettings(rest) ? undefined : rest;
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

function readRecord(path: string): SetUpRecord | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    const record: SetUpRecord = JSON.parse(text);
    if (record.v === 1) return record;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Failed({ reason: "io_failed", path, detail: "parex cannot read what it wrote there" });
}

function whole(path: string, kind: "new" | "removed"): FileChange {
  return { path, kind, added: [], removed: [] };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
