import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { makeRepository, makeScratchFolder } from "../demo/repository.ts";
import { introduction, whatIsLeft, whatToLookAt } from "../demo/guide.ts";
import { selfArgv, selfCommand, selfName } from "../exec/self.ts";
import { childEnv, type Env } from "../exec/env.ts";
import { runInherited } from "../exec/inherit.ts";
import type { Context } from "./context.ts";

/** `parex demo`: executes a sample plan in a scratch repository, without a key or a network. */
export function command(context: Context) {
  return new Command("demo")
    .description("execute a sample plan in a scratch repository with a built-in scripted agent")
    .option("--dir <folder>", "where to make the repository (default: a new temporary folder)")
    .action(async ({ dir }) => {
      const { io, exit } = context;
      const folder = await makeScratchFolder(dir === undefined ? undefined : resolve(io.cwd, dir));
      await makeRepository(folder, selfCommand("demo-agent"));
      io.err(introduction(folder));
      const argv = [...selfArgv(), "execute", "--yes", "--land", "merge"] as const;
      const code = await runInherited(argv, { cwd: folder, env: demoEnv() });
      exit(code);
      io.out(code === 0 ? whatToLookAt(folder, selfName()) : whatIsLeft(folder));
    });
}

/** The demo is the same for everybody, and may be run inside an agent's worktree. */
function demoEnv(): Env {
  const kept = Object.entries(childEnv())
    .filter(([name]) => !name.startsWith("PAREX_") || name === "PAREX_DEBUG");
  return Object.fromEntries(kept);
}
