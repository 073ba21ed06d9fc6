import { Failed, resultOf } from "../../domain/failed.ts";
import { dependenciesFirst } from "../../domain/graph.ts";
import type { Plan } from "../../domain/plan.ts";
import { redactProse } from "../../domain/redact.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import type { TaskIssue, TaskIssueOutcome } from "../../domain/task_issue.ts";
import type { Notice } from "../../domain/notice.ts";
import { childEnv } from "../../exec/env.ts";
import { planBranches } from "../../git/branches.ts";
import type { Repository } from "../../git/repository.ts";
import type { Gh } from "../../github/gh.ts";
import {
  commentOnce,
  createIssue,
  type Issue,
  listIssues,
  milestoneOf,
  updateIssue,
} from "../../github/issues.ts";
import { addLabels } from "../../github/labels.ts";
import type { Remotes } from "../../git/remotes.ts";
import { issueUrl } from "../../github/remote.ts";
import { secretsForRecords } from "../../recovery/secrets.ts";
import { blockedText } from "../../report/github/issue.ts";
import type { Evidence } from "../../report/github/pull_request.ts";
import { markOf, withPart } from "../../report/github/managed_part.ts";
import {
  blockedMark,
  taskIssueKey,
  taskIssuePart,
  taskIssueTitle,
} from "../../report/github/task_issue.ts";
import { sleep } from "../../util/backoff.ts";
import type { IssueTemplate } from "./issue_template.ts";
import { attemptsIn, findEvidence } from "./last_evidence.ts";
import { isInBase } from "./pr_stack.ts";

/** GitHub asks for a second between requests that create something. */
const BETWEEN_MS = 1_000;
/** Forbidden, not found, and gone: issues are switched off. */
const NO_ISSUES = new Set([403, 404, 410]);

export interface TaskIssuesScope {
  repo: Repository;
  remotes: Remotes;
  base: string;
  plan: Plan;
  gh: Gh;
  template: IssueTemplate;
  /** Reports something about the task that is not a failure. */
  notice: (task: TaskId, notice: Notice) => void;
}

/** What all tasks of a plan share. */
interface Known extends TaskIssuesScope {
  issues: Issue[];
  milestone: number | undefined;
  secrets: string[];
  branches: Set<string>;
  lastAttempts: Map<TaskId, Evidence>;
  /** The issues of the tasks so far. */
  numbers: Map<TaskId, number>;
}

/**
 * Makes sure that every task of a plan has its one issue, dependencies first, and reports each. An issue of
 * a blocked task gets a comment, that of a task which has landed is closed. An issue that the plan names
 * stays as it is. A failure for one task does not stop the others. Safe to run again at any time.
 */
export async function ensureTaskIssues(
  scope: TaskIssuesScope,
  onOutcome: (outcome: TaskIssueOutcome) => void,
): Promise<TaskIssueOutcome[]> {
  const { repo, plan, gh, template } = scope;
  const ids = plan.tasks.map(({ id }) => id);
  const known: Known = {
    ...scope,
    issues: await listIssues(gh),
    milestone: template.milestone === undefined
      ? undefined
      : await milestoneOf(gh, template.milestone),
    secrets: await secretsForRecords(repo, [], childEnv()),
    branches: await planBranches(repo, plan.identity),
    lastAttempts: await findEvidence(repo.commonDir, plan.identity, ids, attemptsIn),
    numbers: new Map(),
  };
  const outcomes: TaskIssueOutcome[] = [];
  for (const task of dependenciesFirst(plan.tasks)) {
    const done = await resultOf(() => ensureTaskIssue(known, task));
    const outcome: TaskIssueOutcome = done.ok
      ? { task: task.id, ...done.value }
      : { task: task.id, state: "failed", failure: done.failure };
    if ("number" in outcome) known.numbers.set(task.id, outcome.number);
    onOutcome(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** The number of a task's issue; undefined if it has none, or if the repository has no issues for this login. */
export async function taskIssueNumber(
  { gh, plan }: Pick<TaskIssuesScope, "gh" | "plan">,
  task: Task,
): Promise<number | undefined> {
  if (task.issue !== undefined) return task.issue;
  const issues = await resultOf(() => listIssues(gh));
  if (issues.ok) return issueOf(issues.value, plan, task.id)?.number;
  const { failure } = issues;
  if (failure.reason === "github_failed" && NO_ISSUES.has(failure.status ?? 0)) return undefined;
  throw new Failed(failure);
}

function issueOf(issues: readonly Issue[], plan: Plan, id: TaskId): Issue | undefined {
  const mark = markOf(plan.identity, taskIssueKey(id));
  return issues.find(({ body }) => body.includes(mark));
}

async function ensureTaskIssue(known: Known, task: Task): Promise<TaskIssue> {
  const { gh, plan, issues } = known;
  if (task.issue !== undefined) {
    const url = issueUrl(gh.repository, task.issue);
    return { number: task.issue, url, state: "named" };
  }
  const present = issueOf(issues, plan, task.id);
  const { issue, state } = present
    ? await bringUpToDate(known, task, present)
    : { issue: await open(known, task), state: "created" as const };
  const { number, url } = issue;
  const commented = await tellOfBlock(known, task, number);
  if (issue.state === "closed") return { number, url, state: "closed", commented };
  if (!await hasLanded(known, task)) return { number, url, state, commented };
  await updateIssue(gh, number, { state: "closed" });
  return { number, url, state: "closed", commented };
}

async function open(known: Known, task: Task): Promise<Issue> {
  const { gh, plan, template, milestone, notice } = known;
  const { title, assignees } = template;
  if (known.numbers.size > 0) await (gh.wait ?? sleep)(BETWEEN_MS, gh.signal);
  const body = textOf(known, task, template.body);
  const shown = cleaned(known, task);
  const draft = { title: taskIssueTitle(shown, title), body, assignees, milestone };
  const made = await createIssue(
    gh,
    draft,
    async () => issueOf(await listIssues(gh), plan, task.id),
  );
  const labels = { chosen: template.labels, ofTask: task.labels };
  const { left } = await addLabels(gh, made.number, labels);
  for (const { name, why } of left) {
    notice(task.id, { about: "label_left_out", label: name, why });
  }
  return made;
}

/** The title is left to people. */
async function bringUpToDate(
  known: Known,
  task: Task,
  issue: Issue,
): Promise<{ issue: Issue; state: "updated" | "kept" }> {
  const body = textOf(known, task, issue.body);
  if (body === issue.body.replaceAll("\r\n", "\n")) return { issue, state: "kept" };
  await updateIssue(known.gh, issue.number, { body });
  return { issue, state: "updated" };
}

function textOf(known: Known, task: Task, present: string): string {
  const { plan, numbers } = known;
  const dependsOn = task.dependencies.map((id) => numbers.get(id) ?? id);
  const facts = { task: cleaned(known, task), plan: plan.name, dependsOn };
  const mark = markOf(plan.identity, taskIssueKey(task.id));
  return withPart(present, mark, (room) => taskIssuePart(facts, room));
}

/** What everybody may read of a task. */
function cleaned({ secrets }: Known, task: Task): Task {
  const clean = (text: string) => redactProse(text, secrets);
  return {
    ...task,
    title: task.title === undefined ? undefined : clean(task.title),
    name: clean(task.name),
    body: clean(task.body),
  };
}

/** Comments once for each run that ended with the task blocked. */
async function tellOfBlock(
  { gh, plan, lastAttempts }: Known,
  { id, status }: Task,
  number: number,
): Promise<true | undefined> {
  const last = lastAttempts.get(id);
  if (status !== "blocked" || last?.task.status !== "blocked") return undefined;
  const mark = blockedMark(plan.identity, id, last.run.run);
  const { said } = await commentOnce(gh, number, mark, blockedText(last.run, last.task));
  return said ? true : undefined;
}

async function hasLanded(known: Known, { id, status }: Task): Promise<boolean> {
  if (status !== "completed") return false;
  const landed = known.lastAttempts.get(id)?.task.landed;
  if (landed?.how === "merge") return true;
  const branch = known.repo.branchOf(id);
  return known.branches.has(branch) && await isInBase(known, branch);
}
