import { basename, dirname, join } from "node:path";
import { LIMITS } from "../limits.ts";
import type { SourceFile } from "./format.ts";
import { NotAList } from "./format.ts";

/** Names of the files in a folder, sorted; empty if it is not a folder. */
export function filesIn(folder: string): string[] {
  return namesIn(folder, ({ isFile }) => isFile);
}

/** Names of the folders in a folder, in order. */
export function foldersIn(folder: string): string[] {
  return namesIn(folder, ({ isDirectory }) => isDirectory);
}

/** `1-2` comes before `1-10`. */
const byNumber = new Intl.Collator("en", { numeric: true });

function namesIn(folder: string, wanted: (entry: Deno.DirEntry) => boolean): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(wanted).map(({ name }) => name)
      .sort(byNumber.compare);
  } catch {
    return []; // none there, or none that can be listed
  }
}

export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The first of these files in a folder that is there. */
export function firstFile(folder: string, ...names: string[]): string | undefined {
  return names.map((name) => join(folder, name)).find(isFile);
}

/** A file's text, with its limits. Throws what the system throws. */
export function sourceFile(path: string): SourceFile {
  const { size } = Deno.statSync(path);
  if (size > LIMITS.fileBytes) throw tooLarge(path, size);
  const bytes = Deno.readFileSync(path);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path, text };
  } catch {
    throw new NotAList("it is not UTF-8 text", path);
  }
}

function tooLarge(path: string, size: number): NotAList {
  const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const message = `${basename(path)} has ${mib(size)}; the limit is ${mib(LIMITS.fileBytes)}`;
  return new NotAList(message, path);
}

/** A list that is one file in its own folder, with other files that explain it. */
export function contextBeside(list: string, names: readonly string[]) {
  const folder = dirname(list);
  return { folder, names: names.filter((name) => isFile(join(folder, name))) };
}
