import fc from "fast-check";
import { wantsColor, writer } from "../../src/cli/io.ts";
import { assertEquals } from "../support/assert.ts";

Deno.test("wantsColor() weighs NO_COLOR, FORCE_COLOR and the terminal", () => {
  const cases: [variables: Record<string, string>, terminal: boolean, wanted: boolean][] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "false" }, true, false],
    [{ FORCE_COLOR: "" }, false, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ];
  for (const [variables, terminal, wanted] of cases) {
    const env = new Map(Object.entries(variables));
    assertEquals(wantsColor(terminal, env), wanted, JSON.stringify([variables, terminal]));
  }
});

/** An output that takes a few bytes at a time, or throws. */
function output(steps: (number | Error)[]) {
  const taken: number[] = [];
  const writeSync = (bytes: Uint8Array): number => {
    const step = steps.shift() ?? bytes.length;
    if (step instanceof Error) throw step;
    const part = bytes.subarray(0, step);
    taken.push(...part);
    return part.length;
  };
  const text = () => new TextDecoder().decode(new Uint8Array(taken));
  return { writeSync, text };
}

Deno.test("writer() writes every byte of any text, however little the output takes at once", () => {
  const texts = fc.array(fc.string({ unit: "binary" }));
  fc.assert(fc.property(texts, fc.array(fc.integer({ min: 1, max: 5 })), (parts, steps) => {
    const to = output(steps);
    const write = writer(to);
    for (const part of parts) write(part);
    assertEquals(to.text(), new TextDecoder().decode(new TextEncoder().encode(parts.join(""))));
  }));
});

Deno.test("writer() waits for an output that is full", () => {
  const to = output([2, new Deno.errors.WouldBlock(), new Deno.errors.WouldBlock(), 1]);
  writer(to)("abcdef");
  assertEquals(to.text(), "abcdef");
});

Deno.test("writer() drops output without a reader", () => {
  const closedTerminal = Object.assign(new Error("Input/output error"), { code: "EIO" });
  for (const gone of [new Deno.errors.BrokenPipe(), closedTerminal]) {
    const to = output([2, gone]);
    const write = writer(to);
    write("abcdef");
    write("ghi");
    assertEquals(to.text(), "ab");
  }
});

Deno.test("writer() ends no command where nothing can be written, and says why once", () => {
  const why: string[] = [];
  const to = output([1, new Error("No space left on device (os error 28)")]);
  const write = writer(to, (detail) => why.push(detail));
  write("abc");
  write("def");
  assertEquals([to.text(), why], ["a", ["No space left on device (os error 28)"]]);
});
