import { fail, ok, type Result } from "../domain/result.ts";
import { detailOf, git, gitMaybe, gitOk, NETWORK_TIMEOUT_MS } from "./git.ts";
import type { Repository } from "./repository.ts";

/** Pushes a branch under its own name, and leaves the user's configuration as it is. */
export async function pushBranch(
  repo: Repository,
  remote: string,
  branch: string,
): Promise<Result<void>> {
  const ref = `refs/heads/${branch}`;
  const args = ["push", "--quiet", "--no-follow-tags", "--", remote, `${ref}:${ref}`];
  const pushed = await git(args, { cwd: repo.root, timeoutMs: NETWORK_TIMEOUT_MS });
  if (pushed.code === 0) return ok();
  return fail({ reason: "push_failed", remote, branch, detail: detailOf(pushed) });
}

/** The remote that a base belongs to: its own, else `origin`, else the only one. */
export async function remoteOf(
  repo: Repository,
  base: string,
): Promise<Result<string | undefined>> {
  const listed = await gitOk(["remote"], { cwd: repo.root });
  if (!listed.ok) return listed;
  const remotes = listed.value.split("\n").filter((name) => name !== "");
  const own = await gitMaybe(["config", "--get", `branch.${base}.remote`], { cwd: repo.root });
  if (!own.ok) return own;
  if (own.value !== undefined && remotes.includes(own.value)) return ok(own.value);
  if (remotes.includes("origin")) return ok("origin");
  return ok(remotes.length === 1 ? remotes[0] : undefined);
}
