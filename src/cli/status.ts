import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { repositoryAt } from "./repository.ts";
import { type StatusReport, statusReport, statusText } from "../report/run/status.ts";
import { branchFacts } from "../run/maintenance/branch_status.ts";
import type { Context } from "./context.ts";
import { currentPlan, findRun, historyOf } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("status")
    .description(
      "Show the progress of the plan over all its runs: tasks, branches, worktrees, costs, " +
        "estimated completion",
    )
    .option("--run <id>", "Only what this run did (the beginning of its id will do)")
    .option("--json", "Print the status as JSON")
    .action(async ({ run, json }) => {
      const status = await readStatus(io.cwd, run);
      if (json) io.out(JSON.stringify(status) + "\n");
      else io.out(statusText(status, { color: io.colorOut, columns: io.columns }));
    });
}

async function readStatus(cwd: string, id: string | undefined): Promise<StatusReport> {
  const repo = await repositoryAt(cwd);
  const { plan, run: last } = await currentPlan(repo, cwd);
  const run = id === undefined ? last : await findRun(repo.commonDir, id);
  if (id !== undefined && run?.record.plan?.identity !== plan.identity) {
    const message = `run ${run?.record.run ?? id} is a run of another plan`;
    throw new Failed({ reason: "usage", message, hint: `parex report --run ${id}` });
  }
  const facts = await branchFacts(repo, plan, run?.record.base);
  if (run === undefined) return statusReport(plan, undefined, false, facts);
  const record = id === undefined ? await historyOf(repo.commonDir, run.record) : run.record;
  return statusReport(plan, record, run.live, facts);
}
