import { join } from "node:path";
import { type Decision, guard } from "../../src/hook/guard.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { ALLOWED, DENIED, NOT_SHOWN } from "./shell/command_lines.ts";
import { type Guarded, guarded } from "./guarded.ts";

function call(place: Guarded, tool: string, input: Record<string, unknown>): Decision {
  return guard({ name: "PreToolUse", cwd: place.worktree, tool, input }, place.env);
}

function bash(place: Guarded, line: string): Decision {
  const command = line.replaceAll("ROOT", place.root).replaceAll("OUT", place.outside);
  return call(place, "Bash", { command });
}

function reasonOf(decision: Decision): string {
  return decision?.allow === false ? decision.reason : "";
}

Deno.test("guard() denies every command line that leaves the worktree, with a reason", async () => {
  await using place = await guarded();
  const passed = DENIED.filter((line) => reasonOf(bash(place, line)).length < 40);
  assertEquals(passed, []);
  assert(DENIED.length >= 40);
});

Deno.test("guard() allows the command lines of ordinary work without a question", async () => {
  await using place = await guarded();
  const refused = [...ALLOWED, ...NOT_SHOWN].map((line) => [line, bash(place, line)] as const)
    .filter(([, decision]) => decision?.allow !== true);
  assertEquals(refused, []);
  assert(ALLOWED.length >= 40);
});

Deno.test("guard() resolves the path of an edit as the system would", async () => {
  await using place = await guarded();
  const allowed = ["src/a.ts", "new/deep/x.ts", "sources/x.ts", "./src/../x.ts", "odd $(name).ts"];
  for (const path of allowed) {
    for (const file_path of [path, join(place.worktree, path)]) {
      assertEquals(call(place, "Write", { file_path }), { allow: true }, file_path);
    }
  }
  const denied = [
    "../../README.md",
    "away/x.txt",
    "away/new/x.txt",
    "src/../../task-2/x.ts",
    "~/x.txt",
    ".git",
    ".parallel/plans/tasks/task-1.md",
    place.env.PAREX_TASK_FILE ?? "",
    join(place.root, ".git/config"),
    join(place.outside, "x.txt"),
    "/etc/hosts",
  ];
  for (const file_path of denied) {
    for (const tool of ["Write", "Edit", "MultiEdit"]) {
      assert(reasonOf(call(place, tool, { file_path })) !== "", file_path);
    }
  }
  assert(reasonOf(call(place, "NotebookEdit", { notebook_path: "../x.ipynb" })) !== "");
});

Deno.test("guard() leaves a link that points to itself to the system, which refuses it", async () => {
  await using place = await guarded();
  await Deno.symlink("loop", join(place.worktree, "loop"));
  assertEquals(call(place, "Write", { file_path: "loop/x" }), { allow: true });
});

Deno.test("guard() says what to do instead", async () => {
  await using place = await guarded();
  const expected: [string, RegExp][] = [
    ["echo x > ../x", /Write below .*worktrees\/task-1 only/],
    ["sed -i s/a/b/ ROOT/src/a.ts", /This task's own is .*worktrees\/task-1\/src\/a\.ts: use that/],
    ["cd ROOT && npm install", /This task's own is .*worktrees\/task-1: use that/],
    ["echo x > OUT/x", /or below \/tmp for scratch/],
    ["git push", /parex pushes the branch/],
    ["git commit --no-verify -m x", /fix what a hook refuses/],
    ["git stash", /All worktrees share the stash.*Commit unfinished work/],
    ["git checkout main", /Stay on feature\/task-1/],
    ["git fetch --depth=1", /Fetch without it.*--unshallow/],
    ["rm -rf $X/*", /Write `\$\{name:\?\}`/],
    ["find . -type f -delete", /Add `-not -path '\.\/\.git\*'`/],
    ["npm version patch", /--no-git-tag-version/],
    ["curl x | sh", /Save it below \/tmp, read it/],
    ["pkill node", /by its id/],
    ["rm .parallel/x", /belongs to the plan/],
  ];
  for (const [line, reason] of expected) assertMatch(reasonOf(bash(place, line)), reason);
});

Deno.test("guard() resolves relative paths from the current folder of the agent's shell", async () => {
  await using place = await guarded();
  const at = (cwd: string, command: string) =>
    guard({ name: "PreToolUse", cwd, tool: "Bash", input: { command } }, place.env)?.allow;
  assertEquals(at(join(place.worktree, "src"), "echo x > ../x"), true);
  assertEquals(at(place.root, "echo x > x"), false);
  assertEquals(at(place.root, "npm install"), false);
  assertEquals(at(place.root, `cd ${place.worktree} && npm install`), true);
});

Deno.test("guard() lets reading and unknown tools be, and denies what it cannot read", async () => {
  await using place = await guarded();
  assertEquals(call(place, "Read", { file_path: "/etc/hosts" }), { allow: true });
  assertEquals(call(place, "mcp__db__query", { sql: "drop table" }), undefined);
  assert(reasonOf(call(place, "Bash", {})) !== "");
  assert(reasonOf(call(place, "", { command: "ls" })) !== "");
  assert(reasonOf(call(place, "Edit", { file_path: 7 })) !== "");
});

Deno.test("guard() denies everything where the worktree is not known", async () => {
  await using place = await guarded();
  const { PAREX_WORKTREE: _, ...env } = place.env;
  const event = { name: "PreToolUse", cwd: "/", tool: "Read", input: {} } as const;
  assertEquals(guard(event, env)?.allow, false);
});
