import { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";
import { addRetryOptions } from "./setting_options.ts";

export function command(context: Context) {
  const command = new Command("answer")
    .description(
      "Answer the question of a blocked task's agent, which continues with the answer " +
        "in the live run, or in a new one",
    )
    .argument("<task>", "Blocked task")
    .argument("<answer>", "What to tell its agent");
  addRetryOptions(command);
  return command.action(async (task, answer, flags) => {
    const { prepareAnswer } = await import("./answer_run.ts");
    const ready = await prepareAnswer(context, { task, answer: answer.trim() }, flags);
    if (!ready) return;
    const { executePlan } = await import("./execute_plan.ts");
    await executePlan(context, ready);
  });
}
