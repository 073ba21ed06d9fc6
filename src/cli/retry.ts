import { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";
import { addRetryOptions } from "./setting_options.ts";

export function command(context: Context) {
  const command = new Command("retry")
    .description("Put blocked tasks back to pending, and execute them and what waits for them.")
    .argument("<task...>", "blocked tasks of the last run's plan");
  addRetryOptions(command);
  return command.action(async (tasks, flags) => {
    const { prepareRetry } = await import("./resume_run.ts");
    const ready = await prepareRetry(context, tasks, flags);
    const { executePlan } = await import("./execute_plan.ts");
    await executePlan(context, ready);
  });
}
