import fc from "fast-check";
import { Tail } from "../../src/checks/tail.ts";
import { assert, assertEquals } from "../support/assert.ts";

const MIB = 1024 * 1024;

function tailOf(...chunks: Uint8Array[]): string {
  const tail = new Tail();
  for (const chunk of chunks) tail.add(chunk);
  return tail.text();
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("Tail holds on to little of a gigabyte", () => {
  const tail = new Tail();
  const chunk = bytes("x".repeat(64 * 1024 - 1) + "\n");
  const before = Deno.memoryUsage().rss;
  for (let added = 0; added < 1024 * MIB; added += chunk.length) tail.add(chunk);
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 256 * MIB, `grown by ${Math.round(grown / MIB)} MiB`);
  assert(tail.text().length <= 16 * 1024);
});

Deno.test("Tail does not keep a reused buffer's later content", () => {
  const buffer = bytes("first\n");
  const tail = new Tail();
  tail.add(buffer);
  buffer.fill(0x20);
  assertEquals(tail.text(), "first");
});

Deno.test("Tail drops a line whose start is missing", () => {
  const text = tailOf(bytes("é".repeat(80_000)), bytes("\nwhole\n"));
  assertEquals(text, "whole");
});

Deno.test("Tail says the same however the output was cut into chunks", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.array(fc.nat({ max: 8 }), { maxLength: 50 }),
      (text, sizes) => {
        const all = bytes(text);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) chunks.push(all.slice(at, at += size));
        chunks.push(all.slice(at));
        assertEquals(tailOf(...chunks), tailOf(all));
      },
    ),
  );
});
