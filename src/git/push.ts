import { TIMEOUTS } from "../domain/timeouts.ts";
import { Failed } from "../domain/failed.ts";
import { folders } from "./branches.ts";
import { detailOf, type Git } from "./git.ts";
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
  const pushed = await from.result(args, { timeoutMs: TIMEOUTS.network, hooks });
  if (pushed.code === 0) return;
  throw new Failed({ reason: "push_failed", remote, branch, detail: detailOf(pushed) });
}

/**
 * Asks a remote whether it would take branches below these folders, as far as it tells before a push: it must
 * be there, know the user, and have no branch of a folder's name. Runs no hook, and changes nothing. Fails with
 * `remote_refused` or `branch_in_the_way`.
 */
export async function checkPush(
  repo: Repository,
  remote: string,
  { sha, branches }: { sha: string; branches: string[] },
  timeoutMs: number = TIMEOUTS.remoteAnswer,
): Promise<void> {
  const wanted = new Map(branches.flatMap((branch) => folders(branch).map((one) => [one, branch])));
  const refs = [...wanted.keys()].map((folder) => `${sha}:refs/heads/${folder}`);
  if (refs.length === 0) return;
  const flags = ["--dry-run", "--porcelain", "--no-verify", "--no-follow-tags"];
  const asked = await repo.result(["push", ...flags, "--", remote, ...refs], { timeoutMs });
  // With 1, it has answered: a branch is there, and could not be moved.
  if (asked.timedOut || asked.code > 1) {
    throw new Failed({ reason: "remote_refused", remote, detail: detailOf(asked) });
  }
  for (const line of asked.stdout.split("\n")) {
    const [, flag, branch = ""] = /^(.)\t[^:]*:refs\/heads\/([^\t]*)\t/.exec(line) ?? [];
    const inTheWay = wanted.get(branch);
    if (flag === undefined || flag === "*" || inTheWay === undefined) continue;
    throw new Failed({ reason: "branch_in_the_way", branch, wanted: inTheWay, remote });
  }
}
