import { join } from "node:path";
import { z } from "zod";
import type { CheckCommands } from "../domain/settings.ts";
import { messageOf } from "../util/text.ts";

/** What an ecosystem's files say about a project. */
export interface Detected {
  /** The file that says so. */
  from: string;
  commands: CheckCommands;
  /** Why a command that is there is not among them, for people. */
  mergeVerdict?: Partial<Record<keyof CheckCommands, string>>;
}

/** Knows one ecosystem's manifests. Undefined: the project is not of this ecosystem. */
export type Ecosystem = (project: Project) => Detected | undefined | Promise<Detected | undefined>;

/** A project's files, read once. Paths are relative to its root, with `/`. */
export interface Project {
  /** The names of the files and folders at the root. */
  names: ReadonlySet<string>;
  has(name: string): boolean;
  /** A file's text; undefined if there is none. */
  text(path: string): Promise<string | undefined>;
  /** A manifest's content; undefined if there is none or, with a note, if it is not readable. */
  manifest<T>(path: string, parse: (text: string) => T): Promise<T | undefined>;
  /** The project's own files, without what tools put there. */
  files(): Promise<string[]>;
  /** What was there but could not be used. */
  notes: string[];
}

/** At most so many files are read: a larger project needs configured checks. */
const MAX_FILES = 20_000;
/** A larger file is not a manifest. */
const MAX_BYTES = 5 * 1024 * 1024;
const FOREIGN = new Set([
  "__pycache__",
  "build",
  "dist",
  "env",
  "node_modules",
  "target",
  "third_party",
  "vendor",
  "venv",
  "worktrees",
]);

/** Where a project's files are read from. */
export interface Source {
  /** The names of the files and folders at the root. */
  names(notes: string[]): Promise<string[]>;
  /** A file's text; undefined if there is none that can be read. */
  text(path: string, notes: string[]): Promise<string | undefined>;
  /** All of its files. */
  files(notes: string[]): Promise<string[]>;
}

/** Opens the project in a folder. */
export async function openProject(source: Source): Promise<Project> {
  const notes: string[] = [];
  const names = new Set(await source.names(notes));
  const text = (path: string) => source.text(path, notes);
  let files: Promise<string[]> | undefined;
  return {
    notes,
    names,
    has: (name) => names.has(name),
    text,
    manifest: async (path, parse) => {
      if (!path.includes("/") && !names.has(path)) return undefined;
      const found = await text(path);
      if (found === undefined) return undefined;
      try {
        return parse(found);
      } catch (error) {
        notes.push(`${path} cannot be understood: ${reasonOf(error)}`);
        return undefined;
      }
    },
    files: () => files ??= source.files(notes).then(ownOnes),
  };
}

function ownOnes(files: string[]): string[] {
  return files.filter((path) => !path.split("/").slice(0, -1).some(isForeign))
    .slice(0, MAX_FILES).sort();
}

/** The files below `root`, an absolute path. */
export function folder(root: string): Source {
  return {
    names: async (notes) => (await entriesOf(root, notes)).map(({ name }) => name),
    files: (notes) => ownFiles(root, notes),
    text: async (path, notes) => {
      const file = join(root, path);
      try {
        const { isFile, size } = await Deno.stat(file);
        if (!isFile) return undefined;
        if (size > MAX_BYTES) {
          notes.push(`${path} is too large to be read`);
          return undefined;
        }
        // TextDecoder drops a byte order mark, Deno.readTextFile does not.
        return new TextDecoder().decode(await Deno.readFile(file));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) notes.push(`${path}: ${reasonOf(error)}`);
        return undefined;
      }
    },
  };
}

/** Breadth first, so that the bound cuts the deepest. Links are not followed. */
async function ownFiles(root: string, notes: string[]): Promise<string[]> {
  const files: string[] = [];
  const folders = [""];
  for (const folder of folders) {
    for (const entry of await entriesOf(join(root, folder), notes)) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isFile) files.push(path);
      else if (entry.isDirectory && !isForeign(entry.name)) folders.push(path);
      if (files.length >= MAX_FILES) return files;
    }
  }
  return files;
}

async function entriesOf(folder: string, notes: string[]): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    notes.push(`${folder} cannot be read: ${reasonOf(error)}`);
    return [];
  }
}

function isForeign(name: string): boolean {
  return name.startsWith(".") || FOREIGN.has(name);
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll(/\s+/g, " ");
  return messageOf(error).split("\n")[0] ?? "";
}
