import { basename, dirname, join, resolve } from "node:path";
import { Failed, resultOf } from "../domain/failed.ts";
import { BRANCH_PREFIX, branchOf, STATE_DIR, worktreeOf, WORKTREES_DIR } from "../domain/names.ts";
import type { TaskId } from "../domain/task.ts";
import { allOf } from "../util/all_of.ts";
import { exists, io, readIfThere } from "../util/files.ts";
import { exclusively } from "../util/mutex.ts";
import { Git, gitFailed } from "./git.ts";
import { KnownCommits } from "./known_commits.ts";
import {
  isOfOtherRepository,
  type LinkedWorktree,
  linkedWorktrees,
  linkTarget,
  placeOf,
  usualFolders,
  worktreesFolder,
} from "./linked_worktrees.ts";
import { Refs } from "./refs.ts";

/** The repository that a command works on, and git in its root. All paths are absolute and real. */
export class Repository extends Git {
  constructor(
    /** Top level of the main worktree; with a bare main repository, the checkout. */
    readonly root: string,
    /** Top level of the user's current folder; the root if that is one of parex's own worktrees. */
    readonly checkout: string,
    /** What all worktrees share: objects, refs, config. */
    readonly commonDir: string,
    /** The folder in which worktrees are made. */
    readonly worktrees: string = worktreesFolder(root),
    /** What the branches of tasks begin with. */
    readonly branchPrefix: string = BRANCH_PREFIX,
  ) {
    super(root);
  }

  /** The same repository with another folder for worktrees. */
  withWorktrees(folder: string): Repository {
    return new Repository(this.root, this.checkout, this.commonDir, folder, this.branchPrefix);
  }

  /** The same repository with another beginning of tasks' branches. */
  withBranchPrefix(prefix: string): Repository {
    return new Repository(this.root, this.checkout, this.commonDir, this.worktrees, prefix);
  }

  /** The branch of a task, whether it exists or not. */
  branchOf(task: TaskId): string {
    return branchOf(task, this.branchPrefix);
  }

  /** Folders that may contain parex's worktrees; new ones are created in the first. */
  get homes(): [string, ...string[]] {
    return [this.worktrees, ...usualFolders(this.root).filter((one) => one !== this.worktrees)];
  }

  /** The path of a task's worktree, whether it exists or not. */
  placeOf(task: TaskId): string {
    this.#linked ??= linkedWorktrees(this.commonDir).filter((one) => !isOfOtherRepository(one));
    return placeOf(task, {
      branch: this.branchOf(task),
      folders: this.homes,
      linked: this.#linked,
    });
  }

  /** The same for people: below the link in the checkout, where that is or will be. */
  shownPlaceOf(task: TaskId): string {
    const path = this.placeOf(task);
    const link = join(this.root, WORKTREES_DIR);
    const linked = linkTarget(this.root) ?? (exists(link) ? link : this.worktrees);
    return dirname(path) === linked ? worktreeOf(task) : path;
  }

  /** Forgets cached paths: worktrees have been moved in git's list. */
  lookAgain(): void {
    this.#linked = undefined;
  }

  #linked: LinkedWorktree[] | undefined;

  /** The refs that all worktrees share. */
  get refs(): Refs {
    return this.#refs ??= new Refs(this, this.commonDir);
  }

  #refs: Refs | undefined;

  readonly known = new KnownCommits();

  /** Whether the user signs commits; asked once. */
  async signsCommits(): Promise<boolean> {
    this.#signing ??= this.maybe(["config", "--type=bool", "--get", "commit.gpgSign"]);
    return await this.#signing === "true";
  }

  #signing: Promise<string | undefined> | undefined;

  /** git in the user's checkout. */
  get here(): Git {
    return new Git(this.checkout);
  }

  /** Runs a change of git's worktree list or config after all earlier ones have finished. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return exclusively(this.commonDir, work);
  }
}

/** The first version with `git merge-tree --write-tree`. */
const NEEDED = [2, 38] as const;

/** Finds the repository that contains `cwd`. */
export async function openRepository(cwd: string): Promise<Repository> {
  const here = new Git(cwd, { discover: true });
  // The version is checked first: other output of an outdated git means nothing.
  const [, { common, top }] = await allOf([checkVersion(here), foldersOf(here)]);
  const commonDir = await io(common, () => Deno.realPath(common));
  const config = await io(commonDir, () => readIfThere(join(commonDir, "config"))) ?? "";
  const [bare, worktree, refs] = await allOf([
    isBare(commonDir, config),
    mainWorktree(commonDir, config),
    new Refs(here, commonDir).all(),
  ]);
  const main = bare ? undefined : worktree;
  const standing = top === undefined ? main : await Deno.realPath(top);
  if (standing === undefined) throw new Failed({ reason: "bare_repository", path: commonDir });

  const own = await ownerOfWorktree(standing, commonDir, main);
  const root = main ?? own ?? standing;
  const checkout = own === undefined ? standing : root;
  if (refs.size === 0) throw new Failed({ reason: "no_commit", root });
  return new Repository(root, checkout, commonDir);
}

/** Asks git about a repository by its git directory, without a work tree. */
async function inGitDir(commonDir: string, args: string[]): Promise<string> {
  const git = new Git(commonDir, { discover: true });
  return await git.line(["--git-dir", commonDir, ...args]);
}

async function checkVersion(here: Git): Promise<void> {
  const result = await here.result(["--version"]);
  if (result.code === 127) throw new Failed({ reason: "git_missing" });
  if (result.code !== 0) throw gitFailed(["--version"], result);
  const found = /(\d+)\.(\d+)\S*/.exec(result.stdout);
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  throw new Failed({
    reason: "git_too_old",
    found: found?.[0] ?? result.stdout.trim(),
    needed: NEEDED.join("."),
  });
}

/** The shared git directory and the top level; a bare repository has none. */
async function foldersOf(here: Git): Promise<{ common: string; top: string | undefined }> {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir", "--show-toplevel"];
  const { stdout } = await here.result(args);
  const [common, top, ...others] = stdout.replace(/\r?\n$/, "").split(/\r?\n/);
  if (common && others.length === 0) return { common, top };
  // There is no repository, or a path with a newline.
  const topLevel = ["rev-parse", "--path-format=absolute", "--show-toplevel"];
  const found = await resultOf(() => here.line(topLevel));
  return { common: await commonDirOf(here), top: found.ok ? found.value : undefined };
}

async function isBare(commonDir: string, config: string): Promise<boolean> {
  if (/^\s*bare\s*=\s*false\s*$/im.test(config)) return false;
  return await inGitDir(commonDir, ["rev-parse", "--is-bare-repository"]) === "true";
}

async function commonDirOf(here: Git): Promise<string> {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const found = await here.result(args);
  if (found.code !== 0) {
    // git refuses a repository that exists, such as another user's: its own message says why.
    if (isInRepository(here.path)) throw gitFailed(args, found);
    throw new Failed({ reason: "not_a_repository", cwd: here.path });
  }
  return found.stdout.replace(/\r?\n$/, "");
}

function isInRepository(cwd: string): boolean {
  for (let folder = resolve(cwd);; folder = dirname(folder)) {
    if (exists(join(folder, ".git"))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** Undefined if git does not record it: a git directory apart from its only work tree. */
async function mainWorktree(commonDir: string, config: string): Promise<string | undefined> {
  const args = ["--git-dir", commonDir, "config", "--get", "core.worktree"];
  const configured = /worktree/i.test(config)
    ? await resultOf(() => new Git(commonDir, { discover: true }).maybe(args))
    : undefined;
  const path = configured?.ok && configured.value !== undefined
    ? resolve(commonDir, configured.value)
    : basename(commonDir) === ".git"
    ? dirname(commonDir)
    : undefined;
  return path === undefined || !exists(path) ? undefined : await Deno.realPath(path);
}

/** If `path` is a worktree that parex made, the checkout that it was made for. */
async function ownerOfWorktree(
  path: string,
  commonDir: string,
  main: string | undefined,
): Promise<string | undefined> {
  const owner = main ?? checkoutOf(dirname(path));
  if (owner === undefined || path === owner) return undefined;
  if (![worktreesFolder(owner), ...usualFolders(owner)].includes(dirname(path))) return undefined;
  // Users may have worktrees of their own next to a checkout, too.
  const isOlder = dirname(path) === join(owner, WORKTREES_DIR);
  if (!isOlder && !exists(join(commonDir, STATE_DIR, "worktrees", basename(path)))) {
    return undefined;
  }
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const top = await resultOf(() => new Git(owner).line(args));
  return top.ok && await Deno.realPath(top.value) === commonDir ? owner : undefined;
}

/** `app` of `app.worktrees` and of `app/worktrees`. */
function checkoutOf(folder: string): string | undefined {
  if (basename(folder) === WORKTREES_DIR) return dirname(folder);
  return folder.endsWith(`.${WORKTREES_DIR}`)
    ? folder.slice(0, -`.${WORKTREES_DIR}`.length)
    : undefined;
}
