import { join } from "node:path";
import type { Env } from "../../src/exec/env.ts";
import { tempRepo } from "../support/repo.ts";

export interface Guarded extends AsyncDisposable {
  /** The main checkout. */
  root: string;
  worktree: string;
  /** A folder that has nothing to do with the repository. */
  outside: string;
  git(args: string[], cwd?: string): Promise<string>;
  /** The environment of the task's agent. */
  env: Env;
}

/** A repository with a plan and the worktree of its `task-1`, as a run makes them. */
export async function guarded(): Promise<Guarded> {
  const repo = await tempRepo({
    files: {
      "README.md": "# Sample\n",
      "src/a.ts": "export {};\n",
      "src/b.ts": "export {};\n",
      ".parallel/plans/tasks/task-1.md": "# Task\n",
    },
  });
  const outside = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-outside-" }));
  const worktree = join(repo.root, "worktrees/task-1");
  await repo.git(["branch", "other"]);
  await repo.git(["worktree", "add", "-q", "-b", "feature/task-1", worktree]);
  await Deno.symlink(outside, join(worktree, "away"));
  await Deno.symlink("src", join(worktree, "sources"));
  await Deno.writeTextFile(join(repo.root, ".git/info/exclude"), "away\nsources\nworktrees\n");
  return {
    root: repo.root,
    worktree,
    outside,
    git: repo.git,
    env: {
      HOME: outside,
      PAREX_TASK_ID: "task-1",
      PAREX_WORKTREE: worktree,
      PAREX_TASK_FILE: join(repo.root, ".parallel/plans/tasks/task-1.md"),
      PAREX_ATTEMPT: "1",
      PAREX_RUN_ID: "run-1",
    },
    async [Symbol.asyncDispose]() {
      await repo[Symbol.asyncDispose]();
      await Deno.remove(outside, { recursive: true });
    },
  };
}
