import type { CheckReport } from "../../domain/check_report.ts";
import type { Emit } from "../../domain/event.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Gh } from "../../github/gh.ts";
import {
  commentOnce,
  createIssue,
  type Issue,
  listIssues,
  updateIssue,
} from "../../github/issues.ts";
import {
  type IssueDraft,
  issuesOf,
  issuesOfCheck,
  landedBy,
  solvedIssues,
} from "../../report/github/issue.ts";
import { BODY_LIMIT, markOf, withPart } from "../../report/github/managed_part.ts";
import { blockedMark, taskIssueKey } from "../../report/github/task_issue.ts";
import { repositoriesOf } from "./repositories.ts";
import { notify, orNotice } from "../context/notices.ts";
import type { Scope } from "../context/run_context.ts";

/** A run that is finishing does not wait long for GitHub. */
const TRIES = 3;

/** Reports a run to GitHub's issues if the settings ask for it. A failure becomes a notice. */
export async function openIssues(scope: Scope): Promise<void> {
  const { repo, remotes, record, settings, emit } = scope;
  if (!settings.issues) return;
  await orNotice(emit, async () => {
    const { into: repository } = await repositoriesOf(repo, remotes);
    await reportIssues({ gh: { repository, cwd: repo.root, tries: TRIES }, record, emit });
  }, { without: "issues" });
}

export interface IssuesInput {
  gh: Gh;
  record: RunRecord;
  /** Reports every issue that was opened, or needs attention. */
  emit: Emit;
}

/**
 * Makes sure that every blocked task and every failed integration check has exactly one issue, up to date,
 * and comments on issues of earlier runs that are solved by now. People close them.
 */
export async function reportIssues({ gh, record, emit }: IssuesInput): Promise<void> {
  const { plan, run } = record;
  if (!plan) return;
  const told = { drafts: issuesOf(record), solved: solvedIssues(record), landed: landedBy(record) };
  await updateIssues({ gh, identity: plan.identity, run, emit, ...told });
}

/** The same for `parex check`. */
export async function reportCheckIssues(
  { gh, identity, report, emit }: Pick<IssuesInput, "gh" | "emit"> & {
    /** The plan's; empty: there is none. */
    identity: string;
    report: CheckReport;
  },
): Promise<void> {
  const { sha } = report.target;
  await updateIssues({ gh, identity, run: sha, emit, ...issuesOfCheck(report) });
}

interface IssueUpdate extends Pick<IssuesInput, "gh" | "emit"> {
  identity: string;
  /** What a comment on a solved issue is made for, once. */
  run: string;
  drafts: readonly IssueDraft[];
  solved: readonly { key: string; text: string }[];
  landed?: readonly TaskId[] | undefined;
}

async function updateIssues(
  { gh, identity, run, emit, drafts, solved, landed = [] }: IssueUpdate,
): Promise<void> {
  if (drafts.length + solved.length === 0) return;
  const listed = await listIssues(gh);
  const standing = (mark: string) => listed.find(({ body }) => body.includes(mark));
  const ofTask = (id: TaskId) => standing(markOf(identity, taskIssueKey(id)));
  for (const draft of drafts) {
    const own = ofTask(draft.key);
    if (own !== undefined) {
      await commentOnce(
        gh,
        own.number,
        blockedMark(identity, draft.key, run),
        draft.part(BODY_LIMIT),
      );
      notify(emit, {
        about: "issue",
        what: "its issue got a comment",
        key: draft.key,
        url: own.url,
      });
      continue;
    }
    const mark = markOf(identity, draft.key);
    const { url, what } = await ensureIssue(gh, mark, draft, standing(mark));
    notify(emit, { about: "issue", what, key: draft.key, url });
  }
  for (const { key, text } of solved) {
    const issue = standing(markOf(identity, key));
    if (issue?.state !== "open") continue;
    await commentOnce(gh, issue.number, markOf(run, key), text);
  }
  for (const id of landed) {
    const issue = ofTask(id);
    if (issue?.state === "open") await updateIssue(gh, issue.number, { state: "closed" });
  }
}

async function ensureIssue(
  gh: Gh,
  mark: string,
  { title, part }: IssueDraft,
  issue: Issue | undefined,
): Promise<{ url: string; what: string }> {
  if (!issue) {
    const made = await createIssue(gh, { title, body: withPart("", mark, part) }, async () => {
      const listed = await listIssues(gh);
      return listed.find(({ body }) => body.includes(mark));
    });
    return { url: made.url, what: "an issue was opened" };
  }
  const body = withPart(issue.body, mark, part);
  if (body !== issue.body.replaceAll("\r\n", "\n")) {
    await updateIssue(gh, issue.number, { body });
  }
  const what = issue.state === "open" ? "an issue is open" : "there is a closed issue";
  return { url: issue.url, what };
}
