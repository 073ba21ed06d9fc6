import { z } from "zod";
import { api, createOnce, type Gh, list } from "./gh.ts";

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

export interface NewPullRequest {
  branch: string;
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

/** Every pull request from this branch of the repository itself, the newest first. */
export async function listPullRequests(gh: Gh, branch: string): Promise<PullRequest[]> {
  const args = ["pr", "list", "--head", branch, "--state", "all", "--limit", `${MOST}`];
  const listed = await list(
    gh,
    `list the pull requests of ${branch}`,
    [...args, "--json", FIELDS],
    LISTED,
  );
  const own = listed.filter((found) => !found.isCrossRepository);
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

const STATES = { OPEN: "open", CLOSED: "closed", MERGED: "merged" } as const;

/** Opens a pull request, unless its branch has one by now. */
export async function createPullRequest(
  gh: Gh,
  { branch, base, title, body }: NewPullRequest,
): Promise<{ value: PullRequest; created: boolean }> {
  const request = {
    doing: `open a pull request from ${branch}`,
    path: "/pulls",
    body: { head: branch, base, title, body },
  };
  return await createOnce(gh, request, CREATED.transform(fromCreated), async () => {
    const listed = await listPullRequests(gh, branch);
    return listed.find(({ state }) => state === "open");
  });
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
