import { basename, dirname, join, resolve } from "node:path";
import { WORKTREES_DIR } from "../domain/names.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { exists, io } from "../util/files.ts";
import { git, gitFailed, gitLine, gitMaybe } from "./git.ts";

/** Where parex stands. Absolute real paths. */
export interface Repository {
  /** Top level of the main worktree, `worktrees/` lies here; with a bare main repository, the checkout. */
  root: string;
  /** Top level where the user stands; the root if that is one of parex's own worktrees. */
  checkout: string;
  /** What all worktrees share: objects, refs, config. */
  commonDir: string;
}

/** The first version with `git merge-tree --write-tree`. */
const NEEDED = [2, 38] as const;

/** Finds the repository that `cwd` lies in. */
export async function openRepository(cwd: string): Promise<Result<Repository>> {
  const [version, common, top] = await Promise.all([
    checkVersion(cwd),
    commonDirOf(cwd),
    gitLine(["rev-parse", "--path-format=absolute", "--show-toplevel"], { cwd, discover: true }),
  ]);
  // What a git that is too old has answered means nothing.
  if (!version.ok) return version;
  if (!common.ok) return common;
  const real = await io(common.value, () => Deno.realPath(common.value));
  if (!real.ok) return real;
  const commonDir = real.value;
  const [bare, worktree, commits] = await Promise.all([
    inGitDir(commonDir, ["rev-parse", "--is-bare-repository"]),
    mainWorktree(commonDir),
    inGitDir(commonDir, ["rev-list", "-n", "1", "--all"]),
  ]);
  if (!bare.ok) return bare;
  const main = bare.value === "true" ? undefined : worktree;
  const standing = top.ok ? await Deno.realPath(top.value) : main;
  if (standing === undefined) return fail({ reason: "bare_repository", path: commonDir });

  const own = await ownerOfWorktree(standing, commonDir);
  const root = main ?? own ?? standing;
  const checkout = own === undefined ? standing : root;
  if (!commits.ok) return commits;
  if (commits.value === "") return fail({ reason: "no_commit", root });
  return ok({ root, checkout, commonDir });
}

/** Asks git about a repository by its git directory, wherever its work trees are. */
async function inGitDir(commonDir: string, args: string[]): Promise<Result<string>> {
  return await gitLine(["--git-dir", commonDir, ...args], { cwd: commonDir, discover: true });
}

async function checkVersion(cwd: string): Promise<Result<void>> {
  const result = await git(["--version"], { cwd, discover: true });
  if (result.code === 127) return fail({ reason: "git_missing" });
  if (result.code !== 0) return gitFailed(["--version"], result);
  const found = /(\d+)\.(\d+)\S*/.exec(result.stdout);
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return ok();
  return fail({
    reason: "git_too_old",
    found: found?.[0] ?? result.stdout.trim(),
    needed: NEEDED.join("."),
  });
}

async function commonDirOf(cwd: string): Promise<Result<string>> {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const found = await git(args, { cwd, discover: true });
  if (found.code !== 0) {
    // A repository is there but git refuses it, such as another user's: git's own words say why.
    return liesInRepository(cwd)
      ? gitFailed(args, found)
      : fail({ reason: "not_a_repository", cwd });
  }
  return ok(found.stdout.replace(/\r?\n$/, ""));
}

function liesInRepository(cwd: string): boolean {
  for (let folder = resolve(cwd);; folder = dirname(folder)) {
    if (exists(join(folder, ".git"))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** Undefined where git keeps no record of it: a git directory apart from its only work tree. */
async function mainWorktree(commonDir: string): Promise<string | undefined> {
  const configured = await gitMaybe(["--git-dir", commonDir, "config", "--get", "core.worktree"], {
    cwd: commonDir,
    discover: true,
  });
  const path = configured.ok && configured.value !== undefined
    ? resolve(commonDir, configured.value)
    : basename(commonDir) === ".git"
    ? dirname(commonDir)
    : undefined;
  return path === undefined || !exists(path) ? undefined : await Deno.realPath(path);
}

/** If `path` is a worktree that parex made, `<top>/worktrees/<id>`, that top level. */
async function ownerOfWorktree(path: string, commonDir: string): Promise<string | undefined> {
  const folder = dirname(path);
  if (basename(folder) !== WORKTREES_DIR) return undefined;
  const owner = dirname(folder);
  const top = await gitLine(
    ["rev-parse", "--path-format=absolute", "--git-common-dir"],
    { cwd: owner },
  );
  if (!top.ok || await Deno.realPath(top.value) !== commonDir) return undefined;
  return exists(join(owner, ".git")) ? owner : undefined;
}
