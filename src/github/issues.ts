import { z } from "zod";
import { Failed, resultOf } from "../domain/failed.ts";
import { api, createOnce, type Gh } from "./gh.ts";
import { ensureLabel, labelFailureWords } from "./labels.ts";

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

/** An issue that people have written, with its labels. */
export interface LabelledIssue extends Issue {
  labels: string[];
}

const LABELLED = ISSUE.extend({
  labels: z.array(z.union([z.string(), z.object({ name: z.string() })])).default([]),
});
const MILESTONE = z.object({ number: z.int(), title: z.string() });

/** The issues with this label or in this milestone, closed ones too. */
export async function listIssuesOf(
  gh: Gh,
  { label, milestone }: { label?: string | undefined; milestone?: string | undefined },
): Promise<LabelledIssue[]> {
  const doing = "list the issues";
  const wanted = new URLSearchParams({ state: "all" });
  if (label !== undefined) wanted.set("labels", label);
  if (milestone !== undefined) wanted.set("milestone", `${await milestoneOf(gh, milestone)}`);
  const listed = await pages(gh, doing, `/issues?${wanted}`, LABELLED);
  return listed.filter((found) => found.pull_request === undefined).map((found) => ({
    ...fromApi(found),
    labels: found.labels.map((each) => typeof each === "string" ? each : each.name),
  }));
}

/** The number of the milestone with this title or number. */
export async function milestoneOf(gh: Gh, title: string): Promise<number> {
  const all = await pages(gh, "list the milestones", "/milestones?state=all", MILESTONE);
  const found = all.find((each) => each.title === title || String(each.number) === title);
  if (found) return found.number;
  const message = `there is no milestone "${title}"`;
  const hint = `there are: ${all.map((each) => each.title).join(", ") || "none"}`;
  throw new Failed({ reason: "usage", message, hint });
}

export interface NewIssue {
  title: string;
  body: string;
  assignees?: readonly string[] | undefined;
  /** Its number. */
  milestone?: number | undefined;
}

/** Opens an issue, unless `find` sees that it is there. */
export async function createIssue(
  gh: Gh,
  issue: NewIssue,
  find: () => Promise<Issue | undefined>,
): Promise<Issue> {
  const doing = "open an issue";
  const label = await resultOf(() => ensureLabel(gh, LABEL));
  if (!label.ok) {
    const detail = `the label ${LABEL}: ${labelFailureWords(label.failure)}`;
    throw new Failed({ reason: "github_failed", doing, detail });
  }
  const request = { doing, path: "/issues", body: { ...issue, labels: [LABEL] } };
  const made = await createOnce(gh, request, ISSUE.transform(fromApi), find);
  return made.value;
}

export async function updateIssue(
  gh: Gh,
  number: number,
  changes: Partial<Pick<Issue, "title" | "body" | "state">>,
): Promise<void> {
  await api(gh, {
    doing: `bring issue #${number} up to date`,
    method: "PATCH",
    path: `/issues/${number}`,
    body: changes,
  }, z.unknown());
}

/** Comments on an issue, unless it has a comment with the same hidden mark. */
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
