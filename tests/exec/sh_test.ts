import { toolEnv } from "../../src/exec/env.ts";
import { processTable } from "../../src/exec/processes.ts";
import { sh } from "../../src/exec/sh.ts";
import { assertEquals } from "../support/assert.ts";

Deno.test("sh() gives a command its input to the end, an empty one too", async () => {
  for (const input of ["", "one\n", "x".repeat(100_000)]) {
    const { code, stdout } = await sh(["wc", "-c"], { cwd: "/", input, timeoutMs: 20_000 });
    assertEquals([code, Number(stdout)], [0, input.length]);
  }
});

Deno.test("sh() returns from a command that took too long when nothing of it runs any more", async () => {
  const env = toolEnv({ PAREX_TEST_MARK: crypto.randomUUID() });
  const child = `trap "" TERM; sleep 0.5; sleep 0.5`;
  const { timedOut } = await sh(["sh", "-c", `sh -c '${child}' >/dev/null 2>&1 & wait`], {
    cwd: Deno.cwd(),
    env,
    timeoutMs: 200,
  });
  assertEquals(timedOut, true);
  assertEquals(processTable({ PAREX_TEST_MARK: env.PAREX_TEST_MARK ?? "" }), []);
});

Deno.test("sh() outlives a command that ends before it has read its input", async () => {
  const { code } = await sh(["sh", "-c", "exit 3"], { cwd: "/", input: "x".repeat(1_000_000) });
  assertEquals(code, 3);
});
