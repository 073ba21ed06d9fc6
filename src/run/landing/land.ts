import { TIMEOUTS } from "../../domain/timeouts.ts";
import { Failed, resultOf } from "../../domain/failed.ts";
import type { Landing } from "../../../machines/ports.ts";
import type { Land, Settings } from "../../domain/settings.ts";
import type { TaskId } from "../../domain/task.ts";
import { type Base, findTip } from "../../git/base_branch.ts";
import { type Remotes, remotesOf } from "../../git/remotes.ts";
import type { Repository } from "../../git/repository.ts";
import { openPullRequest } from "./land_pr.ts";
import { preparePullRequests } from "./repositories.ts";
import type { MergeQueue } from "./merge_queue.ts";
import type { Scope } from "../context/run_context.ts";
import type { Notice } from "../../domain/notice.ts";

/** How a run lands, and from where it starts. */
export interface LandingPlan {
  land: Land;
  /** The newest commit of the base. */
  tip: string;
  /** Why completed work cannot land, although agents can work. */
  problem?: Notice | undefined;
}

/** Checks before any agent starts whether completed work can land as requested. */
export async function prepareLanding(
  repo: Repository,
  base: Base & { sha: string },
  remotes: Remotes,
  settings: Settings,
): Promise<LandingPlan> {
  const { land } = settings;
  await checkGitHub(repo, remotes, settings);
  if (land === undefined) return { ...await usualLanding(repo, remotes, settings), tip: base.sha };
  const unchosen = settings.push ? noneChosen(repo, remotes) : undefined;
  if (land !== "merge") return { land, tip: base.sha, problem: unchosen };
  const tip = await resultOf(() => findTip(repo, base, TIMEOUTS.network));
  if (tip.ok) return { land, tip: tip.value.sha, problem: unchosen };
  if (tip.failure.reason !== "push_failed") throw new Failed(tip.failure);
  const { remote, detail } = tip.failure;
  const problem = { about: "remote_silent", remote, detail } as const;
  return { land, tip: base.sha, problem };
}

/** Nothing is pushed, although there are remotes. */
function noneChosen({ root }: Repository, { push, all }: Remotes): Notice | undefined {
  if (push !== undefined || all.length === 0) return undefined;
  return { about: "failed", failure: { reason: "no_remote", root, remotes: all } };
}

/** How completed work will land, as far as that is known without a fetch. */
export async function landingOf(
  repo: Repository,
  branch: string,
  settings: Settings,
): Promise<Land> {
  const remotes = await remotesOf(repo, branch);
  await checkGitHub(repo, remotes, settings);
  return settings.land ?? (await usualLanding(repo, remotes, settings)).land;
}

/** Whether GitHub can be used, if the settings need it. */
async function checkGitHub(
  repo: Repository,
  remotes: Remotes,
  { land, issues }: Settings,
): Promise<void> {
  if (land !== "pr" && !issues) return;
  await preparePullRequests(repo, remotes);
}

/** By pull requests if they can be opened. */
async function usualLanding(
  repo: Repository,
  remotes: Remotes,
  settings: Settings,
): Promise<Pick<LandingPlan, "land" | "problem">> {
  if (!settings.push || remotes.all.length === 0) return { land: "none" };
  const ready = await resultOf(() => preparePullRequests(repo, remotes));
  if (ready.ok) return { land: "pr" };
  if (ready.failure.reason === "remote_not_github") return { land: "none" };
  const { failure } = ready;
  return { land: "none", problem: { about: "failed", failure, without: "landing" } };
}

/** Brings a completed task's commits to where the run lands. */
export async function land(
  scope: Scope,
  queue: MergeQueue,
  input: { task: TaskId; attempt: number },
  signal: AbortSignal,
): Promise<Landing> {
  switch (scope.land) {
    case "none":
      return { kind: "landed" };
    case "merge":
      return await queue.land(input, signal);
    case "pr": {
      const opened = await resultOf(() => openPullRequest(scope, input.task, signal));
      if (!opened.ok) return { kind: "blocked", failure: opened.failure };
      const { url } = opened.value;
      scope.emit({ type: "task.landed", task: input.task, how: "pr", url });
      return { kind: "landed" };
    }
  }
}
