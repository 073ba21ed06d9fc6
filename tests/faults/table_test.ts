/** The table of docs/reliability.md names tests that are there. */
import { assert, assertEquals } from "../support/assert.ts";

const ROOT = new URL("../../", import.meta.url);

/** The cells of each row below a heading. */
function rowsBelow(heading: string, markdown: string): string[][] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|")).slice(2);
  return lines.map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("each row of the fault table is a test of its words", async () => {
  const rows = rowsBelow("Faults", await Deno.readTextFile(new URL("docs/reliability.md", ROOT)));
  assert(rows.length >= 40, `${rows.length} rows`);
  const missing: string[] = [];
  for (const cells of rows) {
    assertEquals([cells.length, cells.includes("")], [5, false], cells.join(" | "));
    const [, file = "", name = ""] = /^`([^`]+)`: (.+)$/.exec(cells[4] ?? "") ?? [];
    const text = await Deno.readTextFile(new URL(file, ROOT));
    if (!text.includes(name)) missing.push(`${file}: ${name}`);
  }
  assertEquals(missing, []);
});
