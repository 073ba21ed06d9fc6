import { Command } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { Failed, valueOf } from "../domain/failed.ts";
import type { Plan, Problem } from "../domain/plan.ts";
import { sh } from "../exec/sh.ts";
import { findPlan } from "../plan/find.ts";
import { loadPlan } from "../plan/load.ts";
import { type PlanCheck, planCheckText } from "../report/commands/validate.ts";
import type { Context } from "./context.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("validate")
    .description("Report all problems in a plan and its task files")
    .argument(
      "[plan]",
      "Plan, or another tool's task list (default: .parallel/plans/plan.yaml, then …/active/plan.yaml)",
    )
    .option("--all", "Print each problem, also where many are of one kind")
    .option("--json", "Print all problems as JSON")
    .action(async (named, flags) => {
      const path = named === undefined ? await usualPlan(io.cwd) : resolve(io.cwd, named);
      const loaded = await loadPlan(path);
      if (loaded.ok) return show(context, validCheck(loaded.value), loaded.value.path, flags);
      const { failure } = loaded;
      if (failure.reason !== "plan_invalid") throw new Failed(failure);
      show(context, invalidCheck(failure.problems), failure.path, flags);
    });
}

/** The plan in its usual place: in the repository, or outside of one in the current folder. */
async function usualPlan(cwd: string): Promise<string> {
  const top = await sh(["git", "rev-parse", "--show-toplevel"], { cwd });
  return valueOf(await findPlan(top.code === 0 ? top.stdout.replace(/\r?\n$/, "") : cwd, cwd));
}

function validCheck({ name, path, identity, tasks, warnings }: Plan): PlanCheck {
  return {
    valid: true,
    plan: { name, path, identity },
    tasks: tasks.length,
    problems: warnings,
  };
}

function invalidCheck(problems: Problem[]): PlanCheck {
  return { valid: false, plan: null, tasks: 0, problems };
}

function show(
  { io, exit }: Context,
  check: PlanCheck,
  path: string,
  { json, all }: { json?: true; all?: true },
): void {
  if (json) io.out(JSON.stringify(check) + "\n");
  else io.out(planCheckText(check, path, { color: io.colorOut, cwd: io.cwd, all }));
  exit(check.valid ? 0 : 2);
}
