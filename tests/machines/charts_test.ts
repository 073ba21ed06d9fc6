import { assertEquals } from "../support/assert.ts";
import { chartsPage } from "./charts.ts";

Deno.test("docs/charts.md shows the machines as they are", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/charts.md", import.meta.url));
  assertEquals(page, chartsPage(), "write it anew: deno task -q charts > docs/charts.md");
});
