import { Command } from "@commander-js/extra-typings";
import { Failed } from "../domain/failed.ts";
import { processEnv } from "../exec/env.ts";
import { runInherited } from "../exec/inherit.ts";
import { exists } from "../util/files.ts";
import type { Context } from "./context.ts";
import { knownTask } from "./known_task.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("open")
    .description(
      "Open a task's worktree in your editor ($VISUAL or $EDITOR), or else a shell in it; " +
        "without a terminal, print its path",
    )
    .argument("<task>", "Task of the plan")
    .option("--shell", "A shell, whatever the editor is")
    .action(async (id, { shell }) => {
      const { task: { worktree } } = await knownTask(io.cwd, id);
      if (worktree === undefined || !exists(worktree)) {
        const message = `${id} has no worktree`;
        throw new Failed({ reason: "usage", message, hint: `parex diff ${id}` });
      }
      if (!io.stdoutIsTerminal) return io.out(`${worktree}\n`);
      const env = processEnv();
      const editor = shell ? undefined : env.VISUAL || env.EDITOR;
      // The variable may contain options; as with git, the shell splits them.
      const argv: [string, ...string[]] = editor
        ? ["sh", "-c", `${editor} "$@"`, editor, worktree]
        : [env.SHELL || "sh"];
      context.exit(await runInherited(argv, { cwd: worktree, env: { ...env, PWD: worktree } }));
    });
}
