import { assertEquals } from "../support/assert.ts";
import { agentsTable } from "./document.ts";

const DOCUMENT = new URL("../../docs/agents.md", import.meta.url);
const TABLE = /(?<=<!-- table -->\n)[^]*(?=<!-- end of the table -->)/;

/** As words alone: `deno fmt` sets the columns. */
const plain = (text: string) => text.replaceAll(/[\s-]+/g, " ").trim();

Deno.test("docs/agents.md holds the cases that the tests play, the exceptions and the versions", async () => {
  const document = await Deno.readTextFile(DOCUMENT);
  if (Deno.env.get("PAREX_TEST_UPDATE")) {
    await Deno.writeTextFile(DOCUMENT, document.replace(TABLE, `\n${agentsTable()}\n\n`));
  } else assertEquals(plain(TABLE.exec(document)?.[0] ?? ""), plain(agentsTable()));
});
