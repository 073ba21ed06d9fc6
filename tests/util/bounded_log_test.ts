import { join } from "node:path";
import fc from "fast-check";
import { BoundedLog, type Bounds } from "../../src/util/bounded_log.ts";
import { assert, assertEquals } from "../support/assert.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function written(bounds: Bounds, chunks: string[], { apart = false } = {}): Promise<string> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "log");
  const parts = apart ? chunks.map((chunk) => [chunk]) : [chunks];
  for (const part of parts) {
    using log = new BoundedLog(path, bounds);
    for (const chunk of part) log.write(bytes(chunk));
  }
  const text = await Deno.readTextFile(path);
  await Deno.remove(folder, { recursive: true });
  return text;
}

Deno.test("a short output is kept as it is", async () => {
  assertEquals(await written({ head: 4, tail: 4 }, ["one\n", "two\n"]), "one\ntwo\n");
});

Deno.test("of a long output the first and last lines are kept, and what is left out is counted", async () => {
  const lines = Array.from({ length: 100 }, (_, at) => `line ${String(at).padStart(3, "0")}\n`);
  assertEquals(
    await written({ head: 20, tail: 30 }, lines),
    "line 000\nline 001\n… 855 bytes are left out …\nline 097\nline 098\nline 099\n",
  );
});

Deno.test("whatever is printed, head and tail are true, and the count is right", async () => {
  const chunk = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(chunk, { minLength: 1, maxLength: 40 }),
      fc.nat({ max: 150 }),
      fc.nat({ max: 150 }),
      fc.boolean(),
      async (chunks, head, tail, apart) => {
        const printed = chunks.join("");
        const kept = await written({ head, tail }, chunks, { apart });
        const [, before = "", left, after = ""] =
          /^([^]*?)… (\d+) bytes are left out …\n([^]*)$/.exec(kept) ?? [];
        if (left === undefined) return assertEquals(kept, printed);
        assert(printed.startsWith(before) && printed.endsWith(after), kept);
        assert(before.length <= head && after.length <= tail, kept);
        assertEquals(before.length + Number(left) + after.length, printed.length);
      },
    ),
    { numRuns: 60 },
  );
});
