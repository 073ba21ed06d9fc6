import { TIMEOUTS } from "../domain/timeouts.ts";
import { basename, dirname, join, relative } from "node:path";
import type { Sight } from "../domain/borders.ts";
import { FileMemo } from "../util/file_memo.ts";
import { isWithin } from "../util/files.ts";
import { entries, gitFailed } from "./git.ts";
import { gitFilesOf, ownDir, seenAt, stampAt, textIn } from "./git_files.ts";
import type { Repository } from "./repository.ts";
import type { Worktree } from "./worktree.ts";

/** What was seen, with what is needed to restore it. */
export interface Look {
  sight: Sight;
  index: { path: string; stamp: string; bytes?: Uint8Array };
  /** When it was seen, by the file system's clock. */
  at: number;
}

const INDEX_BYTES = 64 * 1024 * 1024;

/** A plan in the checkout, where parex itself writes. Absolute. */
export interface PlanPaths {
  folder: string;
  /** Files in which only the status may change. */
  files: readonly string[];
}

/**
 * Looks at what is outside of tasks' worktrees, before and after something runs in one. Asks git once for
 * both; everything else is read from files, and only from those that have changed.
 */
export class Lookout {
  /** Files of the checkout that differ from HEAD, as they were when they were last looked at. */
  #files: ReadonlyMap<string, string> | undefined;
  #index: Look["index"] | undefined;
  readonly #texts = new FileMemo(textIn);
  readonly #plans = new FileMemo(withoutStatus);
  readonly #gitFiles = new FileMemo(seenAt);

  /** `folder`: parex's own, for a note of the time. */
  constructor(
    private readonly repo: Repository,
    private readonly plan: PlanPaths,
    private readonly folder: string,
  ) {}

  async before(worktree: Worktree): Promise<Look> {
    this.#files ??= await this.#changedFiles();
    return await this.#look(worktree, this.#files);
  }

  async after(worktree: Worktree, before: Look): Promise<Look> {
    const files = await this.#changedFiles();
    this.#files = files;
    return await this.#look(worktree, this.#since(before, files));
  }

  async #look(worktree: Worktree, files: ReadonlyMap<string, string>): Promise<Look> {
    const { repo } = this;
    const checkoutDir = checkoutDirOf(repo);
    const index = this.#indexAt(join(checkoutDir, "index"));
    return {
      sight: {
        refs: await repo.refs.all(),
        files,
        head: textIn(join(checkoutDir, "HEAD")) ?? "",
        index: index.stamp,
        heads: this.#headsBeside(worktree),
        gitFiles: gitFilesOf(worktree, this.#gitFiles),
      },
      index,
      at: await timeIn(this.folder),
    };
  }

  /** What differs now; of changes that are older than the look before, nothing. */
  #since({ at, sight }: Look, now: ReadonlyMap<string, string>): Map<string, string> {
    const files = new Map(now);
    for (const path of new Set([...now.keys(), ...sight.files.keys()])) {
      const was = sight.files.get(path);
      if (was === now.get(path) || changedSince(join(this.repo.root, path), at)) continue;
      if (was === undefined) files.delete(path);
      else files.set(path, was);
    }
    return files;
  }

  /** Nothing if it would take too long to find out. */
  async #changedFiles(): Promise<Map<string, string>> {
    const { repo: { root }, plan } = this;
    const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal"];
    const listed = await this.repo.result(args, { timeoutMs: TIMEOUTS.checkoutStatus });
    if (listed.code !== 0 && !listed.timedOut) throw gitFailed(args, listed);
    const changed = listed.code === 0 ? entries(listed.stdout).map((entry) => entry.slice(3)) : [];
    const others = changed.filter((path) => !isWithin(join(root, path), plan.folder));
    return new Map([
      ...others.map((path) => [path, stampAt(join(root, path))] as const),
      ...plan.files.map((path) => [relative(root, path), this.#plans.at(path)] as const),
    ]);
  }

  #indexAt(path: string): Look["index"] {
    const stamp = stampAt(path);
    if (stamp === this.#index?.stamp) return this.#index;
    this.#index = indexOf(path, stamp);
    return this.#index;
  }

  /** Of the other worktrees: what the task does to its own HEAD is looked at when its work is committed. */
  #headsBeside(worktree: Worktree): Map<string, string> {
    const own = ownDir(worktree);
    return new Map(
      worktreeDirs(this.repo).filter((folder) => folder !== own).flatMap((folder) => {
        const head = this.#texts.at(join(folder, "HEAD"));
        return head === undefined ? [] : [[basename(folder), head] as const];
      }),
    );
  }
}

/** The time of the file system, whose clock may differ from this machine's. */
async function timeIn(folder: string): Promise<number> {
  const note = join(folder, "looked");
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(note, "", { mode: 0o600 });
  return (await Deno.lstat(note)).mtime?.getTime() ?? 0;
}

/**
 * Whether a file, or the folder that it was deleted from, has changed at or after this time. An old file may
 * have been moved there, which only its ctime shows; Deno reports that in whole seconds.
 */
function changedSince(path: string, time: number): boolean {
  try {
    const { ctime, mtime } = Deno.lstatSync(path);
    const changed = Math.max(mtime?.getTime() ?? Infinity, (ctime?.getTime() ?? 0) + 999);
    return changed >= time;
  } catch {
    const folder = dirname(path);
    return folder === path || changedSince(folder, time);
  }
}

/** git's folder of the user's checkout. */
export function checkoutDirOf({ root, commonDir }: Repository): string {
  const pointer = join(root, ".git");
  if (Deno.lstatSync(pointer).isDirectory) return pointer;
  const text = textIn(pointer) ?? "";
  return text.startsWith("gitdir: /") ? text.slice("gitdir: ".length) : commonDir;
}

function withoutStatus(path: string): string {
  return textIn(path)?.replaceAll(/^status:.*\r?\n?/gm, "") ?? "";
}

function indexOf(path: string, stamp: string): Look["index"] {
  try {
    return Deno.lstatSync(path).size > INDEX_BYTES
      ? { path, stamp }
      : { path, stamp, bytes: Deno.readFileSync(path) };
  } catch {
    return { path, stamp };
  }
}

/**
 * Removes false differences between two looks: an index that git has only refreshed, as each `git status` of
 * the user's does, counts as unchanged.
 */
export async function settled(repo: Repository, before: Look, after: Look): Promise<Look> {
  const { bytes: was } = before.index;
  const { bytes: is } = after.index;
  if (before.index.stamp === after.index.stamp || !was || !is) return withIndex(before, after);
  const [old, now] = [await indexEntries(repo, was), await indexEntries(repo, is)];
  return old === now ? withIndex(before, after) : after;
}

export function withIndex({ sight: { index } }: Look, after: Look): Look {
  return { ...after, sight: { ...after.sight, index } };
}

async function indexEntries(repo: Repository, bytes: Uint8Array): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "parex-index-" });
  try {
    await Deno.writeFile(file, bytes);
    return await repo.git(["ls-files", "-s", "-z"], { env: { GIT_INDEX_FILE: file } });
  } finally {
    await Deno.remove(file);
  }
}

function worktreeDirs({ commonDir }: Repository): string[] {
  try {
    const folder = join(commonDir, "worktrees");
    return [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name));
  } catch {
    return []; // none
  }
}
