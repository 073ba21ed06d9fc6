import fc from "fast-check";
import { oneLine, printable, shellWord } from "../../src/report/escape.ts";
import { assert, assertEquals } from "../support/assert.ts";

/** Rich in what is dangerous: controls, what reorders a line, and plain text around them. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
    fc.constantFrom("\u061c", "\u200f", "\u2028", "\u2029", "\u202e", "\u2066", "\x1b[", "\r\n"),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
});

Deno.test("printable() leaves nothing that a terminal would obey", () => {
  fc.assert(fc.property(anyText, (text) => {
    const left = printable(text).replace(/[\n\t]/g, "");
    assert(!/[\p{Control}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(left), JSON.stringify(left));
  }));
});

Deno.test("printable() changes nothing when it is done twice", () => {
  fc.assert(fc.property(anyText, (text) => {
    assertEquals(printable(printable(text)), printable(text));
  }));
});

Deno.test("printable() keeps plain text, newlines and tabs", () => {
  const text = "naïve 日本語 👩‍💻\n\tindented C:\\path";
  assertEquals(printable(text), text);
});

Deno.test("printable() shows what it takes away", () => {
  assertEquals(printable("\x1b[2Jgone\u202etxt.exe"), "\\u{1b}[2Jgone\\u{202e}txt.exe");
});

Deno.test("oneLine() never breaks a line", () => {
  fc.assert(fc.property(anyText, (text) => assert(!/[\n\r\t\u2028\u2029]/.test(oneLine(text)))));
});

Deno.test("shellWord() gives a shell the word back", async () => {
  const words = ["plain/path", "with space", "it's", "$HOME `x` \\", "", "*?[a]", "naïve"];
  const command = `printf '%s\\n' ${words.map(shellWord).join(" ")}`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", command] }).output();
  assertEquals(new TextDecoder().decode(stdout), words.map((word) => word + "\n").join(""));
});
