import fc from "fast-check";
import { toolEnv } from "../../src/exec/env.ts";
import { shellWord } from "../../src/exec/quote.ts";
import { sh } from "../../src/exec/sh.ts";
import { assertEquals } from "../support/assert.ts";

Deno.test("shellWord() leaves plain words readable", () => {
  assertEquals(shellWord("/usr/bin/deno-2.9"), "/usr/bin/deno-2.9");
  assertEquals(shellWord("it's"), `'it'\\''s'`);
});

Deno.test("shellWord() makes one word of any text, for a real shell", async () => {
  const words = fc.sample(
    fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
    50,
  );
  const line = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
  const { stdout } = await sh(["sh", "-c", line], { cwd: "/", env: toolEnv() });
  assertEquals(stdout.split("\0").slice(0, -1), words);
});
