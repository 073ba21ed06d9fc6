import fc from "fast-check";
import { parseStream, type StreamMessage } from "../../src/agent/stream_json.ts";
import { assertEquals } from "../support/assert.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function parse(chunks: Uint8Array[], maxLineBytes?: number) {
  const parser = parseStream(maxLineBytes);
  const messages: StreamMessage[] = chunks.flatMap((chunk) => parser.push(chunk));
  messages.push(...parser.end());
  return { messages, dropped: parser.dropped() };
}

/** Cuts bytes at the given places. */
function cutAt(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((
    a,
    b,
  ) => a - b);
  return cuts.slice(1).map((to, index) => bytes.subarray(cuts[index], to));
}

Deno.test("parseStream() gives the same messages however the bytes are cut", () => {
  const message = fc.record({
    type: fc.string({ minLength: 1 }),
    text: fc.string({ unit: "binary" }),
  });
  const cuts = fc.array(fc.nat());
  fc.assert(fc.property(fc.array(message), cuts, (messages, places) => {
    const bytes = encode(messages.map((one) => `${JSON.stringify(one)}\n`).join(""));
    const parsed = parse(cutAt(bytes, places));
    assertEquals(parsed.messages, parse([bytes]).messages);
    assertEquals(parsed, { messages: JSON.parse(JSON.stringify(messages)), dropped: 0 });
  }));
});

Deno.test("parseStream() never throws, whatever the bytes, and drops the same lines in any cut", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat()), (bytes, places) => {
    assertEquals(parse(cutAt(bytes, places)), parse([bytes]));
  }));
});

Deno.test("parseStream() continues after garbage, blank lines and JSON that is not a message", () => {
  const lines = [
    "warning: x",
    "",
    "{broken",
    '["type"]',
    "null",
    '{"type":1}',
    '{"type":"result"}',
  ];
  assertEquals(parse([encode(lines.join("\r\n"))]), {
    messages: [{ type: "result" }],
    dropped: 5,
  });
});

Deno.test("parseStream() drops a line that is too long and keeps the ones around it", () => {
  const long = JSON.stringify({ type: "assistant", text: "x".repeat(200) });
  const bytes = encode(`{"type":"system"}\n${long}\n{"type":"result"}\n`);
  for (const chunks of [[bytes], cutAt(bytes, [50, 120, 200])]) {
    assertEquals(parse(chunks, 100), {
      messages: [{ type: "system" }, { type: "result" }],
      dropped: 1,
    });
  }
});

Deno.test("parseStream() does not depend on a buffer that its caller uses again", () => {
  const parser = parseStream();
  const buffer = encode('{"type":"sys');
  parser.push(buffer);
  buffer.fill(0);
  assertEquals(parser.push(encode('tem"}\n')), [{ type: "system" }]);
});
