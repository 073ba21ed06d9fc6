import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { makeRepository, makeScratchFolder } from "../demo/repository.ts";
import {
  demoLeftovers,
  demoTour,
  introduction,
  planningIntroduction,
  planningTour,
} from "../demo/guide.ts";
import { DEMO_REQUEST } from "../demo/planner.ts";
import { selfArgv, selfCommand, selfName } from "../exec/self.ts";
import { childEnv, type Env } from "../exec/env.ts";
import { runInherited } from "../exec/inherit.ts";
import type { Context } from "./context.ts";

/** `parex demo`: executes a sample plan in a scratch repository, without a key or a network. */
export function command(context: Context) {
  return new Command("demo")
    .description("Execute a sample plan in a scratch repository with a built-in scripted agent")
    .option("--dir <folder>", "Where to create the repository (default: a new temporary folder)")
    .option("--plan", "Show how a plan is drafted, by a scripted planner; execute nothing")
    .action(async ({ dir, plan }) => {
      const { io, exit } = context;
      const folder = await makeScratchFolder(dir === undefined ? undefined : resolve(io.cwd, dir));
      await makeRepository(folder, selfCommand("demo-agent"), { planned: plan !== true });
      if (plan) return await showPlanning(context, folder);
      io.err(introduction(folder));
      const argv = [...selfArgv(), "execute", "--yes", "--land", "merge"] as const;
      const code = await runInherited(argv, { cwd: folder, env: demoEnv() });
      exit(code);
      io.out(code === 0 ? demoTour(folder, selfName()) : demoLeftovers(folder));
    });
}

async function showPlanning({ io, exit }: Context, folder: string): Promise<void> {
  io.err(planningIntroduction(folder, DEMO_REQUEST));
  const argv = [...selfArgv(), "plan", "--yes", DEMO_REQUEST] as const;
  const code = await runInherited(argv, { cwd: folder, env: demoEnv() });
  exit(code);
  io.out(code === 0 ? planningTour(folder, selfName()) : demoLeftovers(folder));
}

/** The demo ignores the user's settings, and can run inside of an agent's worktree. */
function demoEnv(): Env {
  const kept = Object.entries(childEnv())
    .filter(([name]) => !name.startsWith("PAREX_") || name === "PAREX_DEBUG");
  return Object.fromEntries(kept);
}
