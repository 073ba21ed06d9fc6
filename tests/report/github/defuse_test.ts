import { defused } from "../../../src/report/github/defuse.ts";
import { assertEquals } from "../../support/assert.ts";

Deno.test("defused() takes their effect from mentions and closing words", () => {
  assertEquals(defused("Ask @octo/team. Fixes #12"), "Ask @\u200bocto/team. Fix\u200bes #12");
  assertEquals(
    defused("closes: a/b#1, resolve https://x/1"),
    "clos\u200bes: a/b#1, resolv\u200be https://x/1",
  );
});

Deno.test("defused() takes nothing for code that GitHub does not", () => {
  for (
    const text of [
      "\\`@octo\\`",
      "Use ``` for code. @octo",
      "`not closed @octo\n\n@octo` fixes #1",
      "text ~~~ @octo",
    ]
  ) {
    assertEquals(/@octo|fixes #1/.test(defused(text)), false, defused(text));
  }
});

Deno.test("defused() leaves code, addresses and other words as they are", () => {
  for (
    const text of [
      "`@Inject() fixes #1`",
      "```\n@test\ncloses #2\n```",
      "~~~ts\n@test\n~~~\n",
      "me@example.org",
      "it fixes a bug",
      "see #3",
    ]
  ) {
    assertEquals(defused(text), text);
  }
});
