/** With a sandbox, none of the ways out of a worktree changes anything outside. */
import { dirname, join } from "node:path";
import { sandboxed, whyNoSandbox } from "../../src/exec/sandbox.ts";
import type { CheckScope } from "../../src/run/context/run_context.ts";
import { sandboxOf } from "../../src/run/task/sandbox.ts";
import { isWithin } from "../../src/util/files.ts";
import { assertEquals } from "../support/assert.ts";
import { testEnv, TIDY_GIT } from "../support/env.ts";
import { needs } from "../support/needs.ts";
import { writeFiles } from "../support/repo.ts";
import { bordered, command, git, type Stage } from "./stage.ts";
import { SANDBOX_WAYS, WAYS } from "./ways.ts";

const NEEDS_SANDBOX = needs(
  "bubblewrap",
  await whyNoSandbox("/tmp") === undefined ? "bwrap" : undefined,
);

Deno.test({
  name: "no way out of a sandboxed worktree leaves a trace outside",
  ...NEEDS_SANDBOX,
  fn: async () => {
    await using stage = await bordered();
    const { root, worktree, scope } = stage;
    const outside = command("sleep", ["600"], root).spawn();
    const run = await inSandbox(stage, outside.pid);
    const own = [
      worktree.path,
      ...["objects", "refs/heads/feature", "logs/refs/heads/feature"].map((path) =>
        join(root, ".git", path)
      ),
      ...["layers", "tmp/t"].map((path) => join(scope.dir, path)),
    ];
    const tip = git(root, "rev-parse", "main");
    const look = () => filesIn(dirname(root), own);
    const traces: string[] = [];
    // Whatever else fails is the sandbox's work.
    await run("echo ran > ran.txt && git add ran.txt && git commit -qm ran");
    assertEquals(git(worktree.path, "log", "-1", "--format=%s"), "ran");
    let before = look();
    for (const [name, script] of Object.entries({ ...WAYS, ...SANDBOX_WAYS })) {
      await run(script);
      const after = look();
      for (const path of new Set([...before.keys(), ...after.keys()])) {
        if (before.get(path) !== after.get(path)) traces.push(`${name}: ${path}`);
      }
      git(root, "update-ref", "--no-deref", "refs/heads/feature/t", tip);
      git(worktree.path, "reset", "-q", "--hard");
      before = look();
    }
    assertEquals(traces.join("\n"), "");
    outside.kill();
    assertEquals((await outside.status).signal, "SIGTERM");
  },
});

/** Runs scripts as a sandboxed agent of the user's own would, in a home with a past. */
async function inSandbox({ root, other, worktree, scope }: Stage, outside: number) {
  const home = join(dirname(root), "home");
  await writeFiles(home, {
    ".bashrc": "",
    ".gitconfig": "",
    ".npmrc": "",
    ".claude/settings.json": "{}",
    ".claude/CLAUDE.md": "Answer in French.\n",
    ".npm/_cacache/kept": "",
  });
  await writeFiles(dirname(root), { "repo.worktrees/u/kept": "" });
  const full = {
    ...scope,
    settings: { sandbox: true, sandboxSockets: [], env: { HOME: home } },
    slots: { envOf: () => ({}) },
  };
  return async (script: string) => {
    const { sandbox } = await sandboxOf(full as unknown as CheckScope, worktree, "command");
    const variables = { HOME: home, ROOT: root, OTHER: other, OUTSIDE: `${outside}` };
    const env = testEnv({ LC_ALL: "C", ...TIDY_GIT, ...variables });
    if (!sandbox) throw new Error("no sandbox");
    const [program, ...args] = sandboxed(["sh", "-c", script], sandbox, env);
    await command(program, args, worktree.path, variables).output();
  };
}

/** What each file and link is, by path; without what the task may change, and git's notes about it. */
function filesIn(folder: string, own: readonly string[], found = new Map<string, string>()) {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (own.some((allowed) => isWithin(path, allowed))) continue;
    const isNote = /\.git\/worktrees\/t\/(?!gitdir|commondir|config\.worktree)/.test(path);
    if (isNote) continue;
    if (entry.isDirectory) filesIn(path, own, found);
    else if (entry.isSymlink) found.set(path, Deno.readLinkSync(path));
    else found.set(path, `${Deno.statSync(path).mode} ${Deno.readTextFileSync(path)}`);
  }
  return found;
}
