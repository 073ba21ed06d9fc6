import { Command } from "@commander-js/extra-typings";
import type { Plan } from "../domain/plan.ts";
import { ok, type Result } from "../domain/result.ts";
import { openRepository } from "../git/repository.ts";
import { findPlan } from "../plan/find.ts";
import { loadPlan } from "../plan/load.ts";
import { type StatusReport, statusReport, statusText } from "../report/status.ts";
import { branchFacts } from "../run/facts.ts";
import type { Context } from "./context.ts";
import { findRun, type KnownRun } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("status")
    .description("Show tasks, branches, worktrees and costs of the last or current run.")
    .option("--json", "print the status as JSON")
    .action(async ({ json }) => {
      const status = await readStatus(io.cwd);
      if (!status.ok) return context.fail(status.failure);
      if (json) io.out(JSON.stringify(status.value) + "\n");
      else io.out(statusText(status.value, { color: io.colorOut, columns: io.columns }));
    });
}

async function readStatus(cwd: string): Promise<Result<StatusReport>> {
  const repo = await openRepository(cwd);
  if (!repo.ok) return repo;
  const run = await findRun(repo.value.commonDir);
  if (!run.ok) return run;
  const plan = await planOf(repo.value.checkout, run.value);
  if (!plan.ok) return plan;
  // Another plan may lie at the path by now: what the last run did says nothing about this one.
  const same = run.value?.record.plan?.identity === plan.value.identity ? run.value : undefined;
  const facts = await branchFacts(repo.value, plan.value, same?.record.base);
  if (!facts.ok) return facts;
  return ok(statusReport(plan.value, same?.record, same?.live ?? false, facts.value));
}

/** The plan of the last run; where that is gone, or nothing was run, the one in its usual place. */
async function planOf(root: string, run: KnownRun | undefined): Promise<Result<Plan>> {
  if (run?.record.plan) {
    const plan = await loadPlan(run.record.plan.path);
    if (plan.ok || plan.failure.reason !== "plan_not_found") return plan;
  }
  const path = await findPlan(root);
  return path.ok ? await loadPlan(path.value) : path;
}
