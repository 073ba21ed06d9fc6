import { join } from "node:path";
import type { AgentRequest } from "../../src/agent/agent.ts";
import { commandAgent } from "../../src/agent/command.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { gateAt } from "../support/gate.ts";
import { asText, tempFolder, witness } from "./rig.ts";

/** Every case also leaves no process behind. */
interface Fault {
  command: string;
  more?: Partial<AgentRequest>;
  outcome: string;
  exitCode?: number | null;
}

const FAULTS: Record<string, Fault> = {
  "exits with 3": { command: "exit 3", outcome: "failed", exitCode: 3 },
  "does not exist": { command: "no-such-program-here", outcome: "refused", exitCode: 127 },
  "is killed": { command: "kill -9 $$", outcome: "failed", exitCode: null },
  "prints garbage": { command: "head -c 200000 /dev/urandom", outcome: "finished", exitCode: 0 },
  "prints nothing and hangs": {
    command: "sleep 300",
    more: { idleMs: 200 },
    outcome: "idle",
  },
  "prints forever": {
    command: "while :; do echo .; sleep 0.05; done",
    more: { timeoutMs: 400, idleMs: 5_000 },
    outcome: "timeout",
  },
  "ignores TERM": {
    command: "trap '' TERM; while :; do sleep 0.1; done",
    more: { timeoutMs: 200 },
    outcome: "timeout",
  },
  "leaves a child behind": { command: "sleep 300 & echo done", outcome: "finished", exitCode: 0 },
  "leaves a child behind in a session of its own": {
    command: "setsid sleep 300 & sleep 0.1",
    outcome: "finished",
    exitCode: 0,
  },
  "closes its stdin": {
    command: "exec <&-; sleep 0.2",
    more: { prompt: "x".repeat(1_000_000) },
    outcome: "finished",
    exitCode: 0,
  },
};

for (const [what, fault] of Object.entries(FAULTS)) {
  Deno.test(`commandAgent() ends as ${fault.outcome} when the command ${what}`, async () => {
    await using folder = await tempFolder();
    const seen = await witness(commandAgent(fault.command), folder.path, fault.more);
    assertEquals(seen.outcome.outcome, fault.outcome);
    if (fault.exitCode !== undefined) assertEquals(seen.outcome.exitCode, fault.exitCode);
    assertEquals(seen.left, []);
  });
}

Deno.test("commandAgent() gives the prompt on stdin, in the worktree, with the environment", async () => {
  await using folder = await tempFolder();
  const seen = await witness(
    commandAgent('cat > prompt.txt; pwd; echo "attempt $PAREX_ATTEMPT"; echo "$GREETING"'),
    folder.path,
    { prompt: "Task: task-1\nÄhnlich »viel« zu tun", env: { GREETING: "hello" } },
  );
  assertEquals(
    await Deno.readTextFile(join(folder.path, "prompt.txt")),
    "Task: task-1\nÄhnlich »viel« zu tun",
  );
  assertEquals(asText(seen.transcript), `${folder.path}\nattempt 1\nhello\n`);
  assertEquals(seen.outcome.detail, `${folder.path}\nattempt 1\nhello`);
  assertEquals(seen.started.length, 1);
});

Deno.test("commandAgent() keeps the first and last lines of 50 MB in the transcript, and only its end in the outcome", async () => {
  await using folder = await tempFolder();
  const lines = "head -c 52428800 /dev/zero | tr '\\0' x | fold -w 1023";
  const seen = await witness(
    commandAgent(`echo first words; ${lines}; echo; echo last words >&2`),
    folder.path,
  );
  const kept = asText(seen.transcript);
  assertMatch(kept, /^first words\nx+\n[^]*\n… \d+ bytes are left out …\nx+\n[^]*\nlast words\n$/);
  assertEquals(kept.match(/left out/g)?.length, 1);
  assert(kept.length <= 4 << 20);
  assertMatch(seen.outcome.detail ?? "", /^…[x\n]+\nlast words$/);
  assert((seen.outcome.detail ?? "").length <= 2_000);
});

Deno.test("commandAgent() reports the last line as activity, without colours, not every line", async () => {
  await using folder = await tempFolder();
  await using begun = await gateAt(join(folder.path, "begun"));
  await using over = await gateAt(join(folder.path, "over"));
  const reads = "printf '\\033[31mreading\\033[0m\\n\\n'\n";
  const counts = "for i in $(seq 500); do echo line $i; done\n";
  const told: string[] = [];
  await witness(commandAgent(reads + begun.wait + counts + over.wait), folder.path, {
    onActivity: (doing) => {
      told.push(doing);
      if (doing === "reading") void begun.open();
      if (doing === "line 500") void over.open();
    },
  });
  assertEquals(told[0], "reading");
  assertEquals(told.at(-1), "line 500");
  assert(told.length < 10, `${told.length} activities`);
});

Deno.test("commandAgent() is interrupted by its signal, children included", async () => {
  await using folder = await tempFolder();
  const abort = new AbortController();
  const seen = await witness(commandAgent("(sleep 300); true"), folder.path, {
    signal: abort.signal,
    onStart: () => abort.abort(),
  });
  assertEquals(seen.outcome.outcome, "interrupted");
  assertEquals(seen.left, []);
});

Deno.test("commandAgent() fails when its worktree is gone", async () => {
  const seen = await witness(commandAgent("true"), "/nonexistent/worktree");
  assertEquals(seen.outcome.outcome, "failed");
  assertMatch(seen.outcome.detail ?? "", /cannot start sh in \/nonexistent\/worktree/);
});

Deno.test("commandAgent() fails, and starts nothing, when the transcript cannot be opened", async () => {
  await using folder = await tempFolder();
  const transcript = join(folder.path, "missing", "transcript");
  const seen = await witness(commandAgent("true"), folder.path, { transcript });
  assertEquals(seen.outcome.outcome, "failed");
  assertMatch(seen.outcome.detail ?? "", /cannot write the transcript/);
  assertEquals(seen.started, []);
});

Deno.test({
  name: "commandAgent() fails when the transcript's disk is full",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await tempFolder();
    const agent = commandAgent("echo hello");
    const seen = await agent.attempt({
      task: "task-1",
      attempt: 1,
      prompt: "",
      gitFolders: [],
      worktree: folder.path,
      env: { PATH: Deno.env.get("PATH") ?? "" },
      model: "",
      timeoutMs: 10_000,
      idleMs: 10_000,
      transcript: "/dev/full",
      signal: new AbortController().signal,
      onStart: () => {},
      onActivity: () => {},
    });
    assertEquals(seen.outcome, "failed");
    assertMatch(seen.detail ?? "", /cannot write the transcript \/dev\/full/);
  },
});

Deno.test("commandAgent() keeps its transcript from other users", async () => {
  await using folder = await tempFolder();
  const transcript = join(folder.path, "transcript");
  await witness(commandAgent("echo secret"), folder.path, { transcript });
  assertEquals((await Deno.stat(transcript)).mode! & 0o777, 0o600);
});
