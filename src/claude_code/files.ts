import { dirname, join } from "node:path";
import { Failed } from "../domain/failed.ts";
import { messageOf } from "../util/text.ts";

const ANY_WRITE = 0o222;

/** A file's text, a byte order mark included; undefined if there is none. Throws `io_failed`. */
export function readText(path: string): string | undefined {
  try {
    const bytes = Deno.readFileSync(path);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !isLink(path)) return undefined;
    throw failed(path, error);
  }
}

/**
 * Replaces a file's text atomically and makes its folders: a reader sees the old text or the new
 * one. A link stays a link. Returns the folders that were made, the outermost first. Throws
 * `io_failed`.
 */
export function writeText(path: string, text: string, mode?: number): string[] {
  let temporary: string | undefined;
  try {
    const made = makeFolders(dirname(path));
    const target = isLink(path) ? Deno.realPathSync(path) : path;
    const kept = modeOf(target);
    // Root may write to a read-only file, and so may a rename: the mark is a person's decision.
    if (kept !== undefined && (kept & ANY_WRITE) === 0) throw new Error("it is read-only");
    temporary = join(dirname(target), `.parex-${crypto.randomUUID()}.tmp`);
    const created = kept ?? mode;
    Deno.writeTextFileSync(
      temporary,
      text,
      created === undefined ? { createNew: true } : { createNew: true, mode: created },
    );
    if (kept !== undefined) Deno.chmodSync(temporary, kept);
    Deno.renameSync(temporary, target);
    return made;
  } catch (error) {
    if (temporary !== undefined) removeIfThere(temporary);
    throw failed(path, error);
  }
}

/** Removes a file, if it exists. Throws `io_failed`. */
export function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw failed(path, error);
  }
}

/** Removes a folder if nothing is in it. */
export function removeIfEmpty(folder: string): void {
  try {
    if (Deno.readDirSync(folder)[Symbol.iterator]().next().done) Deno.removeSync(folder);
  } catch {
    // An empty folder that stays does no harm.
  }
}

function makeFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let at = folder; !targetExists(at); at = dirname(at)) missing.unshift(at);
  if (missing.length > 0) Deno.mkdirSync(folder, { recursive: true });
  return missing;
}

/** Whether a file exists, also behind a link. */
function targetExists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

function modeOf(path: string): number | undefined {
  if (!targetExists(path)) return undefined;
  const { mode } = Deno.statSync(path);
  return mode === null ? undefined : mode & 0o7777;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made; why not is the failure that is reported.
  }
}

function failed(path: string, error: unknown): Failed {
  return new Failed({ reason: "io_failed", path, detail: messageOf(error) });
}
