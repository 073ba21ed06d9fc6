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
import { filesChanged, ownCommits } from "../../git/commit.ts";
import type { Worktree } from "../../git/worktree.ts";
import { ownBranches } from "./prepare.ts";
import { type BaseMerge, type Scope, taskOf } from "../context/run_context.ts";

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
  const upstream = await ownBranches(scope, taskOf(scope, worktree.task).dependencies);
  const notFrom = [scope.baseSha, scope.tip, ...upstream.map(({ branch }) => branch)];
  const commits = await ownCommits(scope.repo, worktree.branch, notFrom);
  return commits.map(({ subject }) => subject);
}

async function dependencyChanges(
  scope: Scope,
  task: Task,
): Promise<DependencyChanges[]> {
  const before = (id: TaskId) => scope.tasks.get(id)?.dependencies ?? [];
  const asked = new Set([...task.dependencies, ...task.dependencies.flatMap(before)]);
  const own = await ownBranches(scope, [...asked]);
  const changes: DependencyChanges[] = [];
  for (const { branch, label } of own.filter(({ label }) => task.dependencies.includes(label))) {
    const dependency = scope.tasks.get(label);
    const upstream = own.filter((other) => before(label).includes(other.label));
    const notFrom = [scope.baseSha, ...upstream.map(({ branch }) => branch)];
    const commits = await ownCommits(scope.repo, branch, notFrom);
    const files = await filesChanged(scope.repo, scope.baseSha, branch);
    changes.push({
      id: label,
      name: dependency?.name ?? label,
      commits: commits.map(({ subject }) => subject),
      files: files.map(({ path }) => path),
    });
  }
  return changes;
}
