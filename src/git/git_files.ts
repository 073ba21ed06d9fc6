import { basename, dirname, join } from "node:path";
import type { Undo } from "../domain/borders.ts";
import type { FileMemo } from "../util/file_memo.ts";
import { isAbsent } from "../util/files.ts";
import type { Worktree } from "./worktree.ts";

const FILE_BYTES = 1024 * 1024;

/** git's folder of a worktree, also where the task has removed the pointer to it. */
export function ownDir({ repo, task }: Worktree): string {
  return join(repo.commonDir, "worktrees", task);
}

/** The files by which git finds a worktree's repository, and the repository the worktree. */
export function pointersOf(worktree: Worktree): string[] {
  const own = ownDir(worktree);
  return [join(worktree.path, ".git"), join(own, "gitdir"), join(own, "commondir")];
}

/** git's own files by path; without the files that parex creates for new worktrees. */
export function gitFilesOf(
  worktree: Worktree,
  seen: FileMemo<string | undefined>,
): Map<string, string> {
  const { commonDir } = worktree.repo;
  const paths = [
    ...["config", "config.worktree", "shallow", "objects/info/alternates"].map((name) =>
      join(commonDir, name)
    ),
    ...namesIn(join(commonDir, "hooks")).filter((name) => !name.endsWith(".sample")),
    ...namesIn(join(commonDir, "info")).filter((name) => !/\.parex-\d+$/.test(name)),
    ...pointersOf(worktree),
  ];
  return new Map(paths.flatMap((path) => {
    const file = seen.at(path);
    return file === undefined ? [] : [[path, file] as const];
  }));
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => !isDirectory)
      .map(({ name }) => join(folder, name));
  } catch {
    return []; // none
  }
}

const BYTES = "iso-8859-1"; // each byte is a character of its own

/** A fingerprint: kind, mode and content, without what parex itself writes there. */
export function seenAt(path: string): string | undefined {
  try {
    const about = Deno.lstatSync(path);
    if (about.isSymlink) return `link ${Deno.readLinkSync(path)}`;
    if (!about.isFile || about.size > FILE_BYTES) return `${about.size} ${about.mtime?.getTime()}`;
    const text = new TextDecoder(BYTES).decode(Deno.readFileSync(path));
    return `${(about.mode ?? 0) & 0o777} ${parted(path, text).rest}`;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Splits one of git's files into what parex writes and everything else. */
function parted(path: string, text: string): { own: string; rest: string } {
  // The plan that a branch belongs to.
  if (basename(path) === "config") return split(text, /^(?=[ \t]*\[)/m, /^[ \t]*\[branch[ \t."]/i);
  // The patterns that keep worktrees out of commits.
  if (basename(path) === "exclude") return split(text, /(?<=\n)/, /worktrees\b|parex/);
  return { own: "", rest: text };
}

function split(text: string, at: RegExp, own: RegExp): { own: string; rest: string } {
  const parts = text.split(at);
  return {
    own: parts.filter((part) => own.test(part)).join(""),
    rest: parts.filter((part) => !own.test(part)).join(""),
  };
}

/** Restores one of git's files. A file in the way is kept in `keep`: it may be somebody's work. */
export function putFileBack(
  { path, is }: Extract<Undo, { kind: "git_file" }>,
  was: string | undefined,
  keep: string,
): boolean {
  if (seenAt(path) !== is) return false;
  // A repository that somebody made there may hold work.
  if (is !== undefined && Deno.lstatSync(path).isDirectory) return false;
  const own = is === undefined || is.startsWith("link ")
    ? ""
    : parted(path, new TextDecoder(BYTES).decode(Deno.readFileSync(path))).own;
  Deno.mkdirSync(keep, { recursive: true, mode: 0o700 });
  if (is !== undefined && !is.startsWith("link ") && /^\d+ /.test(is)) {
    Deno.copyFileSync(path, join(keep, basename(path)));
  }
  if (was === undefined) {
    Deno.removeSync(path);
    return true;
  }
  const next = `${path}.parex-${Deno.pid}`;
  if (was.startsWith("link ")) {
    Deno.symlinkSync(was.slice("link ".length), next);
  } else {
    const [, mode = "", text = ""] = /^(\d+) ([^]*)$/.exec(was) ?? [];
    const bytes = Uint8Array.from([...`${text}${own}`].map(byteOf));
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(next, bytes, { createNew: true });
    Deno.chmodSync(next, Number(mode));
  }
  Deno.renameSync(next, path);
  return true;
}

const BYTE_OF = new Map(
  [...new TextDecoder(BYTES).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))]
    .map((character, byte) => [character, byte]),
);

function byteOf(character: string): number {
  return BYTE_OF.get(character) ?? 0x3f;
}

/** A file's text; undefined if it cannot be read. */
export function textIn(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trimEnd();
  } catch {
    return undefined; // absent
  }
}

/** Changes when the file does; empty if there is none. */
export function stampAt(path: string): string {
  try {
    const { size, mtime, ino, mode } = Deno.lstatSync(path);
    return `${size} ${mtime?.getTime()} ${ino} ${mode}`;
  } catch {
    return ""; // absent
  }
}
