/** Short commands of parex's own: as a zx script, and without a shell. */
import { toolEnv } from "../../src/exec/env.ts";
import { processTable } from "../../src/exec/processes.ts";
import { runProgram } from "../../src/exec/run_program.ts";
import { sh } from "../../src/exec/sh.ts";
import { assert, assertEquals } from "../support/assert.ts";

for (const [name, run] of Object.entries({ sh, runProgram })) {
  Deno.test(`${name}() gives a command its input to the end, an empty one too`, async () => {
    for (const input of ["", "one\n", "x".repeat(100_000)]) {
      const { code, stdout } = await run(["wc", "-c"], { cwd: "/", input, timeoutMs: 20_000 });
      assertEquals([code, Number(stdout)], [0, input.length]);
    }
  });

  Deno.test(`${name}() returns when nothing of a command that took too long runs any more`, async () => {
    const env = toolEnv({ PAREX_TEST_MARK: crypto.randomUUID() });
    const child = `trap "" TERM; sleep 0.5; sleep 0.5`;
    const { timedOut } = await run(["sh", "-c", `sh -c '${child}' >/dev/null 2>&1 & wait`], {
      cwd: Deno.cwd(),
      env,
      timeoutMs: 200,
    });
    assertEquals(timedOut, true);
    assertEquals(processTable({ PAREX_TEST_MARK: env.PAREX_TEST_MARK ?? "" }), []);
  });

  Deno.test(`${name}() outlives a command that ends before it has read its input`, async () => {
    const { code } = await run(["sh", "-c", "exit 3"], { cwd: "/", input: "x".repeat(1_000_000) });
    assertEquals(code, 3);
  });

  Deno.test(`${name}() reports a command that does not exist, and one that a signal ended`, async () => {
    assertEquals((await run(["parex-no-such-program"], { cwd: "/" })).code, 127);
    assert((await run(["sh", "-c", "kill -9 $$"], { cwd: "/" })).code >= 128);
  });

  Deno.test(`${name}() starts nothing whose signal is aborted`, async () => {
    const signal = AbortSignal.abort();
    assertEquals((await run(["sh", "-c", "exit 3"], { cwd: "/", signal })).code, 130);
  });
}

Deno.test("runProgram() passes words as they are", async () => {
  const words = ["$HOME", "a b", "'", "*", "-n", ""];
  const { stdout } = await runProgram(["printf", "%s\\n", ...words], { cwd: "/" });
  assertEquals(stdout, words.map((word) => `${word}\n`).join(""));
});

Deno.test("runProgram() does not wait for a child that keeps the output open", async () => {
  const env = toolEnv({ PAREX_TEST_MARK: crypto.randomUUID() });
  const command = ["sh", "-c", 'sleep 600 & echo "$!"'];
  const { code, stdout } = await runProgram(command, { cwd: "/", env, timeoutMs: 60_000 });
  Deno.kill(Number(stdout), "SIGKILL");
  assertEquals(code, 0);
});

Deno.test("runProgram() keeps characters whole that arrive in parts", async () => {
  const command = ["sh", "-c", "printf '\\303'; sleep 0.05; printf '\\274'"];
  assertEquals((await runProgram(command, { cwd: "/" })).stdout, "ü");
});
