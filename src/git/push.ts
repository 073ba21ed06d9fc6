import { Failed } from "../domain/failed.ts";
import { detailOf, type Git, NETWORK_TIMEOUT_MS } from "./git.ts";
import type { Hooks } from "./hooks.ts";
import type { Repository } from "./repository.ts";

/**
 * Pushes a branch under its own name, without a change to the user's config. Its hooks run in the folder of
 * `from`: a worktree of the branch, if there is one.
 */
export async function pushBranch(
  from: Git,
  remote: string,
  branch: string,
  hooks?: Hooks,
): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const args = ["push", "--quiet", "--no-follow-tags", "--", remote, `${ref}:${ref}`];
  const pushed = await from.result(args, { timeoutMs: NETWORK_TIMEOUT_MS, hooks });
  if (pushed.code === 0) return;
  throw new Failed({ reason: "push_failed", remote, branch, detail: detailOf(pushed) });
}

/**
 * The remote that git would push a base to: by `branch.*.pushRemote`, `remote.pushDefault` or
 * `branch.*.remote`; else `origin`, else the only one.
 */
export async function remoteOf(
  repo: Repository,
  base: string,
): Promise<string | undefined> {
  const listed = await repo.git(["remote"]);
  const remotes = listed.split("\n").filter((name) => name !== "");
  const keys = [`branch.${base}.pushRemote`, "remote.pushDefault", `branch.${base}.remote`];
  for (const key of keys) {
    const named = await repo.maybe(["config", "--get", key]);
    if (named !== undefined && remotes.includes(named)) return named;
  }
  if (remotes.includes("origin")) return "origin";
  return remotes.length === 1 ? remotes[0] : undefined;
}
