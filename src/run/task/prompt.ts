import type { Occasion, WorkInput } from "../../../machines/ports.ts";
import { buildPrompt, type DependencyChanges, type PromptInput } from "../../agent/prompt.ts";
import {
  buildAnswerPrompt,
  buildConflictPrompt,
  buildContinuePrompt,
  buildGonePrompt,
  buildRepairPrompt,
  buildRetryPrompt,
} from "../../agent/later_prompts.ts";
import { findChecks } from "../../checks/find.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import { conflictLine } from "../../domain/file_conflict.ts";
import { planFolder } from "../../domain/plan.ts";
import { allOf } from "../../util/all_of.ts";
import { filesChanged, ownCommits } from "../../git/commit.ts";
import type { Worktree } from "../../git/worktree.ts";
import { headsOf } from "./dependencies.ts";
import { type BaseMerge, type CommitSummary, type Scope, taskOf } from "../context/run_context.ts";

/** The prompt of this attempt: all of it, or only what its conversation does not contain yet. */
export async function promptFor(
  scope: Scope,
  worktree: Worktree,
  { occasion, conversation }: WorkInput,
): Promise<string> {
  const task = taskOf(scope, worktree.task);
  const about = { base: scope.base, merge: scope.merges.get(task.id) };
  if (conversation !== undefined) return laterPrompt(occasion, about, { task });
  const first = await firstPrompt(scope, worktree);
  if (occasion.kind === "first") return buildPrompt(first);
  const commits = await commitsSoFar(scope, worktree);
  return laterPrompt(occasion, about, { task, first: { ...first, commits } });
}

function laterPrompt(
  occasion: Occasion,
  { base, merge }: { base: string; merge: BaseMerge | undefined },
  of: { task: Task; first?: PromptInput },
): string {
  if (occasion.kind === "repair") {
    const { gone, onBase, command, exitCode, tail } = occasion.failed;
    const merged = occasion.onto === undefined ? {} : { mergedWith: base };
    if (gone) return buildGonePrompt({ ...of, ...merged, check: occasion.check, command, ...gone });
    const shared = onBase === undefined ? {} : { onBase };
    const output = { command, exitCode, tail };
    return buildRepairPrompt({ ...of, ...merged, ...shared, check: occasion.check, ...output });
  }
  if (occasion.kind === "conflict") {
    const others = occasion.between.filter((one) => one !== of.task.id && one !== base);
    const names = { ours: "your branch", theirs: base };
    const files = merge?.conflicts.map((conflict) => conflictLine(conflict, names));
    const told = files?.length ? files : occasion.files;
    return buildConflictPrompt({ ...of, base, files: told, said: merge?.said, between: others });
  }
  if (occasion.kind === "retried") return buildRetryPrompt({ ...of, ...occasion });
  if (occasion.kind === "answered") return buildAnswerPrompt({ ...of, ...occasion });
  return buildContinuePrompt({
    ...of,
    why: occasion.kind === "resumed" ? occasion.why : "interrupted",
  });
}

async function firstPrompt(scope: Scope, worktree: Worktree): Promise<PromptInput> {
  const task = taskOf(scope, worktree.task);
  const { checks } = await findChecks(worktree.path, scope.settings.checks);
  const dependencies = await dependencyChanges(scope, task);
  return {
    task,
    worktree: worktree.path,
    branch: worktree.branch,
    planFolder: planFolder(scope.plan),
    checks,
    dependencies,
    answers: scope.record.tasks.get(task.id)?.answers ?? [],
  };
}

/** Subjects of the task's own commits, newest first. */
async function commitsSoFar(scope: Scope, worktree: Worktree): Promise<string[]> {
  const upstream = await headsOf(scope, taskOf(scope, worktree.task).dependencies);
  const notFrom = [scope.baseSha, scope.tip, ...upstream.map(({ head }) => head)];
  const commits = await ownCommits(scope.repo, `refs/heads/${worktree.branch}`, notFrom);
  return commits.map(({ subject }) => subject);
}

async function dependencyChanges(
  scope: Scope,
  { dependencies }: Task,
): Promise<DependencyChanges[]> {
  const heads = await headsOf(scope, dependencies);
  return await allOf(heads.map(async ({ label: id, head }) => {
    const summary = scope.summaries.get(head) ?? summaryOf(scope, id, head);
    scope.summaries.set(head, summary);
    return { id, name: scope.tasks.get(id)?.name ?? id, ...await summary };
  }));
}

async function summaryOf(scope: Scope, id: TaskId, head: string): Promise<CommitSummary> {
  const { repo, baseSha } = scope;
  const single = repo.known.single.get(head);
  if (single) return { commits: [single.subject], files: [...single.paths] };
  const upstream = await headsOf(scope, scope.tasks.get(id)?.dependencies ?? []);
  const notFrom = [baseSha, ...upstream.map(({ head }) => head)];
  const commits = await ownCommits(repo, head, notFrom);
  const files = await filesChanged(repo, baseSha, head);
  return {
    commits: commits.map(({ subject }) => subject),
    files: files.map(({ path }) => path),
  };
}
