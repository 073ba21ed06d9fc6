import { join } from "node:path";
import { exists } from "../../util/files.ts";
import { entries, Git } from "../git.ts";
import { readStatus } from "../status.ts";

/**
 * For git in a repository whose config an agent may have written: its `core.fsmonitor` and hooks do not run.
 * Filters do, because without them files would seem changed.
 */
export const STRANGERS_CONFIG = { "core.fsmonitor": "false", "core.hooksPath": "/dev/null" };

/**
 * Repositories inside a worktree with content that is nowhere else, by path: those that were created there,
 * and submodules that have changes, unpushed commits, another commit than the index names, or no declaration
 * to fetch them by.
 */
export async function nestedWork(worktree: Git): Promise<string[]> {
  const modules = await populatedModules(worktree);
  const found: string[] = [];
  const declared = await declaredModules(worktree);
  for (const { path, sha } of modules) {
    const works = await hasOwnWork(join(worktree.path, path), sha);
    if (works || !declared.includes(path)) found.push(path);
  }
  const flags = ["--untracked-files=all", "--ignore-submodules=all"];
  const status = await readStatus(worktree, flags);
  const put = status.changes.filter(({ state, path }) => state === "??" && path.endsWith("/"));
  return [...found, ...put.map(({ path }) => path.slice(0, -1))];
}

interface Module {
  path: string;
  /** The commit in the index. */
  sha: string;
}

async function populatedModules(worktree: Git): Promise<Module[]> {
  const listed = await worktree.git(["ls-files", "--stage", "-z"]);
  const links = entries(listed).filter((entry) => entry.startsWith("160000 "));
  const populated: Module[] = [];
  for (const link of links) {
    const module = { path: link.slice(link.indexOf("\t") + 1), sha: link.split(" ")[1] ?? "" };
    if (exists(join(worktree.path, module.path, ".git"))) populated.push(module);
  }
  // In a conflict, one submodule is listed three times.
  return [...new Map(populated.map((module) => [module.path, module])).values()];
}

/** Undeclared ones cannot be fetched again. */
async function declaredModules(worktree: Git): Promise<string[]> {
  if (!exists(join(worktree.path, ".gitmodules"))) return [];
  const args = ["config", "--file", ".gitmodules", "--null", "--get-regexp", "\\.path$"];
  const listed = await worktree.maybe(args);
  return entries(listed ?? "").map((pair) => pair.slice(pair.indexOf("\n") + 1));
}

async function hasOwnWork(path: string, sha: string): Promise<boolean> {
  const module = new Git(path, { config: STRANGERS_CONFIG });
  const head = await module.maybe(["rev-parse", "--quiet", "--verify", "HEAD"]);
  if (head !== sha) return true;
  const flags = ["--untracked-files=all", "--ignore-submodules=none"];
  const status = await readStatus(module, flags);
  if (status.changes.length > 0) return true;
  const args = ["rev-list", "-n", "1", "HEAD", "--all", "--not", "--remotes"];
  const own = await module.git(args);
  return own !== "";
}
