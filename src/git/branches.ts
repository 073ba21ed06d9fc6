import { join, resolve } from "node:path";
import { Failed } from "../domain/failed.ts";
import { io } from "../util/files.ts";
import { entries, git, gitFailed, gitLine, gitOk } from "./git.ts";
import { planOwners } from "./worktree_list.ts";
import type { Repository } from "./repository.ts";

/** The existing branches that a plan has made. */
export async function planBranches(
  repo: Repository,
  identity: string,
): Promise<Set<string>> {
  const owners = await planOwners(repo);
  const own = [...owners].filter(([, owner]) => owner === identity);
  if (own.length === 0) return new Set();
  const refs = await gitOk(["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"], {
    cwd: repo.root,
  });
  const existing = new Set(refs.split("\n"));
  return new Set(own.map(([branch]) => branch).filter((branch) => existing.has(branch)));
}

/** The commits that the repository's branches stand on, by the branches' names. */
export async function branchHeads(repo: Repository): Promise<Map<string, string>> {
  const format = "--format=%(objectname) %(refname:lstrip=2)";
  const refs = await gitOk(["for-each-ref", format, "refs/heads"], { cwd: repo.root });
  const lines = refs.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => {
    const space = line.indexOf(" ");
    return [line.slice(space + 1), line.slice(0, space)];
  }));
}

/**
 * Brings a worktree whose HEAD went elsewhere back to its branch, if nothing is lost by it: HEAD
 * holds all of the branch, and what it has beyond it was committed since then (milliseconds since
 * the epoch). The branch takes those commits over; no file changes. `moved: false`: it may not.
 */
export async function takeHeadHome(
  repo: Repository,
  worktree: string,
  branch: string,
  since: number,
): Promise<{ moved: boolean }> {
  const ref = `refs/heads/${branch}`;
  const cwd = worktree;
  const contains = await git(["merge-base", "--is-ancestor", ref, "HEAD"], { cwd });
  if (contains.code === 1) return { moved: false };
  if (contains.code !== 0) throw gitFailed(["merge-base", "--is-ancestor", ref, "HEAD"], contains);
  const times = await gitOk(["log", "-z", "--format=%ct", `${ref}..HEAD`], { cwd });
  // Older ones are somebody else's: the agent only checked their branch out.
  const seconds = Math.floor(since / 1000);
  if (entries(times).some((time) => Number(time) < seconds)) return { moved: false };
  const head = await gitLine(["rev-parse", "HEAD"], { cwd });
  await gitOk(["update-ref", "-m", "parex: take HEAD home", ref, head], {
    cwd: repo.root,
  });
  await gitOk(["symbolic-ref", "HEAD", ref], { cwd });
  return { moved: true };
}

/**
 * A worktree's own folder in the repository's git directory, absolute; it goes with the worktree.
 * Read from the worktree's `.git` file as gitrepository-layout(5) describes it.
 */
export async function gitDirOf(worktree: string): Promise<string> {
  const path = join(worktree, ".git");
  const entry = await io(path, () => Deno.lstat(path));
  if (entry.isDirectory) {
    const detail = "a repository of its own has taken its place: move its .git folder away";
    throw new Failed({ reason: "worktree_failed", path: worktree, detail });
  }
  return await io(path, async () => {
    const pointer = await Deno.readTextFile(path);
    return resolve(worktree, pointer.replace(/^gitdir: /, "").replace(/\r?\n$/, ""));
  });
}
