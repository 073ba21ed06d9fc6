import { Failed } from "../../domain/failed.ts";
import { processEnv } from "../../exec/env.ts";
import type { Remotes } from "../../git/remotes.ts";
import type { Repository } from "../../git/repository.ts";
import { checkAccess } from "../../github/access.ts";
import {
  type GitHubRepository,
  nameOf,
  parseRemoteUrl,
  sshAlias,
  withoutCredentials,
} from "../../github/remote.ts";
import { sshHostOf } from "../../git/ssh_host.ts";

/** Before a run, nobody should wait long for a GitHub that does not answer. */
const PREPARE_TRIES = 2;

/** The repositories on GitHub between which pull requests are opened; both are the same, except with a fork. */
export interface Repositories {
  into: GitHubRepository;
  /** Where the branches are pushed. */
  from: GitHubRepository;
}

/**
 * The repositories, if pull requests can be opened. Fails with `no_remote`, `remote_not_github`, `gh_missing`,
 * `gh_logged_out` or `github_denied`, and with `github_failed` if GitHub does not answer.
 */
export async function preparePullRequests(
  repo: Repository,
  remotes: Remotes,
): Promise<Repositories> {
  const found = await repositoriesOf(repo, remotes);
  const { into, from } = found;
  const gh = { cwd: repo.root, tries: PREPARE_TRIES };
  await checkAccess({ ...gh, repository: from }, "push");
  if (isFork(found)) await checkAccess({ ...gh, repository: into }, "read");
  return found;
}

/** Whether branches are pushed to another repository than the one that gets the pull requests. */
export function isFork({ into, from }: Repositories): boolean {
  return nameOf(into).toLowerCase() !== nameOf(from).toLowerCase();
}

/** The repositories on GitHub that the remotes point to. */
export async function repositoriesOf(
  repo: Repository,
  { into: target, push, all }: Remotes,
): Promise<Repositories> {
  if (target === undefined || push === undefined) {
    throw new Failed({ reason: "no_remote", root: repo.root, remotes: all });
  }
  // A remote may be pushed to at another place; that of the target may say that nobody can push there.
  const own = await urlOf(repo, push, ["--push"]);
  const from = await repositoryAt(repo, own) ??
    await repositoryAt(repo, await urlOf(repo, push));
  const into = await repositoryAt(repo, await urlOf(repo, target.remote)) ?? from;
  if (into) return { into, from: from ?? into };
  throw new Failed({ reason: "remote_not_github", remote: push, url: withoutCredentials(own) });
}

/** As git uses it, with `url.*.insteadOf` applied. */
async function urlOf(repo: Repository, remote: string, flags: string[] = []): Promise<string> {
  return await repo.line(["remote", "get-url", ...flags, "--", remote]);
}

async function repositoryAt(
  repo: Repository,
  url: string,
): Promise<GitHubRepository | undefined> {
  const enterprise = processEnv().GH_HOST;
  const known = parseRemoteUrl(url, enterprise);
  const alias = known ? undefined : sshAlias(url);
  if (!alias) return known;
  const host = await sshHostOf(repo, alias.destination);
  return host === undefined ? undefined : parseRemoteUrl(`ssh://${host}/${alias.path}`, enterprise);
}
