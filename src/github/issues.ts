import { z } from "zod";
import { Failed, resultOf } from "../domain/failed.ts";
import { api, createOnce, type Gh } from "./gh.ts";
import { ensureLabel, wordsOf } from "./labels.ts";

export interface Issue {
  number: number;
  url: string;
  state: "open" | "closed";
  title: string;
  body: string;
}

/** Every issue of parex carries it: a list by label is exact, a search lags behind. */
const LABEL = "parex";
const PAGE = 100;

const ISSUE = z.object({
  number: z.int(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  title: z.string(),
  body: z.string().nullable(),
  /** GitHub counts pull requests as issues. */
  pull_request: z.unknown().optional(),
});
const COMMENT = z.object({ body: z.string().nullable() });

/** Every issue that parex has opened, closed ones too, the newest first. */
export async function listIssues(gh: Gh): Promise<Issue[]> {
  const doing = "list the issues of parex";
  const listed = await pages(gh, doing, `/issues?labels=${LABEL}&state=all`, ISSUE);
  return listed.filter((found) => found.pull_request === undefined).map(fromApi);
}

/** Opens an issue, unless `find` sees that it is there. */
export async function createIssue(
  gh: Gh,
  { title, body }: Pick<Issue, "title" | "body">,
  find: () => Promise<Issue | undefined>,
): Promise<Issue> {
  const doing = "open an issue";
  const label = await resultOf(() => ensureLabel(gh, LABEL));
  if (!label.ok) {
    const detail = `the label ${LABEL}: ${wordsOf(label.failure)}`;
    throw new Failed({ reason: "github_failed", doing, detail });
  }
  const request = { doing, path: "/issues", body: { title, body, labels: [LABEL] } };
  const made = await createOnce(gh, request, ISSUE.transform(fromApi), find);
  return made.value;
}

export async function updateIssue(
  gh: Gh,
  number: number,
  changes: Partial<Pick<Issue, "title" | "body">>,
): Promise<void> {
  await api(gh, {
    doing: `bring issue #${number} up to date`,
    method: "PATCH",
    path: `/issues/${number}`,
    body: changes,
  }, z.unknown());
}

/** Says something below an issue, unless a comment with the same hidden mark stands there. */
export async function commentOnce(
  gh: Gh,
  number: number,
  mark: string,
  text: string,
): Promise<{ said: boolean }> {
  const path = `/issues/${number}/comments`;
  const find = async () => {
    const listed = await pages(gh, `read the comments of #${number}`, path, COMMENT);
    return listed.find(({ body }) => body?.includes(mark));
  };
  const found = await find();
  if (found) return { said: false };
  const request = { doing: `comment on #${number}`, path, body: { body: `${mark}\n${text}` } };
  await createOnce(gh, request, COMMENT, find);
  return { said: true };
}

function fromApi({ number, html_url, state, title, body }: z.infer<typeof ISSUE>): Issue {
  return { number, url: html_url, state, title, body: body ?? "" };
}

/** All pages of a list. */
async function pages<T>(
  gh: Gh,
  doing: string,
  path: string,
  schema: z.ZodType<T>,
): Promise<T[]> {
  const all: T[] = [];
  const joined = path.includes("?") ? "&" : "?";
  for (let page = 1;; page++) {
    const target = `${path}${joined}per_page=${PAGE}&page=${page}`;
    const listed = await api(gh, { doing, path: target }, z.array(schema));
    all.push(...listed);
    if (listed.length < PAGE) return all;
  }
}
