import { resultOf } from "../../domain/failed.ts";
import type { Result } from "../../domain/result.ts";
import type { Remotes } from "../../git/remotes.ts";
import type { Repository } from "../../git/repository.ts";
import { listPullRequests } from "../../github/pull_requests.ts";
import { headIn } from "../landing/pr_stack.ts";
import { preparePullRequests, type Repositories } from "../landing/repositories.ts";
import type { MergedHead } from "./cleanup_facts.ts";

/**
 * Asks GitHub about merged pull requests; undefined if that is not possible. This is found out at the first
 * question, since most branches need none.
 */
export function mergedHeads(repo: Repository, remotes: Remotes): MergedHead | undefined {
  if (remotes.push === undefined) return undefined;
  let prepared: Promise<Result<Repositories>> | undefined;
  return async (branch): Promise<string | undefined> => {
    prepared ??= resultOf(() => preparePullRequests(repo, remotes));
    const found = await prepared;
    if (!found.ok) return undefined;
    const gh = { repository: found.value.into, cwd: repo.root };
    const listed = await listPullRequests(gh, headIn(found.value, branch));
    return listed.find(({ state }) => state === "merged")?.head;
  };
}
