/** A repository with a task's worktree beside it, another one of the user's, and an agent without a model. */
import { dirname, join } from "node:path";
import type { EventBody } from "../../src/domain/event.ts";
import { traceEnv } from "../../src/git/command_trace.ts";
import { openRepository } from "../../src/git/repository.ts";
import { Worktree } from "../../src/git/worktree.ts";
import { lookoutFor } from "../../src/run/context/plan_paths.ts";
import { traceOf } from "../../src/run/context/work_env.ts";
import type { BorderScope } from "../../src/run/task/borders.ts";
import { assertEquals } from "../support/assert.ts";
import { testEnv, TIDY_GIT } from "../support/env.ts";
import { tempRepo, writeFiles } from "../support/repo.ts";

export interface Stage extends AsyncDisposable {
  root: string;
  /** Another worktree, of the user's. */
  other: string;
  scope: BorderScope;
  worktree: Worktree;
  told: EventBody[];
  /** Runs a script in the worktree as an agent would. */
  run(script: string): Promise<void>;
  /** As the user would who was told of changed files, and parex before the next attempt. */
  tidyUp(): void;
}

export async function bordered(): Promise<Stage> {
  const sample = await tempRepo({ commits: [{ "README.md": "# Sample\n\nMore.\n" }] });
  const { root } = sample;
  const folder = dirname(root);
  const other = join(folder, "other");
  for (
    const args of [
      ["branch", "side"],
      ["tag", "v1"],
      ["update-ref", "refs/parex/rescue/old/x", "main~1"],
      ["worktree", "add", "-q", "-b", "users", other],
      ["worktree", "add", "-q", "-b", "feature/t", "../repo.worktrees/t"],
    ]
  ) await sample.git(args);
  await writeFiles(join(root, ".git"), {
    "hooks/post-merge": "#!/bin/sh\n",
    "info/exclude": "/worktrees\n",
  });
  await Deno.chmod(join(root, ".git/hooks/post-merge"), 0o755);
  const repo = await openRepository(root);
  const told: EventBody[] = [];
  const dir = join(folder, "run");
  const path = join(folder, "plan/plan.yaml");
  const plan = { name: "p", identity: "p", path, tasks: [], warnings: [] };
  const scope: BorderScope = {
    run: "r1",
    dir,
    repo,
    tasks: new Map(),
    checkouts: [root],
    lookout: lookoutFor(repo, plan, dir),
    emit: (event) => told.push(event),
    reportedCrossings: new Set(),
  };
  const worktree = new Worktree(repo, "t");
  const tip = git(root, "rev-parse", "main");
  const pointer = Deno.readTextFileSync(join(worktree.path, ".git"));
  return {
    root,
    other,
    scope,
    worktree,
    told,
    run: async (script) => {
      const env = {
        ...{ ROOT: root, OTHER: other, GIT_REFLOG_ACTION: "parex t" },
        ...traceEnv(traceOf(scope, "t")),
      };
      await command("sh", ["-c", script], worktree.path, env).output();
    },
    tidyUp: () => {
      git(root, "reset", "-q");
      git(root, "checkout", "-q", "--", ".");
      git(root, "clean", "-qfd");
      assertEquals(Deno.readTextFileSync(join(worktree.path, ".git")), pointer);
      git(worktree.path, "checkout", "-q", "-f", "-B", "feature/t", tip);
      git(other, "checkout", "-q", "-f", "users");
    },
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}

/** What must be the same after every way. */
export function stateOf(root: string): Record<string, string> {
  const kept = /refs\/(heads\/(main|side)|tags|replace|notes|parex\/rescue\/old)/;
  const format = "--format=%(refname) %(objectname) %(symref)";
  const inGit = (path: string) => textSync(join(root, ".git", path));
  return {
    refs: git(root, "for-each-ref", format).split("\n").filter((line) => kept.test(line)).join(
      "\n",
    ),
    HEAD: inGit("HEAD"),
    index: git(root, "ls-files", "-s"),
    config: git(root, "config", "--local", "--list"),
    hooks: [...Deno.readDirSync(join(root, ".git/hooks"))]
      .map(({ name }) => `${name} ${Deno.statSync(join(root, ".git/hooks", name)).mode}`).join(),
    info: ["exclude", "grafts", "attributes"].map((name) => inGit(`info/${name}`)).join(),
    objects: inGit("objects/info/alternates") + inGit("shallow"),
    pointers: inGit("worktrees/t/gitdir") + inGit("worktrees/t/commondir"),
  };
}

export function git(cwd: string, ...args: string[]): string {
  return new TextDecoder().decode(command("git", args, cwd).outputSync().stdout).trim();
}

export function command(program: string, args: string[], cwd: string, more = {}): Deno.Command {
  const env = testEnv({ LC_ALL: "C", ...TIDY_GIT, ...more });
  return new Deno.Command(program, { args, cwd, env, clearEnv: true, stdin: "null" });
}

function textSync(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "absent";
  }
}
