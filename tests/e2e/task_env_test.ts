/** What the processes of a task see of the machine around parex. */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { textOf } from "../support/repo.ts";
import { rig } from "../support/rig.ts";

/** Leaves the environment of whoever calls it in `$NOTES`. */
const shows = (who: string) => `env > "$NOTES/${who}.$PAREX_TASK_ID"`;

function variablesOf(text: string | undefined): Record<string, string> {
  return Object.fromEntries((text ?? "").split("\n").map((line) => line.split(/=(.*)/s, 2)));
}

Deno.test("a task's agent, setup, checks and hooks see its own tree and not the user's", async () => {
  const notes = 'NOTES="$RIG/notes"; ';
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    agent: { any: `${shows("agent")}; echo work > $PAREX_TASK_ID.txt` },
    config: `setup: '${notes}${shows("setup")}'\ntest: '${notes}${shows("check")}'\n` +
      "env:\n  LOG_LEVEL: debug\n",
  });
  const hook = `#!/bin/sh\n${notes}${shows("hook")}\n`;
  await Deno.writeTextFile(join(stage.root, ".git/hooks/pre-commit"), hook, { mode: 0o755 });
  const env = {
    PWD: join(stage.root, "gone"),
    PATH: `${stage.root}/node_modules/.bin:${Deno.env.get("PATH")}`,
    PYTHONPATH: `${stage.root}/src`,
    VIRTUAL_ENV: `${stage.root}/.venv`,
    npm_config_local_prefix: stage.root,
  };
  const { code, stderr } = await stage.parex(["execute"], { env });
  assertEquals(code, 0, stderr);

  for (const who of ["agent", "setup", "check", "hook"]) {
    const seen = variablesOf(await stage.note(`${who}.a`));
    const tree = seen.PAREX_WORKTREE ?? "";
    assertEquals(seen.PWD, tree, who);
    assertEquals(seen.PYTHONPATH, `${tree}/src`, who);
    assertMatch(seen.PATH ?? "", new RegExp(`(^|:)${tree}/node_modules/.bin:`));
    assertEquals([seen.VIRTUAL_ENV, seen.npm_config_local_prefix], [undefined, undefined], who);
    assertEquals([seen.LOG_LEVEL, seen.GIT_REFLOG_ACTION], ["debug", "parex a"], who);
  }
  const agent = variablesOf(await stage.note("agent.a"));
  assertEquals(
    [agent.GIT_AUTHOR_NAME, agent.GIT_COMMITTER_EMAIL],
    ["Test", "test@example.org"],
  );
  const reflog = await textOf(join(stage.root, ".git/logs/refs/heads/feature/a")) ?? "";
  assertMatch(reflog, /parex a: /);
});

Deno.test("concurrent tasks have slots, ports and compose projects of their own", async () => {
  const together = `${shows("agent")}
until [ -f "$NOTES/agent.a" ] && [ -f "$NOTES/agent.b" ]; do sleep 0.05; done
echo "$PAREX_ATTEMPT" > $PAREX_TASK_ID.txt`;
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    agent: { any: together, "a.2": `${shows("again")}; echo 2 > a.txt` },
    config: `test: '[ ! -f a.txt ] || grep -q 2 a.txt'\n`,
  });
  assertEquals((await stage.execute({ jobs: "2" })).code, 0);
  const names = ["PAREX_SLOT", "PAREX_PORT", "COMPOSE_PROJECT_NAME"];
  const of = async (note: string) => {
    const seen = variablesOf(await stage.note(note));
    return names.map((name) => seen[name]);
  };
  const [a, b, again] = [await of("agent.a"), await of("agent.b"), await of("again.a")];
  for (const [at, name] of names.entries()) assert(a[at] !== b[at], `${name}: ${a[at]}`);
  assertEquals(again, a, "an attempt has what the one before it had");
  assertEquals([a[0], b[0]].sort(), ["0", "1"]);
});
