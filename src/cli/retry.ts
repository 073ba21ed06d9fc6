import { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";
import { addRetryOptions } from "./setting_options.ts";

export function command(context: Context) {
  const command = new Command("retry")
    .description("Execute blocked tasks again, and the tasks that wait for them")
    .argument("<task...>", "Blocked tasks of the last run's plan");
  addRetryOptions(command);
  return command.action(async (tasks, flags) => {
    const { prepareRetry } = await import("./resume_run.ts");
    const ready = await prepareRetry(context, tasks, flags);
    const { executePlan } = await import("./execute_plan.ts");
    await executePlan(context, ready);
  });
}
