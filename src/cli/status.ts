import { Command } from "@commander-js/extra-typings";
import { openRepository } from "../git/repository.ts";
import { type StatusReport, statusReport, statusText } from "../report/run/status.ts";
import { branchFacts } from "../run/maintenance/branch_status.ts";
import type { Context } from "./context.ts";
import { planInHand, tasksOf } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("status")
    .description("Show tasks, branches, worktrees and costs of the last or current run")
    .option("--json", "Print the status as JSON")
    .action(async ({ json }) => {
      const status = await readStatus(io.cwd);
      if (json) io.out(JSON.stringify(status) + "\n");
      else io.out(statusText(status, { color: io.colorOut, columns: io.columns }));
    });
}

async function readStatus(cwd: string): Promise<StatusReport> {
  const repo = await openRepository(cwd);
  const { plan, run } = await planInHand(repo, cwd);
  const facts = await branchFacts(repo, plan, run?.record.base);
  const known = await tasksOf(repo.commonDir, plan, run?.record);
  return statusReport(plan, run?.record, run?.live ?? false, facts, known);
}
