import { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";
import { detach, DETACH_HELP } from "./detach.ts";
import { addResumeOptions } from "./setting_options.ts";

export function command(context: Context) {
  const command = new Command("resume")
    .description("Continue a run that was interrupted or crashed")
    .argument("[run]", "Id of the run (default: the last run)")
    .option("--detach", DETACH_HELP);
  addResumeOptions(command);
  return command.action(async (id, flags) => {
    if (flags.detach) return await detach(context);
    const { prepareResume } = await import("./resume_run.ts");
    const ready = await prepareResume(context, id, flags);
    const { executePlan } = await import("./execute_plan.ts");
    await executePlan(context, ready);
  });
}
