import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { repositoryAt } from "./repository.ts";
import type { Context } from "./context.ts";
import { steer } from "./steer.ts";

const HINT = "parex set jobs=6 budget=30";

export function command(context: Context) {
  const { io } = context;
  return new Command("set")
    .description(
      "Change how many agents work at the same time, or the budget, of the run in progress",
    )
    .argument("<name=value...>", "jobs=N, budget=USD")
    .action(async (words) => {
      const { commonDir } = await repositoryAt(io.cwd);
      const run = await steer(commonDir, { ask: "set", ...changeOf(words) });
      if (run === undefined) {
        const message = "no run is in progress in this repository";
        throw new Failed({ reason: "usage", message, hint: "parex execute --jobs 6 --budget 30" });
      }
      io.out(`run ${run}: ${words.join(", ")}\n`);
    });
}

function changeOf(words: readonly string[]): { jobs?: number; budgetUsd?: number } {
  const change: { jobs?: number; budgetUsd?: number } = {};
  for (const word of words) {
    const [name, value = ""] = word.split("=", 2);
    const number = Number(value);
    if (name === "jobs" && /^[1-9]\d{0,3}$/.test(value)) change.jobs = number;
    else if (name === "budget" && /^\d+(\.\d+)?$/.test(value) && number > 0) {
      change.budgetUsd = number;
    } else {
      const message = `"${word}" is not valid; expected jobs=N (1 or more) or budget=USD`;
      throw new Failed({ reason: "usage", message, hint: HINT });
    }
  }
  return change;
}
