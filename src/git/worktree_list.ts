import { entries, gitFailed } from "./git.ts";
import { planKeyOf } from "../domain/names.ts";
import type { Repository } from "./repository.ts";
import { sleep } from "../util/backoff.ts";

/** A worktree in git's list, whether its folder exists or not. */
export interface Registration {
  /** Absolute, as it was when git created it. */
  path: string;
  /** All zeros while there is no commit. */
  head: string;
  /** Absent: HEAD is detached, or the entry is a bare repository. */
  branch?: string | undefined;
  /** The repository without a tree. */
  bare?: true | undefined;
  /** Why it is locked; empty without a reason. */
  locked?: string | undefined;
}

/** All worktrees of a repository, the main one first. */
export async function listWorktrees(repo: Repository): Promise<Registration[]> {
  const listed = await repo.git(["worktree", "list", "--porcelain", "-z"]);
  const all = listed.split("\0\0").filter((block) => block !== "").map(registrationOf);
  const [main, ...linked] = all;
  // For a submodule, or a separate git directory, git lists that directory.
  const isRoot = main !== undefined && !main.bare && linked.every(({ path }) => path !== repo.root);
  return isRoot ? [{ ...main, path: repo.root }, ...linked] : all;
}

function registrationOf(block: string): Registration {
  const fields = new Map(
    block.split("\0").map((line) => {
      const space = line.indexOf(" ");
      return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const branch = fields.get("branch");
  const locked = fields.get("locked");
  return {
    path: fields.get("worktree") ?? "",
    head: fields.get("HEAD") ?? "",
    branch: branch?.replace(/^refs\/heads\//, ""),
    bare: fields.has("bare") || undefined,
    locked,
  };
}

/** The plan that each of parex's branches belongs to. A branch may be deleted already. */
export async function planOwners(repo: Repository): Promise<Map<string, string>> {
  const args = ["config", "--null", "--get-regexp", "^branch\\..*\\.parex-plan$"];
  const result = await repo.maybe(args);
  const owners = new Map<string, string>();
  for (const pair of entries(result ?? "")) {
    const newline = pair.indexOf("\n");
    if (newline < 0) continue;
    owners.set(
      pair.slice("branch.".length, newline - ".parex-plan".length),
      pair.slice(newline + 1),
    );
  }
  return owners;
}

/** git's exit code when another process is writing the same config file. */
const CONFIG_LOCKED = 255;
const TRIES = 20;
const PAUSE_MS = 50;

/** Records that a branch belongs to a plan. */
export async function recordOwner(
  repo: Repository,
  branch: string,
  identity: string,
): Promise<void> {
  const args = ["config", "--local", "--replace-all", planKeyOf(branch), identity];
  return await configure(repo, args, [0]);
}

/** git's exit code when there is no such section. */
const NO_SECTION = 128;

/** Deletes git's config section of a deleted branch, including the plan that it belonged to. */
export async function forgetOwner(repo: Repository, branch: string): Promise<void> {
  const args = ["config", "--local", "--remove-section", `branch.${branch}`];
  return await configure(repo, args, [0, NO_SECTION]);
}

/** Retries while another `git config`, such as an agent's, holds the lock. */
async function configure(
  repo: Repository,
  args: string[],
  fine: number[],
): Promise<void> {
  for (let tries = 1;; tries++) {
    const result = await repo.result(args);
    if (fine.includes(result.code)) return;
    if (result.code !== CONFIG_LOCKED || tries === TRIES) throw gitFailed(args, result);
    await sleep(PAUSE_MS);
  }
}
