import { createHash } from "node:crypto";
import { dirname, isAbsolute, join } from "node:path";
import { type CheckOutcome, passed } from "../../checks/run.ts";
import { STATE_DIR } from "../../domain/names.ts";
import { clone } from "../../exec/clone.ts";
import { childEnv } from "../../exec/env.ts";
import { runProgram } from "../../exec/run_program.ts";
import { ignored } from "../../git/excludes.ts";
import type { Repository } from "../../git/repository.ts";
import type { Worktree } from "../../git/worktree.ts";
import { settledOrAborted } from "../../util/backoff.ts";
import { exists, io, isWithin } from "../../util/files.ts";

/** Smaller folders are made quickly, and may contain what is a task's own, such as its port. */
const MIN_FILES = 100;

/** Runs the setup command, maybe on top of what was installed in another worktree. */
type Install = (onTop: boolean) => Promise<CheckOutcome>;

/** Folders, relative to a worktree. */
type Folders = readonly string[];

/**
 * The folders that setup has installed in a run's first worktree, kept where no agent works. Further worktrees
 * get clones of them, which share their blocks on the disk. Where the file system has no clones, each worktree
 * installs everything.
 */
export class Installed {
  readonly #folder: string;
  readonly #kept = new Map<string, Promise<Folders>>();
  #canClone: Promise<boolean> | undefined;

  constructor({ commonDir }: Repository, run: string) {
    this.#folder = join(commonDir, STATE_DIR, "installed", run);
  }

  /**
   * Sets up a new worktree. `stamp` stands for the command and the lock files: for each, one worktree installs
   * everything, and the others wait for it.
   */
  async setUp(
    worktree: Worktree,
    stamp: string,
    install: Install,
    signal: AbortSignal,
  ): Promise<CheckOutcome> {
    this.#canClone ??= this.#tryClone(worktree);
    if (!await this.#canClone) return await install(false);
    const folder = join(this.#folder, createHash("sha256").update(stamp).digest("hex"));
    const kept = this.#kept.get(stamp);
    if (kept !== undefined) {
      await settledOrAborted(kept, signal);
      return await onTop(worktree, signal.aborted ? [] : await kept, folder, install);
    }
    const { promise, resolve } = Promise.withResolvers<Folders>();
    this.#kept.set(stamp, promise);
    let folders: Folders = [];
    try {
      const before = new Set(await ignored(worktree));
      const ran = await install(false);
      if (passed(ran)) {
        const made = (await ignored(worktree)).filter((path) => !before.has(path));
        // Without them, the other worktrees install everything.
        folders = await keep(worktree, made, folder).catch(() => []);
      }
      return ran;
    } finally {
      resolve(folders);
    }
  }

  /** Removes what is kept. */
  async close(): Promise<void> {
    // What cannot be removed now, the next run removes.
    if (await this.#canClone) await removeIfThere(this.#folder).catch(() => {});
  }

  /** Whether files can be cloned from worktrees to here. Removes what a killed run has left. */
  async #tryClone(worktree: Worktree): Promise<boolean> {
    const all = dirname(this.#folder);
    return await io(all, async () => {
      if (exists(all)) await Deno.remove(all, { recursive: true });
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const can = await clone(join(worktree.path, ".git"), join(this.#folder, "trial"));
      if (!can) await Deno.remove(all, { recursive: true });
      return can;
    });
  }
}

/** Sets up a worktree that has clones of these folders, and again without them if that fails. */
async function onTop(
  worktree: Worktree,
  folders: Folders,
  from: string,
  install: Install,
): Promise<CheckOutcome> {
  const cloned = await io(worktree.path, () => putInto(worktree, folders, from));
  if (cloned.length === 0) return await install(false);
  const ran = await install(true);
  if (passed(ran) || ran.by === "abort") return ran;
  await io(worktree.path, async () => {
    for (const path of cloned) await removeIfThere(path);
  });
  return await install(false);
}

async function putInto(worktree: Worktree, folders: Folders, from: string): Promise<string[]> {
  const cloned: string[] = [];
  for (const folder of folders) {
    const to = join(worktree.path, folder);
    if (!isFreeIn(worktree, to)) continue;
    if (await clone(join(from, folder), to)) cloned.push(to);
    else await removeIfThere(to);
  }
  return cloned;
}

/** Keeps clones of the new folders that further worktrees can use; returns these. */
async function keep(worktree: Worktree, made: Folders, at: string): Promise<Folders> {
  const kept: string[] = [];
  for (const folder of made.filter((path) => path.endsWith("/")).map((path) => path.slice(0, -1))) {
    const [from, to] = [join(worktree.path, folder), join(at, folder)];
    if (!await isPortable(from, worktree.path)) continue;
    await Deno.mkdir(dirname(to), { recursive: true });
    if (await clone(from, to)) kept.push(folder);
    else await removeIfThere(to);
  }
  return kept;
}

/** Whether a folder is worth a clone, and neither its links nor its files name the worktree. */
async function isPortable(folder: string, worktree: string): Promise<boolean> {
  const { files, links } = walk(folder);
  if (files < MIN_FILES) return false;
  if (links.some((target) => isAbsolute(target) && isWithin(target, worktree))) return false;
  // A virtual environment of Python does: its programs would run those of the other worktree.
  const argv = ["grep", "-rqF", "-e", worktree, "--", folder];
  return (await runProgram(argv, { cwd: folder, env: childEnv() })).code === 1;
}

function walk(folder: string): { files: number; links: string[] } {
  let files = 0;
  const links: string[] = [];
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isSymlink) links.push(Deno.readLinkSync(path));
    else if (entry.isFile) files++;
    else if (entry.isDirectory) {
      const below = walk(path);
      files += below.files;
      links.push(...below.links);
    }
  }
  return { files, links };
}

/** Whether nothing is there, and no link on the way leads out of the worktree. */
function isFreeIn({ path }: Worktree, to: string): boolean {
  const parent = dirname(to);
  return !exists(to) && exists(parent) && isWithin(Deno.realPathSync(parent), path);
}

async function removeIfThere(path: string): Promise<void> {
  if (exists(path)) await Deno.remove(path, { recursive: true });
}
