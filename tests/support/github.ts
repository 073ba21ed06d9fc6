/**
 * A GitHub of the test's own on a unix socket, which the real gh talks to: pull requests, issues,
 * comments and labels of one repository, `o/r`, and of its fork `me/r` that it can be pushed to. Its GraphQL is GitHub's own schema.
 */
import { join } from "node:path";
import { graphql } from "./github_graphql.ts";

export interface FakePullRequest {
  number: number;
  head: string;
  headSha: string;
  base: string;
  title: string;
  body: string;
  state: "OPEN" | "CLOSED" | "MERGED";
  labels: string[];
  fromFork: boolean;
}

export interface FakeIssue {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  labels: string[];
  assignees?: string[];
  /** Its number. */
  milestone?: number;
  comments: string[];
}

/** An answer in place of the real one. */
export interface Fault {
  /** `POST /pulls`; a GraphQL call is `POST /graphql`. */
  on: string;
  status: number;
  message: string;
  headers?: Record<string, string>;
  /** The request is carried out all the same, and only its answer is lost. */
  carriedOut?: boolean;
}

export interface FakeGitHub extends AsyncDisposable {
  pullRequests: FakePullRequest[];
  issues: FakeIssue[];
  labels: string[];
  milestones: { number: number; title: string }[];
  /** `GET /labels/bug`, below the repository; in the order in which they came. */
  requests: string[];
  /** Faults to come; each is used once. */
  faults: Fault[];
  may: { push: boolean; label: boolean };
  /** What is wrong with the GraphQL that was asked, after GitHub's schema. */
  invalid: string[];
  /** How gh finds its way here, logged in. */
  env: Record<string, string>;
}

export type Reply = { status: number; body: unknown; headers?: Record<string, string> };

/** `ref(branch)` tells a branch's commit on the remote; undefined if it is not there. */
export async function fakeGitHub(
  ref: (branch: string) => Promise<string | undefined>,
): Promise<FakeGitHub> {
  const folder = await Deno.makeTempDir({ prefix: "parex-gh-" });
  const path = join(folder, "socket");
  await Deno.writeTextFile(join(folder, "config.yml"), `http_unix_socket: ${path}\n`);
  const github: FakeGitHub = {
    pullRequests: [],
    issues: [],
    labels: [],
    milestones: [],
    requests: [],
    faults: [],
    may: { push: true, label: true },
    invalid: [],
    env: { GH_CONFIG_DIR: folder, GH_TOKEN: "x", GH_HOST: "", GITHUB_TOKEN: "" },
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
  const server = Deno.serve({ path, onListen() {} }, async (request) => {
    const { status, body, headers } = await answer(github, ref, request);
    return Response.json(body, { status, ...(headers === undefined ? {} : { headers }) });
  });
  return github;
}

async function answer(
  github: FakeGitHub,
  ref: (branch: string) => Promise<string | undefined>,
  request: Request,
): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url);
  const route = `${request.method} ${pathname.replace("/repos/o/r", "")}`.trimEnd();
  const text = await request.text();
  const body = text === "" ? {} : JSON.parse(text);
  github.requests.push(route);
  const at = github.faults.findIndex(({ on }) => on === route);
  const [fault] = at < 0 ? [] : github.faults.splice(at, 1);
  if (!fault || fault.carriedOut) {
    const reply = route === "POST /graphql"
      ? await graphql(github, body)
      : await rest(github, ref, route, body, searchParams);
    if (!fault) return reply;
  }
  const { status, message, headers } = fault;
  return { status, body: { message }, ...(headers === undefined ? {} : { headers }) };
}

async function rest(
  github: FakeGitHub,
  ref: (branch: string) => Promise<string | undefined>,
  route: string,
  body: Record<string, unknown>,
  query: URLSearchParams,
): Promise<Reply> {
  const [, name] = /^GET \/labels\/(.+)$/.exec(route) ?? [];
  if (name !== undefined) {
    const exists = github.labels.includes(decodeURIComponent(name));
    return exists ? { status: 200, body: {} } : missing;
  }
  const [, method, kind, number = "", rest] =
    /^(\w+) \/(pulls|issues)\/(\d+)(\/\w+)?$/.exec(route) ?? [];
  if (kind === "pulls") return changePullRequest(github, Number(number), body);
  if (kind === "issues") {
    return changeIssue(github, Number(number), `${method} ${rest ?? ""}`, body);
  }
  switch (route) {
    case "GET":
      return { status: 200, body: { archived: false, permissions: { push: github.may.push } } };
    case "GET /repos/me/r":
      return { status: 200, body: { archived: false, permissions: { push: true } } };
    case "POST /pulls":
      return await createPullRequest(github, ref, body);
    case "POST /labels":
      if (!github.may.label) return refused;
      github.labels.push(String(body.name));
      return { status: 201, body: {} };
    case "GET /issues": {
      const found = github.issues.filter(({ labels }) =>
        labels.includes(query.get("labels") ?? "")
      );
      const start = (Number(query.get("page") ?? 1) - 1) * 100;
      return { status: 200, body: found.slice(start, start + 100).map(issueBody) };
    }
    case "GET /milestones":
      return { status: 200, body: github.milestones };
    case "POST /issues":
      return createIssue(github, body);
    default:
      return missing;
  }
}

const missing: Reply = { status: 404, body: { message: "Not Found" } };
const refused: Reply = { status: 403, body: { message: "Resource not accessible" } };

async function createPullRequest(
  github: FakeGitHub,
  ref: (branch: string) => Promise<string | undefined>,
  { head: from, base, title, body }: Record<string, unknown>,
): Promise<Reply> {
  const fromFork = String(from).startsWith("me:");
  const head = String(from).replace(/^me:/, "");
  const invalid = (message: string) => ({
    status: 422,
    body: { message: "Validation Failed", errors: [{ resource: "PullRequest", message }] },
  });
  const there = github.pullRequests.some((one) =>
    one.head === head && one.base === base && one.state === "OPEN" && one.fromFork === fromFork
  );
  if (there) return invalid(`A pull request already exists for o:${head}.`);
  const headSha = await ref(head);
  if (headSha === undefined) return invalid("head invalid");
  if (await ref(String(base)) === undefined) return invalid("base invalid");
  const made: FakePullRequest = {
    number: nextNumber(github),
    head,
    headSha,
    base: String(base),
    title: String(title),
    body: String(body),
    state: "OPEN",
    labels: [],
    fromFork,
  };
  github.pullRequests.push(made);
  return {
    status: 201,
    body: {
      number: made.number,
      html_url: urlOf("pull", made.number),
      base: { ref: made.base },
      head: { sha: headSha },
      body: made.body,
    },
  };
}

function changePullRequest(
  github: FakeGitHub,
  number: number,
  changes: Record<string, unknown>,
): Reply {
  const found = github.pullRequests.find((one) => one.number === number);
  if (!found) return missing;
  Object.assign(found, changes);
  return { status: 200, body: {} };
}

function createIssue(
  github: FakeGitHub,
  { title, body, labels, ...rest }: Record<string, unknown>,
): Reply {
  const made: FakeIssue = {
    ...rest,
    number: nextNumber(github),
    title: String(title),
    body: String(body),
    state: "open",
    labels: labels as string[],
    comments: [],
  };
  github.issues.push(made);
  return { status: 201, body: issueBody(made) };
}

function changeIssue(
  github: FakeGitHub,
  number: number,
  how: string,
  body: Record<string, unknown>,
): Reply {
  const found = [...github.issues, ...github.pullRequests].find((one) => one.number === number);
  if (!found) return missing;
  if (how === "POST /labels") {
    const labels = body.labels as string[];
    if (labels.some((label) => !github.labels.includes(label))) {
      return { status: 422, body: { message: "Validation Failed" } };
    }
    found.labels.push(...labels);
    return { status: 200, body: [] };
  }
  if (!("comments" in found)) return missing;
  switch (how) {
    case "GET /comments":
      return { status: 200, body: found.comments.map((body) => ({ body })) };
    case "POST /comments":
      found.comments.push(String(body.body));
      return { status: 201, body: { body: body.body } };
    case "PATCH ":
      Object.assign(found, body);
      return { status: 200, body: issueBody(found) };
    default:
      return missing;
  }
}

function issueBody({ number, title, body, state, labels }: FakeIssue) {
  const named = labels.map((name) => ({ name }));
  return { number, title, body, state, labels: named, html_url: urlOf("issues", number) };
}

function nextNumber(github: FakeGitHub): number {
  return 1 + github.pullRequests.length + github.issues.length;
}

export function urlOf(kind: "pull" | "issues", number: number): string {
  return `https://github.com/o/r/${kind}/${number}`;
}
