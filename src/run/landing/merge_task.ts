import { mergeMessage } from "../../domain/merge_message.ts";
import type { TaskId } from "../../domain/task.ts";
import { mergeCommits, type Merged, mergeTrees } from "../../git/merge.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { refuseCopied } from "../context/copied.ts";
import { planFolderIn } from "../context/plan_paths.ts";
import { type Scope, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";
import type { LandingTrees } from "./landing_trees.ts";

export type { Merged };

/** Merges a task's branch onto a commit: as an object, or by `git merge` where its hooks are wanted. */
export async function mergeTask(
  scope: Scope,
  trees: LandingTrees,
  id: TaskId,
  onto: string,
): Promise<Merged> {
  const { repo, plan, tasks, base, settings } = scope;
  const branch = repo.branchOf(id);
  const theirs = `refs/heads/${branch}`;
  // Somebody may have committed there since its checks.
  await refuseCopied(scope, branch, { notFrom: [onto], since: scope.baseSha });
  const { title, name } = tasks.get(id) ?? {};
  const keep = planFolderIn(repo, plan);
  const of = { task: id, title: title ?? name ?? id, branch, base, plan: plan.name };
  const message = mergeMessage(of, settings.mergeMessage);
  if (!settings.mergeHooks) {
    const hooks = hooksIn(scope, worktreeFor(scope, id));
    return await mergeCommits(repo, { ours: onto, theirs, message, keep, hooks });
  }
  if (await isAncestor(repo, theirs, onto)) return { kind: "contained" };
  const found = await mergeTrees(repo, onto, theirs, keep);
  if (found.kind === "conflict") return found;
  return {
    kind: "merged",
    sha: await trees.use(onto, (tree) => tree.merge({ branch, message, keep })),
  };
}
