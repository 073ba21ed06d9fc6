import { sh } from "../../src/exec/sh.ts";
import { assertEquals } from "../support/assert.ts";

Deno.test("sh() gives a command its input to the end, an empty one too", async () => {
  for (const input of ["", "one\n", "x".repeat(100_000)]) {
    const { code, stdout } = await sh(["wc", "-c"], { cwd: "/", input, timeoutMs: 20_000 });
    assertEquals([code, Number(stdout)], [0, input.length]);
  }
});
