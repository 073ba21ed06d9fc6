/** A repository on github.com, or on another host that runs GitHub. */
export interface GitHubRepository {
  host: string;
  owner: string;
  name: string;
}

const GITHUB = "github.com";
/** Other names under which github.com answers; the second one takes SSH on port 443. */
const ALIASES = new Set([`www.${GITHUB}`, `ssh.${GITHUB}`]);
/** Companies' own hosts at GitHub are subdomains of this one. */
const TENANTS = ".ghe.com";

const WITH_SCHEME = /^(?:https?|ssh|git|git\+ssh):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.*)$/i;
/** `git@host:path`, as scp writes it. */
const SCP_LIKE = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)\/?(.*)$/;
const PATH = /^(?!\.)([\w.-]+)\/(?!\.\.?(?:\/|$))([\w.-]+?)(?:\.git)?\/*$/;

/**
 * The repository on GitHub that a remote's URL names; undefined if it is not on GitHub.
 * `enterprise` is a host of one's own that runs GitHub.
 */
export function parseRemoteUrl(url: string, enterprise?: string): GitHubRepository | undefined {
  const [, address, path] = WITH_SCHEME.exec(url) ?? SCP_LIKE.exec(url) ?? [];
  const [, owner, name] = PATH.exec(path ?? "") ?? [];
  if (address === undefined || owner === undefined || name === undefined) return undefined;
  const lower = address.toLowerCase();
  const host = ALIASES.has(lower) ? GITHUB : lower;
  const known = host === GITHUB || host.endsWith(TENANTS) || host === enterprise?.toLowerCase();
  return known ? { host, owner, name } : undefined;
}

/** Where ssh connects for a URL, as a destination of ssh(1), if its host may be an alias in ssh's settings. */
export function sshAlias(url: string): { destination: string; path: string } | undefined {
  const scheme = /^(?:git\+)?ssh:\/\/((?:[^@/]*@)?[^/:]+)(?::\d+)?\/(.*)$/i.exec(url);
  const scp = /^((?:[^@/:]+@)?[^/:]+):(?![\\/]{2})\/?(.*)$/.exec(url);
  const [, destination, path] = scheme ?? scp ?? [];
  return destination === undefined || path === undefined ? undefined : { destination, path };
}

/** A remote's URL as it may be shown: without the user and the password in it. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z+.-]*:\/\/)[^@/]*@/i, "$1");
}

/** `owner/name`, with the host before it where that is not github.com. */
export function nameOf({ host, owner, name }: GitHubRepository): string {
  return host === GITHUB ? `${owner}/${name}` : `${host}/${owner}/${name}`;
}

export function issueUrl({ host, owner, name }: GitHubRepository, number: number): string {
  return `https://${host}/${owner}/${name}/issues/${number}`;
}
