import { Command } from "@commander-js/extra-typings";
import { ok, type Result } from "../domain/result.ts";
import { openRepository } from "../git/repository.ts";
import { type StatusReport, statusReport, statusText } from "../report/run/status.ts";
import { branchFacts } from "../run/maintenance/branch_status.ts";
import type { Context } from "./context.ts";
import { planInHand, tasksOf } from "./runs.ts";

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
  const found = await planInHand(repo.value);
  if (!found.ok) return found;
  const { plan, run } = found.value;
  const facts = await branchFacts(repo.value, plan, run?.record.base);
  if (!facts.ok) return facts;
  const known = await tasksOf(repo.value.commonDir, plan, run?.record);
  return ok(statusReport(plan, run?.record, run?.live ?? false, facts.value, known));
}
