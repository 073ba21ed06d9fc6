import type { Emit } from "../../domain/event.ts";
import type { RunRecord } from "../../domain/record.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { Gh } from "../../github/gh.ts";
import {
  commentOnce,
  createIssue,
  type Issue,
  listIssues,
  updateIssue,
} from "../../github/issues.ts";
import { type IssueDraft, issuesOf, solvedBy } from "../../report/github/issue.ts";
import { markOf, withPart } from "../../report/github/managed_part.ts";
import { explain } from "../../report/messages/explain.ts";
import { repositoryOn } from "./land_pr.ts";
import type { Scope } from "../context/run_context.ts";

/** A run that is at its end does not wait long for GitHub. */
const TRIES = 3;

/** Reports a run to GitHub's issues if that is wanted. What fails of it is only told. */
export async function openIssues(scope: Scope): Promise<void> {
  const { repo, remote, record, settings, emit } = scope;
  if (!settings.issues) return;
  const repository = await repositoryOn(repo, remote);
  const done = repository.ok
    ? await reportIssues({
      gh: { repository: repository.value, cwd: repo.root, tries: TRIES },
      record,
      emit,
    })
    : repository;
  if (!done.ok) {
    emit({ type: "notice", message: `no issues were opened: ${explain(done.failure).message}` });
  }
}

export interface IssuesInput {
  gh: Gh;
  record: RunRecord;
  /** Tells of every issue that was opened, or is worth a look. */
  emit: Emit;
}

/**
 * Makes sure that every blocked task and every failed check of the integration has its one issue, up
 * to date, and says below those of earlier runs what is well by now. Closing them is for people.
 */
export async function reportIssues({ gh, record, emit }: IssuesInput): Promise<Result<void>> {
  const { plan } = record;
  if (!plan) return ok();
  const drafts = issuesOf(record);
  const solved = solvedBy(record);
  if (drafts.length + solved.length === 0) return ok();
  const listed = await listIssues(gh);
  if (!listed.ok) return listed;
  const standing = (mark: string) => listed.value.find(({ body }) => body.includes(mark));
  for (const draft of drafts) {
    const mark = markOf(plan.identity, draft.key);
    const done = await ensureIssue(gh, mark, draft, standing(mark));
    if (!done.ok) return done;
    const { url, what } = done.value;
    emit({ type: "notice", message: `${what} for ${draft.key}: ${url}` });
  }
  for (const { key, text } of solved) {
    const issue = standing(markOf(plan.identity, key));
    if (issue?.state !== "open") continue;
    const said = await commentOnce(gh, issue.number, markOf(record.run, key), text);
    if (!said.ok) return said;
  }
  return ok();
}

async function ensureIssue(
  gh: Gh,
  mark: string,
  { title, part }: IssueDraft,
  issue: Issue | undefined,
): Promise<Result<{ url: string; what: string }>> {
  if (!issue) {
    const made = await createIssue(gh, { title, body: withPart("", mark, part) }, async () => {
      const listed = await listIssues(gh);
      return listed.ok ? ok(listed.value.find(({ body }) => body.includes(mark))) : listed;
    });
    return made.ok ? ok({ url: made.value.url, what: "an issue was opened" }) : made;
  }
  const body = withPart(issue.body, mark, part);
  if (body !== issue.body.replaceAll("\r\n", "\n")) {
    const updated = await updateIssue(gh, issue.number, { body });
    if (!updated.ok) return updated;
  }
  const what = issue.state === "open" ? "an issue is open" : "there is a closed issue";
  return ok({ url: issue.url, what });
}
