import { join } from "node:path";
import {
  checkEnv,
  type CheckOptions,
  type CheckOutcome,
  passed,
  runCheck,
} from "../../src/checks/run.ts";
import { resultOf } from "../../src/domain/failed.ts";
import { processTable } from "../../src/exec/processes.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";

const MIB = 1024 * 1024;

/** Runs a shell line as a check in a temporary folder and hands over what came of it. */
async function check(
  command: string,
  look: (outcome: CheckOutcome, folder: string) => void | Promise<void>,
  options: Partial<CheckOptions> = {},
) {
  const folder = await Deno.makeTempDir({ prefix: "parex run " });
  try {
    const outcome = await runCheck({ name: "test", command, from: "config" }, {
      cwd: folder,
      env: checkEnv(Deno.env.toObject()),
      log: join(folder, "logs", "task-0", "test.log"),
      timeoutMs: 60_000,
      signal: new AbortController().signal,
      ...options,
    });
    await look(outcome, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runCheck() passes a command that exits with 0", async () => {
  await check("pwd; echo to stderr >&2", async (outcome, folder) => {
    assert(passed(outcome));
    assertEquals(outcome.exitCode, 0);
    assertMatch(outcome.tail, /to stderr/);
    assert(outcome.tail.includes(folder));
    assertEquals(await Deno.readTextFile(outcome.log), `${outcome.tail}\n`);
    assertEquals((await Deno.stat(outcome.log)).mode! & 0o777, 0o600);
  });
});

Deno.test("runCheck() fails a command with its exit code and the end of its output", async () => {
  await check("seq 1 100; printf '\\033[31mred\\033[0m\\n'; exit 3", (outcome) => {
    assert(!passed(outcome));
    assertEquals(outcome.exitCode, 3);
    assertEquals(outcome.tail.split("\n").length, 60);
    assertEquals(outcome.tail.split("\n").slice(-2), ["100", "red"]);
  });
});

Deno.test("runCheck() shows the final state of a progress bar", async () => {
  await check("printf '10%%\\r50%%\\r100%%\\ndone\\r\\n'", (outcome) => {
    assertEquals(outcome.tail, "100%\ndone");
  });
});

Deno.test("runCheck() tells test runners that nobody watches and closes stdin", async () => {
  await check('cat; echo "$CI/$NO_COLOR/${FORCE_COLOR-unset}"', (outcome) => {
    assertEquals(outcome.tail, "1/1/unset");
  }, { env: checkEnv({ ...Deno.env.toObject(), FORCE_COLOR: "1" }) });
});

Deno.test("runCheck() ends a check that takes too long, with its children", async () => {
  const marks = { PAREX_TEST_MARK: crypto.randomUUID() };
  await check("echo begun; sleep 300 & sleep 300", (outcome) => {
    assertEquals(outcome.by, "timeout");
    assert(!passed(outcome));
    assertEquals(outcome.tail, "begun");
    assertEquals(processTable(marks), []);
  }, { timeoutMs: 2_000, env: checkEnv({ ...Deno.env.toObject(), ...marks }), marks });
});

Deno.test("runCheck() leaves no background child behind, wherever it went", async () => {
  const marks = { PAREX_TEST_MARK: crypto.randomUUID() };
  await check("sleep 300 & setsid sleep 300 & exit 0", (outcome) => {
    assert(passed(outcome));
    assertEquals(processTable(marks), []);
  }, { env: checkEnv({ ...Deno.env.toObject(), ...marks }), marks });
});

Deno.test("runCheck() ends when it is called off", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  await check("trap 'exit 0' TERM; while :; do sleep 0.05; done", (outcome) => {
    assertEquals(outcome.by, "abort");
    assert(!passed(outcome), "a trapped TERM that exits with 0 has passed nothing");
  }, { signal: stop.signal });
});

Deno.test("runCheck() keeps the beginning and the end of 50 MB in the log, and returns their end", async () => {
  await check("echo the start; yes | head -c 52428800; echo the end", async (outcome) => {
    const log = await Deno.readTextFile(outcome.log);
    assert(log.length <= 2 * MIB, `${log.length}`);
    assertMatch(log, /^the start\ny\n[^]*\n… \d{8} bytes are left out …\n[^]*\nthe end\n$/);
    assert(outcome.tail.endsWith("y\nthe end"));
  });
});

Deno.test("runCheck() keeps the end of one endless line", async () => {
  await check("head -c 100000 /dev/zero | tr '\\0' 'x'; printf END", (outcome) => {
    assert(outcome.tail.endsWith("xEND"));
    assert(outcome.tail.length <= 2 * 16 * 1024, `${outcome.tail.length}`);
  });
});

Deno.test("runCheck() fails as an operation when the worktree is gone", async () => {
  const folder = await Deno.makeTempDir();
  const result = await resultOf(() =>
    runCheck({ name: "test", command: "true", from: "config" }, {
      cwd: join(folder, "gone"),
      env: checkEnv({}),
      log: join(folder, "log"),
      timeoutMs: 1000,
      signal: new AbortController().signal,
    })
  );
  await Deno.remove(folder, { recursive: true });
  assert(!result.ok);
  assertEquals(result.failure.reason, "io_failed");
});

Deno.test({
  name: "runCheck() fails as an operation when the disk is full, and ends the check",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const result = await resultOf(() =>
      runCheck({ name: "test", command: "yes", from: "config" }, {
        cwd: "/",
        env: checkEnv(Deno.env.toObject()),
        log: "/dev/full",
        timeoutMs: 60_000,
        signal: new AbortController().signal,
      })
    );
    assert(!result.ok);
    assertEquals(result.failure.reason, "io_failed");
  },
});
