import { configSchema } from "../../src/config/schema.ts";
import { KEYS, SETTINGS, variableOf } from "../../src/config/table.ts";
import { assert, assertEquals } from "../support/assert.ts";

const SCHEMA_FILE = new URL("../../docs/config.schema.json", import.meta.url);
const DOCUMENT = new URL("../../docs/config.md", import.meta.url);

Deno.test("docs/config.schema.json contains configSchema()", async () => {
  const current = JSON.stringify(configSchema(), null, 2) + "\n";
  if (Deno.env.get("PAREX_TEST_UPDATE")) await Deno.writeTextFile(SCHEMA_FILE, current);
  assertEquals(
    await Deno.readTextFile(SCHEMA_FILE),
    current,
    "write it anew: PAREX_TEST_UPDATE=1 deno test -A tests/config/schema_test.ts",
  );
});

Deno.test("configSchema() knows every spelling of every setting and nothing else", () => {
  const schema = configSchema() as { properties: object; additionalProperties: boolean };
  const names = KEYS.map((key) => SETTINGS[key].name);
  const groups = names.filter((name) => name.includes(".")).map((name) => name.split(".")[0] ?? "");
  const spellings = new Set([
    ...names,
    ...names.map((name) => name.replaceAll("-", "_")),
    ...groups,
  ]);
  assertEquals(Object.keys(schema.properties).sort(), [...spellings].sort());
  assertEquals(schema.additionalProperties, false);
});

Deno.test("docs/config.md lists every setting, its flag and its variable", async () => {
  const document = await Deno.readTextFile(DOCUMENT);
  for (const key of KEYS) {
    const { name, flagless } = SETTINGS[key];
    const row = document.split("\n").find((line) => line.startsWith(`| \`${name}\` `));
    assert(row !== undefined, `no row for ${name}`);
    assertEquals(row.includes(`\`--${name}`), !flagless, row);
    assert(row.includes(`\`${variableOf({ name })}\``), row);
  }
});
