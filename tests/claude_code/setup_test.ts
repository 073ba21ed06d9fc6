import fc from "fast-check";
import { join } from "node:path";
import { planSetUp, planUndo, type SetUpInput } from "../../src/claude_code/setup.ts";
import { settingsEntries } from "../../src/claude_code/settings_entries.ts";
import { tempFolder } from "../agent/rig.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { treeOf } from "../support/tree.ts";

function inputIn(folder: string): SetUpInput {
  return {
    settings: join(folder, "settings.json"),
    wishes: settingsEntries("parex hook"),
    files: { [join(folder, "commands", "parex.md")]: "the command\n" },
    record: join(folder, "state", "init.json"),
  };
}

const texts = fc.record({
  value: fc.record({
    permissions: fc.record({ allow: fc.array(fc.constantFrom("Bash(ls)", "Bash(git add:*)")) }),
    env: fc.dictionary(fc.string(), fc.string()),
  }, { requiredKeys: [] }),
  indent: fc.constantFrom(0, 2, 4, "\t"),
  head: fc.constantFrom("", "\ufeff", "// mine\n", "\n\n"),
  tail: fc.constantFrom("", "\n", " \n\n", " // end"),
  crlf: fc.boolean(),
}).map(({ value, indent, head, tail, crlf }) => {
  const text = head + JSON.stringify(value, null, indent) + tail;
  return crlf ? text.replaceAll("\n", "\r\n") : text;
});

Deno.test("an undo leaves every byte of any settings as it was", async () => {
  await using folder = await tempFolder();
  const input = inputIn(folder.path);
  await fc.assert(fc.asyncProperty(texts, async (before) => {
    await Deno.writeTextFile(input.settings, before);
    const tree = await treeOf(folder.path);
    planSetUp(input).apply();
    assert(await Deno.readTextFile(input.settings) !== before);
    planUndo(input).apply();
    assertEquals(await treeOf(folder.path), tree);
  }));
});

Deno.test("an undo takes out what a first and a second set-up have put in", async () => {
  await using folder = await tempFolder();
  const input = inputIn(folder.path);
  await Deno.writeTextFile(input.settings, '{ "model": "opus" }\n');
  planSetUp({ ...input, wishes: input.wishes.slice(0, 2) }).apply();
  planSetUp(input).apply();
  planUndo(input).apply();
  assertEquals(await Deno.readTextFile(input.settings), '{ "model": "opus" }\n');
});

Deno.test("a set-up that is undone can be made again", async () => {
  await using folder = await tempFolder();
  const input = inputIn(folder.path);
  planSetUp(input).apply();
  const tree = await treeOf(folder.path);
  planUndo(input).apply();
  assertEquals(await treeOf(folder.path), {});
  planSetUp(input).apply();
  assertEquals(await treeOf(folder.path), tree);
});
