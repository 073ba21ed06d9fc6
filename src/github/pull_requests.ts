import { z } from "zod";
import { api, createOnce, type Gh, list } from "./gh.ts";
import type { GitHubRepository } from "./remote.ts";

export interface PullRequest {
  number: number;
  url: string;
  state: "open" | "closed" | "merged";
  /** The branch that it is to be merged into. */
  base: string;
  /** The commit that it brings. */
  head: string;
  body: string;
  labels: string[];
}

/** The branch that a pull request brings. */
export interface Head {
  branch: string;
  /** The repository that has it, if it is another one. */
  fork?: GitHubRepository | undefined;
}

export interface NewPullRequest {
  head: Head;
  base: string;
  title: string;
  body: string;
}

const LISTED = z.array(
  z.object({
    number: z.int(),
    url: z.string(),
    state: z.enum(["OPEN", "CLOSED", "MERGED"]),
    baseRefName: z.string(),
    headRefOid: z.string(),
    isCrossRepository: z.boolean(),
    headRepository: z.object({ name: z.string() }).nullish(),
    headRepositoryOwner: z.object({ login: z.string() }).nullish(),
    body: z.string(),
    labels: z.array(z.object({ name: z.string() })),
  }),
);
const FIELDS = Object.keys(LISTED.element.shape).join(",");

/** Far more than one branch ever has. */
const MOST = 100;

const CREATED = z.object({
  number: z.int(),
  html_url: z.string(),
  base: z.object({ ref: z.string() }),
  head: z.object({ sha: z.string() }),
  body: z.string().nullable(),
});

/** Every pull request from this branch, the newest first. */
export async function listPullRequests(
  gh: Gh,
  { branch, fork }: Head,
): Promise<PullRequest[]> {
  const args = ["pr", "list", "--head", branch, "--state", "all", "--limit", `${MOST}`];
  const listed = await list(
    gh,
    `list the pull requests of ${branch}`,
    [...args, "--json", FIELDS],
    LISTED,
  );
  const own = listed.filter((found) => fork ? isFrom(fork, found) : !found.isCrossRepository);
  return own.map((found) => ({
    number: found.number,
    url: found.url,
    state: STATES[found.state],
    base: found.baseRefName,
    head: found.headRefOid,
    body: found.body,
    labels: found.labels.map(({ name }) => name),
  }));
}

function isFrom(
  { owner, name }: GitHubRepository,
  { headRepository, headRepositoryOwner }: z.infer<typeof LISTED>[number],
): boolean {
  const same = (one: string, other: string | undefined) =>
    one.toLowerCase() === other?.toLowerCase();
  return same(owner, headRepositoryOwner?.login) && same(name, headRepository?.name);
}

const STATES = { OPEN: "open", CLOSED: "closed", MERGED: "merged" } as const;

/** Opens a pull request, unless its branch has one by now. */
export async function createPullRequest(
  gh: Gh,
  { head, base, title, body }: NewPullRequest,
): Promise<{ value: PullRequest; created: boolean }> {
  const request = {
    doing: `open a pull request from ${head.branch}`,
    path: "/pulls",
    body: { ...headFields(head), base, title, body },
  };
  return await createOnce(gh, request, CREATED.transform(fromCreated), async () => {
    const listed = await listPullRequests(gh, head);
    return listed.find(({ state }) => state === "open");
  });
}

function headFields({ branch, fork }: Head): { head: string; head_repo?: string } {
  // Without the repository, GitHub cannot tell two of one owner apart.
  return fork ? { head: `${fork.owner}:${branch}`, head_repo: fork.name } : { head: branch };
}

function fromCreated(made: z.infer<typeof CREATED>): PullRequest {
  return {
    number: made.number,
    url: made.html_url,
    state: "open",
    base: made.base.ref,
    head: made.head.sha,
    body: made.body ?? "",
    labels: [],
  };
}

/** Changes the text or the base of a pull request. */
export async function updatePullRequest(
  gh: Gh,
  number: number,
  changes: { body?: string | undefined; base?: string | undefined },
): Promise<void> {
  await api(gh, {
    doing: `bring pull request #${number} up to date`,
    method: "PATCH",
    path: `/pulls/${number}`,
    body: changes,
  }, z.unknown());
}
