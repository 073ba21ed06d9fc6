/** The worktree of a task, with everything that its removal could lose. */
import { join } from "node:path";
import { excludeLocally } from "../../../src/git/excludes.ts";
import { recordOwner } from "../../../src/git/plan_owners.ts";
import { openRepository, type Repository } from "../../../src/git/repository.ts";
import { Worktree } from "../../../src/git/worktree.ts";
import { type TempRepo, tempRepo } from "../../support/repo.ts";
import { treeOf } from "../../support/tree.ts";

export const WORK = { run: "run-1", task: "task-1", branch: "feature/task-1" };
const FILES = {
  "a.txt": "1\n2\n3\n",
  "tool.sh": "#!/bin/sh\n",
  "dir/b.txt": "b\n",
  "eol.txt": "x\n",
  ".gitattributes": "* text=auto\n",
  ".gitignore": "*.log\n",
};

export interface Stage extends AsyncDisposable {
  temp: TempRepo;
  repo: Repository;
  worktree: string;
  tree: Worktree;
  git(...args: string[]): Promise<string>;
}

/** A repository with a submodule, and in it the worktree of a task. */
export async function stage(): Promise<Stage> {
  const library = await tempRepo({ name: "library" });
  const temp = await tempRepo({ files: FILES });
  await temp.git(["submodule", "add", "-q", library.root, "lib"]);
  await temp.commit("Add a submodule");
  const repo = await openRepository(temp.root);
  await excludeLocally(repo, "/worktrees/");
  await recordOwner(repo, WORK.branch, "plan-1");
  const worktree = join(temp.root, "worktrees/task-1");
  await temp.git(["worktree", "add", "-q", "-b", WORK.branch, worktree]);
  await temp.git(["submodule", "-q", "update", "--init"], worktree);
  return {
    temp,
    repo,
    worktree,
    tree: new Worktree(repo, WORK.task),
    git: (...args) => temp.git(args, worktree),
    [Symbol.asyncDispose]: async () => {
      await library[Symbol.asyncDispose]();
      await temp[Symbol.asyncDispose]();
    },
  };
}

/** Everything that a person sees of a worktree. */
export async function sightOf({ temp }: Stage, worktree: string) {
  return {
    files: await treeOf(worktree),
    status: await temp.git(["status", "--porcelain", "-z", "-uall"], worktree),
    index: await temp.git(["ls-files", "--stage", "-z"], worktree),
    head: await temp.git(["rev-parse", "HEAD"], worktree),
  };
}
