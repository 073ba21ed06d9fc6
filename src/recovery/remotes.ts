import { TIMEOUTS } from "../domain/timeouts.ts";
import { resultOf } from "../domain/failed.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { detailOf, type GitOptions } from "../git/git.ts";
import { planOwners } from "../git/plan_owners.ts";
import type { Repository } from "../git/repository.ts";
import type { About } from "./operation.ts";

interface Target {
  branch: string;
  remote: string;
}

/**
 * Fetches the remote's branch. Fails if it has commits that the local branch lacks: only a forced push could
 * overwrite them, and they may be somebody's work.
 */
export async function fetchBranch(repo: Repository, about: About): Promise<Result<void, string>> {
  const target = await ownBranch(repo, about);
  if (!target.ok) return target;
  const { branch, remote } = target.value;
  const ref = `refs/heads/${branch}`;
  const network = { timeoutMs: TIMEOUTS.network };
  const listed = await line(repo, ["ls-remote", "--heads", "--", remote, ref], network);
  if (!listed.ok) return listed;
  const [sha = ""] = listed.value.split("\t");
  if (sha === "") return ok();
  const fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", remote, ref];
  const fetched = await line(repo, fetch, network);
  if (!fetched.ok) return fetched;
  const foreign = await line(repo, ["rev-list", "--count", `${ref}..${sha}`]);
  if (!foreign.ok) return foreign;
  if (foreign.value === "0") return ok();
  return fail(
    `${remote} has commits on ${branch} that are not here (${foreign.value}), and nothing is ever ` +
      `pushed over them; see them: git log ${ref}..${sha}`,
  );
}

/** Makes a branch of parex's track the remote branch of the same name, which must exist. */
export async function setUpstream(repo: Repository, about: About): Promise<Result<void, string>> {
  const target = await ownBranch(repo, about);
  if (!target.ok) return target;
  const { branch, remote } = target.value;
  const there = await repo.result(["rev-parse", "--verify", `refs/remotes/${remote}/${branch}`]);
  if (there.code !== 0) return fail(`${remote} has no ${branch} as far as is known here`);
  const set = await line(repo, [
    "branch",
    "--quiet",
    `--set-upstream-to=${remote}/${branch}`,
    "--",
    branch,
  ]);
  return set.ok ? ok() : set;
}

/** The operation's branch and remote, if parex created the branch. */
async function ownBranch(
  repo: Repository,
  { branch, remote }: About,
): Promise<Result<Target, string>> {
  if (branch === undefined || remote === undefined) return fail("it has no branch on a remote");
  const owners = await resultOf(() => planOwners(repo));
  if (!owners.ok) return fail(`it cannot be told whose branch ${branch} is`);
  return owners.value.has(branch)
    ? ok({ branch, remote })
    : fail(`${branch} is no branch of parex's`);
}

async function line(
  repo: Repository,
  args: string[],
  options?: GitOptions,
): Promise<Result<string, string>> {
  const result = await repo.result(args, options);
  return result.code === 0 ? ok(result.stdout.trimEnd()) : fail(detailOf(result));
}
