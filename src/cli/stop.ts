import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { openRepository } from "../git/repository.ts";
import type { Context } from "./context.ts";
import { steer } from "./steer.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("stop")
    .description(
      "End the agent or check of a task in the run in progress; its work stays in its worktree, and " +
        "parex retry continues it",
    )
    .argument("<task...>", "Tasks at work; to end the whole run, press Ctrl-C where it runs")
    .action(async (tasks) => {
      const { commonDir } = await openRepository(io.cwd);
      for (const task of tasks) {
        const run = await steer(commonDir, { ask: "stop", task });
        if (run === undefined) {
          const message = "no run is in progress in this repository";
          throw new Failed({ reason: "usage", message, hint: "parex status" });
        }
        io.out(`${task}: stopped in run ${run}\nnext: parex retry ${task}\n`);
      }
    });
}
