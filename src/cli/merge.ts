import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import { processEnv } from "../exec/env.ts";
import { repositoryAt } from "./repository.ts";
import { mergeText } from "../report/commands/merge.ts";
import { startReporter } from "../report/live/start_reporter.ts";
import { mergeCompleted, type MergeInput } from "../run/merge_completed.ts";
import type { Context } from "./context.ts";
import { interruptible } from "./interrupt.ts";
import { currentPlan, historyOf, lastWithAgents } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("merge")
    .description("Land completed tasks through the merge queue: merged, checked, then on the base")
    .argument("[task...]", "Tasks to land, also blocked ones that you have fixed")
    .option("--base <branch>", "Branch to merge into (default: the last run's)")
    .option("--no-push", "Do not push the base where there is a remote")
    .option("--json", "Print events as NDJSON")
    .action(async (tasks, { json, ...flags }) => {
      const input = await prepare(context, flags);
      const reporter = startReporter(json ? "json" : "lines", io);
      const { onEvent } = reporter;
      const merging = mergeCompleted({ ...input, tasks, onEvent });
      const release = interruptible(merging, reporter);
      try {
        const report = await merging.done;
        reporter.stop();
        if (!json) io.out(mergeText(report.outcomes, (task) => input.repo.shownPlaceOf(task)));
        context.exit(report.exitCode);
      } finally {
        reporter.stop();
        release();
      }
    });
}

async function prepare(
  { io }: Context,
  flags: { base?: string; push: boolean },
): Promise<Pick<MergeInput, "repo" | "plan" | "settings" | "worked" | "landed">> {
  const repo = await repositoryAt(io.cwd);
  // An omitted switch has a default, which must not override the config file.
  const { base, push } = flags;
  const given = { base, push: push ? undefined : push };
  const env = processEnv();
  const { plan, run } = await currentPlan(repo, io.cwd);
  const input = { flags: given, env, root: repo.checkout, plan: plan.path };
  const settings = await loadSettings(input);
  const known = settings.base ?? run?.record.base;
  const worked = run && await lastWithAgents(repo.commonDir, run.record);
  const history = run && await historyOf(repo.commonDir, run.record);
  const landed = [...history?.tasks.values() ?? []].flatMap((task) =>
    task.landed ? [[task.id, task.landed.sha] as const] : []
  );
  return {
    repo,
    plan,
    landed: new Map(landed),
    worked: worked && !worked.agentless ? worked.run : undefined,
    settings: {
      ...settings,
      base: known,
      // Checks run the agents' code.
      sandbox: settings.sandbox || worked?.settings?.sandbox === true,
    },
  };
}
