import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { toolEnv } from "../exec/env.ts";
import { runInherited } from "../exec/inherit.ts";
import { changes } from "../git/commit.ts";
import { Worktree } from "../git/worktree.ts";
import { shellWord } from "../report/escape.ts";
import { plural } from "../report/layout.ts";
import { exists } from "../util/files.ts";
import { PATCH, rangeOf } from "../web/run_files.ts";
import type { Context } from "./context.ts";
import { knownTask } from "./known_task.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("diff")
    .description("Show a task's own changes against what it started from, as git diff does")
    .argument("<task>", "Task of the plan")
    .option("--stat", "Only how much changed in which files")
    .action(async (id, { stat }) => {
      const { repo, task, record } = await knownTask(io.cwd, id);
      const range = await rangeOf(repo, task, record);
      const worktree = new Worktree(repo, id);
      const open = exists(`${worktree.path}/.git`) ? await changes(worktree) : [];
      const uncommitted = `${plural(open.length, "file")} in its worktree not committed`;
      const look = `git -C ${shellWord(worktree.path)} status`;
      if (!range) {
        const message = `${id} has no commits of its own` +
          (open.length === 0 ? "" : `, but ${uncommitted}`);
        const hint = open.length === 0 ? `parex show ${id}` : look;
        throw new Failed({ reason: "usage", message, hint });
      }
      if (open.length > 0) io.err(`${id} also has ${uncommitted}: ${look}\n`);
      // A person at a terminal gets git's configured output; a program gets what `git apply` reads.
      const plain = io.stdoutIsTerminal ? [] : PATCH;
      const options = [...plain, ...(stat ? ["--stat"] : [])];
      const args = ["diff", ...options, "--end-of-options", range.from, range.to];
      // git knows the user's pager, and whether there is a terminal.
      context.exit(
        await runInherited(["git", ...args, "--"], { cwd: repo.root, env: toolEnv({}) }),
      );
    });
}
