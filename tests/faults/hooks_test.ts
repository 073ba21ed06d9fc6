/** Hooks and signers of git that wait, hang, or leave something behind. */
import { dirname, join } from "node:path";
import type { RunEvent } from "../../src/domain/event.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { gateAt } from "../support/gate.ts";
import { processesWith } from "../support/processes.ts";
import { eventsOf, type Rig, rig } from "../support/rig.ts";

async function hook(stage: Rig, name: string, script: string): Promise<void> {
  const path = `.git/hooks/${name}`;
  await stage.repo.write({ [path]: `#!/bin/sh\n${script}\n` });
  await Deno.chmod(join(stage.root, path), 0o755);
}

async function withRemote(stage: Rig): Promise<void> {
  const bare = join(dirname(stage.root), "origin.git");
  await stage.repo.git(["init", "-q", "--bare", bare]);
  await stage.repo.git(["remote", "add", "origin", bare]);
  await stage.repo.git(["push", "-q", "origin", "main"]);
}

/** An agent that leaves the commit to parex. */
const LEAVES = 'echo done > "$PAREX_TASK_ID.txt"\n';

/** The run's notice that begins so, once it is there. */
function noticed(begins: RegExp) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const onEvent = (event: RunEvent) => {
    if (event.type === "notice" && begins.test(event.message)) resolve(event.message);
  };
  return { promise, onEvent };
}

Deno.test("a hook that waits is announced, and waited for", async () => {
  await using stage = await rig({ agent: { any: LEAVES } });
  await withRemote(stage);
  for (const [name, branch] of [["pre-commit", "feature/a"], ["pre-push", "feature/a"]]) {
    await using gate = await gateAt(join(stage.home, "gates", `${name}`));
    // As the hooks of the framework "pre-commit": the shell is gone, and its name with it.
    await hook(stage, name ?? "", `exec sh -c ${JSON.stringify(gate.wait.trim())}`);
    const notice = noticed(new RegExp(`^waiting for the ${name} hook of ${branch} `));
    const running = stage.execute({ land: "none" }, notice.onEvent);
    assertMatch(await notice.promise, /\(hook-timeout: 10m 00s\)$/);
    await gate.open();
    assertEquals((await running).code, 0);
    await Deno.remove(join(stage.root, ".git/hooks", name ?? ""));
    await stage.repo.git(["worktree", "remove", "--force", stage.worktree("a")]);
    await stage.repo.git(["branch", "-D", "feature/a"]);
    await stage.repo.git(["push", "-q", "origin", ":feature/a"]);
    await stage.repo.git(["checkout", "-q", "--", "."]);
  }
});

Deno.test("a hook that hangs is ended after its time, and no agent is paid to repair it", async () => {
  await using stage = await rig({ agent: { any: LEAVES }, config: "hook-timeout: 1s\n" });
  await using gate = await gateAt(join(stage.home, "gates/hook"));
  await hook(stage, "pre-commit", gate.wait);
  const { code, record, events } = await stage.execute({ land: "none" });
  assertEquals(code, 1);
  assertMatch(
    JSON.stringify(record.tasks.get("a")),
    /commit_failed.*the pre-commit hook did not end within 1\.0s \(hook-timeout\)/,
  );
  assertEquals(eventsOf(events, "agent.started").length, 1);
  assertMatch(await Deno.readTextFile(join(stage.worktree("a"), "a.txt")), /done/);
});

Deno.test("a signer that waits is announced, and bounded", async () => {
  await using stage = await rig({ agent: { any: LEAVES }, config: "hook-timeout: 4s\n" });
  await using gate = await gateAt(join(stage.home, "gates/gpg"));
  await stage.repo.write({ "../bin/my-gpg": `#!/bin/sh\n${gate.wait}` });
  const program = join(dirname(stage.root), "bin/my-gpg");
  await Deno.chmod(program, 0o755);
  await stage.repo.git(["config", "gpg.program", program]);
  await stage.repo.git(["config", "commit.gpgSign", "true"]);
  const { code, record, events } = await stage.execute({ land: "none" });
  assertEquals(code, 1);
  const said = eventsOf(events, "notice").map(({ message }) => message).join("\n");
  assertMatch(said, /^waiting for my-gpg to sign a commit on feature\/a; it may be asking/m);
  assertMatch(JSON.stringify(record.tasks.get("a")), /my-gpg, which signs, did not end within 4/);
});

Deno.test("a process that a hook leaves behind is not waited for", async () => {
  await using stage = await rig({ agent: { any: LEAVES } });
  await withRemote(stage);
  const daemon = `PAREX_LEFT=${stage.home} sleep 600 &`;
  for (const name of ["pre-commit", "pre-push", "post-merge", "post-commit", "post-checkout"]) {
    await hook(stage, name, daemon);
  }
  const left = () => processesWith([`PAREX_LEFT=${stage.home}`]);
  try {
    assertEquals((await stage.execute({ land: "merge" })).code, 0);
    assert((await left()).length > 0, "all that the hooks left has ended");
  } finally {
    for (const { pid } of await left()) Deno.kill(pid, "SIGKILL");
  }
});

Deno.test("hooks of pushes run in the tree that is pushed, with a task's environment", async () => {
  await using stage = await rig();
  await withRemote(stage);
  await hook(
    stage,
    "pre-push",
    `while read -r _ sha ref _; do
  [ "$(git rev-parse HEAD)" = "$sha" ] && here=pushed || here=other
  echo "$ref $here $(basename "$PWD") $(basename "$PAREX_WORKTREE") $PAREX_SLOT \${VIRTUAL_ENV:-none}" >> "${stage.home}/notes/pushes"
done`,
  );
  assertEquals((await stage.execute({ land: "merge" })).code, 0);
  assertEquals((await stage.note("pushes"))?.trim().split("\n"), [
    "refs/heads/feature/a pushed a a 0 none",
    "refs/heads/main pushed _landing _landing 1 none",
  ]);
});
