import { join } from "node:path";
import { processTable } from "../../src/exec/processes.ts";
import { assertEquals } from "../support/assert.ts";
import { testEnv, withEnv } from "../support/env.ts";
import { findTool } from "../support/needs.ts";

const BUSYBOX = findTool("busybox");

/** A process with these variables, other ones before them. */
function sleeper(marks: Record<string, string>) {
  const child = new Deno.Command("sleep", {
    args: ["600"],
    clearEnv: true,
    env: { A_FIRST_VARIABLE: "1", ...marks },
    stdin: "null",
  }).spawn();
  return {
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

async function findsMarked() {
  const marks = { PAREX_TEST_MARK: crypto.randomUUID(), PAREX_TEST_OTHER: "x" };
  await using marked = sleeper(marks);
  await using _half = sleeper({ ...marks, PAREX_TEST_OTHER: "xy" });
  assertEquals(processTable(marks).map(({ pid }) => pid), [marked.pid]);
}

Deno.test("processTable() finds the processes that carry all marks", findsMarked);

Deno.test({
  name: "processTable() finds marked processes with the programs of busybox",
  ignore: BUSYBOX === undefined,
  fn: async () => {
    const programs = await Deno.makeTempDir({ prefix: "parex-busybox-" });
    try {
      for (const name of ["sh", "grep", "tr", "cat"]) {
        await Deno.symlink(BUSYBOX ?? "", join(programs, name));
      }
      const { PATH = "" } = testEnv();
      using _ = withEnv({ PATH: `${programs}:${PATH}` });
      await findsMarked();
    } finally {
      await Deno.remove(programs, { recursive: true });
    }
  },
});
