import { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";
import { detach, DETACH_HELP } from "./detach.ts";
import { addSettingOptions } from "./setting_options.ts";

/** Exit code after an interruption by a person. */
const INTERRUPTED = 130;

export function command(context: Context) {
  const command = new Command("execute")
    .description("Run a plan: every task in its own worktree, checked by parex")
    .argument(
      "[plan]",
      "Plan, or another tool's task list (default: .parallel/plans/plan.yaml, then …/active/plan.yaml)",
    )
    .option("--detach", DETACH_HELP);
  addSettingOptions(command);
  return command.action(async (named, given) => {
    if (given.detach) return await detach(context);
    const { plan, flags } = planAmongTasks(named, given);
    // Loaded late: the help of this command must be fast.
    const { prepareRun } = await import("./ready_run.ts");
    const [ready, { executePlan, showSchedule }] = await Promise.all([
      prepareRun(context, plan, flags),
      import("./execute_plan.ts"),
    ]);
    if (ready.settings.dryRun) await showSchedule(context, ready);
    else {
      const { offerResume } = await import("./resume_run.ts");
      const run = await offerResume(context, ready, flags);
      if (run) await executePlan(context, run);
      else context.exit(INTERRUPTED);
    }
  });
}

/** In `--only a b plan.yaml`, the option takes all words after it, so the last one can be the plan. */
function planAmongTasks<Flags extends object>(
  plan: string | undefined,
  flags: Flags,
): { plan: string | undefined; flags: Flags } {
  const only = "only" in flags && Array.isArray(flags.only) ? flags.only as string[] : [];
  const last = only.at(-1);
  const isPlan = plan === undefined && last !== undefined && /\.ya?ml$|\//i.test(last);
  return isPlan ? { plan: last, flags: { ...flags, only: only.slice(0, -1) } } : { plan, flags };
}
