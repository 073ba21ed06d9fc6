import { dirname } from "node:path";
import type { Occasion, WorkInput } from "../../../machines/ports.ts";
import { buildPrompt, type DependencyChanges, type PromptInput } from "../../agent/prompt.ts";
import {
  buildAnswerPrompt,
  buildConflictPrompt,
  buildContinuePrompt,
  buildGonePrompt,
  buildRepairPrompt,
} from "../../agent/later_prompts.ts";
import { findChecks } from "../../checks/find.ts";
import { ok, type Result } from "../../domain/result.ts";
import { filesChanged, ownCommits } from "../../git/commit.ts";
import { ownBranches } from "./prepare.ts";
import type { Scope, Workspace } from "../context/run_context.ts";

/** What the agent is told in this attempt: all of it, or what its conversation does not know yet. */
export async function promptFor(
  scope: Scope,
  space: Workspace,
  { occasion, conversation }: WorkInput,
): Promise<Result<string>> {
  const { task } = space;
  if (conversation !== undefined) return ok(laterPrompt(occasion, scope.base, { task }));
  const first = await firstPrompt(scope, space);
  if (!first.ok) return first;
  return ok(
    occasion.kind === "first"
      ? buildPrompt(first.value)
      : laterPrompt(occasion, scope.base, { task, first: first.value }),
  );
}

function laterPrompt(
  occasion: Occasion,
  base: string,
  of: { task: Workspace["task"]; first?: PromptInput },
): string {
  if (occasion.kind === "repair") {
    const { gone, command, exitCode, tail } = occasion.failed;
    const merged = occasion.onto === undefined ? {} : { mergedWith: base };
    if (gone) return buildGonePrompt({ ...of, ...merged, check: occasion.check, command, ...gone });
    return buildRepairPrompt({ ...of, ...merged, check: occasion.check, command, exitCode, tail });
  }
  if (occasion.kind === "conflict") {
    return buildConflictPrompt({ ...of, base, files: occasion.files, between: occasion.between });
  }
  if (occasion.kind === "answered") return buildAnswerPrompt({ ...of, ...occasion });
  return buildContinuePrompt({
    ...of,
    why: occasion.kind === "resumed" ? occasion.why : "interrupted",
  });
}

async function firstPrompt(scope: Scope, space: Workspace): Promise<Result<PromptInput>> {
  const { checks } = await findChecks(space.path, scope.settings.checks);
  const dependencies = await dependencyChanges(scope, space);
  if (!dependencies.ok) return dependencies;
  return ok({
    task: space.task,
    worktree: space.path,
    branch: space.branch,
    planFolder: dirname(scope.plan.path),
    checks,
    dependencies: dependencies.value,
    answers: scope.record.tasks.get(space.task.id)?.answers ?? [],
  });
}

async function dependencyChanges(
  scope: Scope,
  { task }: Workspace,
): Promise<Result<DependencyChanges[]>> {
  const branches = await ownBranches(scope, task.dependencies);
  if (!branches.ok) return branches;
  const changes: DependencyChanges[] = [];
  for (const { branch, label } of branches.value) {
    const dependency = scope.tasks.get(label);
    const upstream = await ownBranches(scope, dependency?.dependencies ?? []);
    if (!upstream.ok) return upstream;
    const notFrom = [scope.baseSha, ...upstream.value.map(({ branch }) => branch)];
    const commits = await ownCommits(scope.repo, branch, notFrom);
    if (!commits.ok) return commits;
    const files = await filesChanged(scope.repo, scope.baseSha, branch);
    if (!files.ok) return files;
    changes.push({
      id: label,
      name: dependency?.name ?? label,
      commits: commits.value.map(({ subject }) => subject),
      files: files.value.map(({ path }) => path),
    });
  }
  return ok(changes);
}
