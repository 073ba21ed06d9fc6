import { makeAgent } from "../agent/agents.ts";
import { findChecks } from "../checks/find.ts";
import { conflictsOfPlan } from "../domain/conflict.ts";
import { ok, type Result } from "../domain/result.ts";
import { type Schedule, scheduleOf } from "../domain/dry_run.ts";
import { select } from "../domain/selection.ts";
import type { Settings } from "../domain/settings.ts";
import { checkBranches, checkRepository } from "../git/prerequisites.ts";
import type { Repository } from "../git/repository.ts";
import { loadPlan } from "../plan/load.ts";
import { checkNote } from "../report/run/phrases.ts";
import { gatherCrew } from "./context/agent_choice.ts";
import { estimateFor } from "./estimate.ts";
import { branchTargets, mayBeDirty, warningLines } from "./context/plan_paths.ts";
import { checkGitHub } from "./landing/land.ts";

/** Reads and decides all that a run would, and does nothing. The same failures stop it. */
export async function dryRun(
  { repo, planPath, settings }: { repo: Repository; planPath: string; settings: Settings },
): Promise<Result<Schedule>> {
  const plan = await loadPlan(planPath);
  if (!plan.ok) return plan;
  const selection = select(plan.value.tasks, settings.only);
  if (!selection.ok) return selection;
  const ready = await checkRepository(repo, {
    ...(settings.base === undefined ? {} : { base: settings.base }),
    allowDirty: settings.allowDirty,
    mayBeDirty: mayBeDirty(repo, plan.value, settings),
  });
  if (!ready.ok) return ready;
  const agent = makeAgent(settings.agent, settings);
  if (!agent.ok) return agent;
  const { tasks, skipped } = selection.value;
  const crew = await gatherCrew(agent.value, tasks, settings);
  if (!crew.ok) return crew;
  const branches = await checkBranches(repo, branchTargets(repo, tasks), plan.value.identity);
  if (!branches.ok) return branches;
  const landable = await checkGitHub(repo, ready.value.base, settings);
  if (!landable.ok) return landable;
  const found = await findChecks(repo.checkout, settings.checks);
  return ok({
    plan: { name: plan.value.name, path: plan.value.path },
    base: ready.value.base,
    jobs: settings.jobs,
    agent: agent.value.name,
    ...(settings.model === undefined ? {} : { model: settings.model }),
    cost: await estimateFor(repo, tasks, settings),
    checks: [...(found.setup ? [found.setup] : []), ...found.checks],
    tasks: scheduleOf(tasks),
    skipped: skipped.map(({ id }) => id),
    conflicts: conflictsOfPlan(tasks),
    warnings: [...warningLines(repo.checkout, plan.value), ...found.notes.map(checkNote)],
  });
}
