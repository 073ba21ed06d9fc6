import { Command } from "@commander-js/extra-typings";
import { repositoryAt } from "./repository.ts";
import type { Context } from "./context.ts";
import { steer } from "./steer.ts";
import { addRetryOptions } from "./setting_options.ts";

export function command(context: Context) {
  const command = new Command("retry")
    .description(
      "Execute blocked tasks again, and the tasks that wait for them: in the run in progress, or in " +
        "a new one",
    )
    .argument("<task...>", "Blocked tasks of the last run's plan");
  addRetryOptions(command);
  return command.action(async (tasks, flags) => {
    const left = await retryInLiveRun(context, tasks);
    if (left.length === 0) return;
    const { prepareRetry } = await import("./resume_run.ts");
    const ready = await prepareRetry(context, left, flags);
    const { executePlan } = await import("./execute_plan.ts");
    await executePlan(context, ready);
  });
}

/** The tasks that no run in progress has taken. */
async function retryInLiveRun({ io }: Context, tasks: string[]): Promise<string[]> {
  const { commonDir } = await repositoryAt(io.cwd);
  const left = [];
  for (const task of tasks) {
    const run = await steer(commonDir, { ask: "retry", task });
    if (run === undefined) left.push(task);
    else io.out(`${task}: run ${run} retries it\n`);
  }
  return left;
}
