import { basename, dirname, join, resolve } from "node:path";
import { Failed } from "../domain/failed.ts";

/** Runs work on files; a system error becomes a failure that names `path`. */
export async function io<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ioFailed(path, error);
  }
}

/** As `io`, at once. */
export function ioSync<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ioFailed(path, error);
  }
}

/** The user's own permissions decide about all other files. */
function ioFailed(path: string, error: unknown): Failed {
  if (error instanceof Failed) return error;
  const detail = error instanceof Deno.errors.NotCapable
    ? "Deno keeps programs out of /dev, /proc and /sys; the repository must be elsewhere"
    : String(error);
  return new Failed({ reason: "io_failed", path, detail });
}

/** Whether something exists at `path`, including a dangling symbolic link. */
export function exists(path: string): boolean {
  // Passing the call to another thread would take longer than the call.
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Changes when the file does: its size and the time of its last change; empty if there is none. */
export function stampOf(path: string): string {
  try {
    const { size, mtime } = Deno.statSync(path);
    return `${size} ${mtime?.getTime() ?? ""}`;
  } catch {
    return ""; // none there, or none that this user may see
  }
}

/** Whether `path` is free to become a worktree: nothing, or an empty folder. */
export function isFree(path: string): boolean {
  try {
    for (const _ of Deno.readDirSync(path)) return false;
    return true;
  } catch (error) {
    return isAbsent(error) && !exists(path);
  }
}

/** A file's text; undefined if it does not exist. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The end of a text file, at most so many bytes. Empty if it cannot be read. */
export async function readEnd(path: string, bytes: number): Promise<string> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - bytes), Deno.SeekMode.Start);
    return await new Response(file.readable).text();
  } catch {
    return "";
  }
}

/** The real path of something that need not exist: links are resolved as far as it does. */
export async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  if (await exists(absolute)) return await Deno.realPath(absolute);
  const folder = dirname(absolute);
  return folder === absolute ? absolute : join(await realPathOf(folder), basename(absolute));
}

/** Whether `path` is `folder` or in it. Both absolute and normal. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** Whether a system error says that the path does not exist. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** Bytes of all files in a folder; files that are gone or unreadable count as 0. */
export async function folderSize(path: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      const entry = join(path, name);
      bytes += isDirectory ? await folderSize(entry) : (await Deno.lstat(entry)).size;
    }
  } catch {
    return bytes;
  }
  return bytes;
}
