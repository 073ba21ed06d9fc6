/** What an agent without a sandbox changes behind its borders is seen, told, and put back in git. */
import { dirname, join } from "node:path";
import type { EventBody } from "../../src/domain/event.ts";
import type { Task } from "../../src/domain/task.ts";
import { traceEnv } from "../../src/git/command_trace.ts";
import { openRepository } from "../../src/git/repository.ts";
import { Worktree } from "../../src/git/worktree.ts";
import { type BorderScope, withinBorders } from "../../src/run/task/borders.ts";
import { traceOf } from "../../src/run/context/run_context.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv, TIDY_GIT } from "../support/env.ts";
import { tempRepo, writeFiles } from "../support/repo.ts";
import { eventsOf, rig } from "../support/rig.ts";
import { WAYS } from "./ways.ts";

Deno.test("no way out of a worktree leaves main, HEAD, the index or git's files changed", async () => {
  await using stage = await bordered();
  const { root, scope, worktree, told } = stage;
  const wrong: string[] = [];
  let before = stateOf(root);
  for (const [name, script] of Object.entries(WAYS)) {
    told.length = 0;
    scope.reportedCrossings.clear();
    await withinBorders(scope, worktree, () => stage.run(script));
    const now = stateOf(root);
    for (const [what, was] of Object.entries(before)) {
      if (now[what] !== was) wrong.push(`${name}: ${what} was\n${was}\nand is\n${now[what]}`);
    }
    if (told.length === 0) wrong.push(`${name}: not seen`);
    stage.tidyUp();
    before = stateOf(root);
  }
  assertEquals(wrong.join("\n\n"), "");
  assert(Object.keys(WAYS).length >= 60);
});

Deno.test("what the user does meanwhile stays, and what the agent does on its own branch is nobody's concern", async () => {
  await using stage = await bordered();
  const { root, scope, worktree, told } = stage;
  const { left } = await withinBorders(scope, worktree, async () => {
    await stage.run(
      `echo work > w.txt; git add w.txt; git commit -qm work; git stash list; git fetch -q ../..`,
    );
    await writeFiles(root, { "users.txt": "mine\n" });
    git(root, "add", "users.txt");
    git(root, "commit", "-qm", "The user's");
    git(root, "checkout", "-q", "-b", "topic");
    git(root, "config", "branch.topic.remote", "origin");
    git(root, "status");
  });
  assertEquals(left, undefined);
  assertEquals(told, []);
  assertEquals(git(root, "log", "-1", "--format=%s"), "The user's");
});

Deno.test("a status line that parex writes into a task file meanwhile is not a change of the agent's", async () => {
  await using stage = await bordered();
  const { root, scope, worktree, told } = stage;
  const path = join(root, "plan/tasks/other.md");
  await writeFiles(root, { "plan/tasks/other.md": "---\nid: other\n---\n# Other\n" });
  const other = { id: "other", source: { kind: "file", path } } as Task;
  const plan = { ...scope.plan, path: join(root, "plan/plan.yaml"), tasks: [other] };
  await withinBorders({ ...scope, plan }, worktree, async () => {
    await Deno.writeTextFile(path, "---\nid: other\nstatus: testing\n---\n# Other\n");
  });
  assertEquals(told, []);
  await withinBorders({ ...scope, plan }, worktree, async () => {
    await Deno.writeTextFile(path, "---\nid: other\nstatus: testing\n---\n# Another\n");
  });
  assertEquals(told.length, 1);
});

Deno.test("where parex cannot look any more, the task's work is not trusted", async () => {
  await using stage = await bordered();
  const { scope, worktree, told } = stage;
  const { left } = await withinBorders(scope, worktree, () => stage.run(`rm "$ROOT/.git/HEAD"`));
  assertEquals(left?.reason, "left_worktree");
  assertEquals(told.map(({ type }) => type), ["border.crossed"]);
  assertMatch(JSON.stringify(told), /could not look outside of the worktree: git failed/);
});

Deno.test("an agent that commits in the checkout blocks its task; the commit can be found, the user's work is there", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  await stage.agent({
    a: `echo x > a.txt; git add a.txt; git commit -qm "feat: a"
git -C '${stage.root}' commit -q --allow-empty -m strayed`,
  });
  const main = await stage.repo.git(["rev-parse", "main"]);
  const { record, events } = await stage.execute({ jobs: 2, attempts: 1, land: "none" });
  assertEquals(record.tasks.get("a")?.failure?.reason, "left_worktree");
  assertEquals(record.tasks.get("b")?.status, "completed");
  assertEquals(await stage.repo.git(["rev-parse", "main"]), main);
  assertEquals(
    eventsOf(events, "border.crossed").map(({ task, what, undone }) => ({ task, what, undone })),
    [
      { task: "a", what: "the branch main was moved", undone: true },
    ],
  );
  const anchored = await stage.repo.git(["log", "--all", "--format=%s"]);
  assertMatch(anchored, /^strayed$/m);
});

interface Stage extends AsyncDisposable {
  root: string;
  scope: BorderScope;
  worktree: Worktree;
  told: EventBody[];
  /** Runs a script in the worktree as an agent would. */
  run(script: string): Promise<void>;
  /** As the user would who was told of changed files, and parex before the next attempt. */
  tidyUp(): void;
}

async function bordered(): Promise<Stage> {
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
  const scope: BorderScope = {
    run: "r1",
    dir: join(folder, "run"),
    repo,
    tasks: new Map(),
    checkouts: [root],
    plan: {
      name: "p",
      identity: "p",
      path: join(folder, "plan/plan.yaml"),
      tasks: [],
      warnings: [],
    },
    emit: (event) => told.push(event),
    reportedCrossings: new Set(),
  };
  const worktree = new Worktree(repo, "t");
  const tip = git(root, "rev-parse", "main");
  const pointer = Deno.readTextFileSync(join(worktree.path, ".git"));
  return {
    root,
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
function stateOf(root: string): Record<string, string> {
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

function git(cwd: string, ...args: string[]): string {
  return new TextDecoder().decode(command("git", args, cwd).outputSync().stdout).trim();
}

function command(program: string, args: string[], cwd: string, more = {}): Deno.Command {
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
