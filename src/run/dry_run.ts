import { makeAgent } from "../agent/agents.ts";
import { findChecks } from "../checks/find.ts";
import { conflictsOfPlan } from "../domain/conflict.ts";
import { type Schedule, scheduleOf } from "../domain/dry_run.ts";
import { Failed, resultOf, valueOf } from "../domain/failed.ts";
import { withoutGroups } from "../domain/plan.ts";
import { select } from "../domain/selection.ts";
import type { Settings } from "../domain/settings.ts";
import { checkBranches, checkRepository } from "../git/prerequisites.ts";
import type { Repository } from "../git/repository.ts";
import { withConfiguredFolder } from "../git/worktrees/folder.ts";
import { loadPlan } from "../plan/load.ts";
import { explain } from "../report/messages/explain.ts";
import { noticeWords } from "../report/messages/notice.ts";
import { makeAgents } from "./context/agent_choice.ts";
import { estimateFor } from "./estimate.ts";
import { allowedUncommitted, branchTargets, warningLines } from "./context/plan_paths.ts";
import { landingOf } from "./landing/land.ts";
import { landingsLeft } from "./landing/unlanded.ts";

/** Reads and decides everything that a run would, and changes nothing. The same failures stop it. */
export async function dryRun(
  { repo, planPath, settings }: { repo: Repository; planPath: string; settings: Settings },
): Promise<Schedule> {
  const plan = valueOf(await loadPlan(planPath));
  const selection = valueOf(select(plan.tasks, withoutGroups(plan, settings.only)));
  const ready = await checkRepository(repo, {
    base: settings.base,
    allowDirty: settings.allowDirty,
    allowedUncommitted: allowedUncommitted(repo, plan, settings),
  });
  const agent = valueOf(makeAgent(settings.agent, settings));
  const { tasks, skipped } = selection;
  const agents = await resultOf(() => makeAgents(agent, tasks, settings));
  // Showing the schedule needs no agent.
  if (!agents.ok && agents.failure.reason !== "agent_missing") throw new Failed(agents.failure);
  await checkBranches(repo, branchTargets(repo, tasks), plan.identity);
  const placed = await withConfiguredFolder(repo, settings.worktrees);
  const land = await landingOf(repo, ready.base, settings);
  const unlanded = [...(await landingsLeft(repo, plan, skipped, settings)).keys()];
  const found = await findChecks(repo.checkout, settings.checks);
  return {
    plan: { name: plan.name, path: plan.path },
    base: ready.base,
    land,
    jobs: settings.jobs,
    agent: agent.name,
    model: settings.model,
    cost: await estimateFor(repo, tasks, settings),
    checks: [...(found.setup ? [found.setup] : []), ...found.checks],
    tasks: scheduleOf(tasks, (task) => repo.branchOf(task))
      .map((task) => ({ ...task, worktree: placed.shownPlaceOf(task.id) })),
    skipped: skipped.map(({ id }) => id).filter((id) => !unlanded.includes(id)),
    unlanded,
    conflicts: conflictsOfPlan(tasks),
    warnings: [
      ...(agents.ok ? [] : [explain(agents.failure).message]),
      ...warningLines(repo.checkout, plan),
      ...found.notes.map((note) => noticeWords({ about: "checks_unread", note })),
    ],
  };
}
