import fc from "fast-check";
import { recordOf } from "../../../src/domain/record.ts";
import { reportHtml } from "../../../src/report/run/html.ts";
import { summarize } from "../../../src/report/run/summary.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { node, sampleEvents, script, started } from "../sample_run.ts";

Deno.test("reportHtml() tells the same as the text, in one file that loads nothing", () => {
  const page = reportHtml(summarize(recordOf(sampleEvents())));
  for (
    const fact of ["2 of 4 tasks completed", "task-0 &gt; task-1", "$0.0265", "parex retry task-2"]
  ) {
    assert(page.includes(fact), fact);
  }
  assert(!/<(script|link|img|iframe)|url\(|@import/.test(page));
  assert(page.includes("prefers-color-scheme: dark"));
});

Deno.test("reportHtml() lets no plan add an element", () => {
  const tags = (name: string) => {
    const summary = summarize(recordOf(script([0, started([node("a", name)])])));
    return reportHtml(summary).match(/<[a-z]/g)?.length;
  };
  const plain = tags("plain");
  const hostile = fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "b", "/", " ") });
  fc.assert(fc.property(hostile, (name) => assertEquals(tags(name), plain)));
});
