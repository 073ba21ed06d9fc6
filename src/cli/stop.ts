import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { repositoryAt } from "./repository.ts";
import type { Steering } from "../run/task/steering.ts";
import type { Context } from "./context.ts";
import { steer } from "./steer.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("stop")
    .description(
      "End the agent or check of a task in the run in progress; its work stays in its worktree, and " +
        "parex retry continues it",
    )
    .argument("[task...]", "Tasks at work")
    .option(
      "--all",
      "End the whole run, as Ctrl-C does where it was started; parex resume continues it",
    )
    .action(async (tasks, { all }) => {
      const { commonDir } = await repositoryAt(io.cwd);
      if (tasks.length === 0 && !all) {
        const message = "name the tasks to stop";
        throw new Failed({ reason: "usage", message, hint: "end the whole run: parex stop --all" });
      }
      const ask = async (steering: Steering): Promise<string> => {
        const run = await steer(commonDir, steering);
        if (run !== undefined) return run;
        const message = "no run is in progress in this repository";
        throw new Failed({ reason: "usage", message, hint: "parex status" });
      };
      if (all) io.out(`run ${await ask({ ask: "end" })} has ended\nnext: parex resume\n`);
      else {
        for (const task of tasks) {
          const run = await ask({ ask: "stop", task });
          io.out(`${task}: stopped in run ${run}\nnext: parex retry ${task}\n`);
        }
      }
    });
}
