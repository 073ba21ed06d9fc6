import { resultOf } from "../../domain/failed.ts";
import type { Result } from "../../domain/result.ts";
import type { Repository } from "../../git/repository.ts";
import { listPullRequests } from "../../github/pull_requests.ts";
import type { GitHubRepository } from "../../github/remote.ts";
import { preparePullRequests } from "../landing/land_pr.ts";
import type { MergedHead } from "./cleanup_facts.ts";

/**
 * Asks GitHub about merged pull requests; undefined if that is not possible. This is found out at the first
 * question, since most branches need none.
 */
export function mergedHeads(repo: Repository, remote: string | undefined): MergedHead | undefined {
  if (remote === undefined) return undefined;
  let prepared: Promise<Result<GitHubRepository>> | undefined;
  return async (branch): Promise<string | undefined> => {
    prepared ??= resultOf(() => preparePullRequests(repo, remote));
    const repository = await prepared;
    if (!repository.ok) return undefined;
    const gh = { repository: repository.value, cwd: repo.root };
    const listed = await listPullRequests(gh, branch);
    return listed.find(({ state }) => state === "merged")?.head;
  };
}
