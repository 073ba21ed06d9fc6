import fc from "fast-check";
import { dropOut, emptyLine, halve, takeBatch } from "../../src/domain/merge_batch.ts";
import { firstBad } from "../../src/domain/bisect.ts";
import { assert, assertEquals } from "../support/assert.ts";

Deno.test("takeBatch() takes as many as may be merged at once, in the order of completion", () => {
  const line = emptyLine();
  line.waiting.push("a", "b", "c");
  assertEquals(takeBatch(line, 2), ["a", "b"]);
  assertEquals(takeBatch(line, 2), ["c"]);
  assertEquals(takeBatch(line, 2), []);
});

Deno.test("halve() puts both halves before whoever waits, the first half first", () => {
  const line = emptyLine();
  line.waiting.push("a", "b", "c", "d");
  halve(line, takeBatch(line, 3));
  assertEquals([takeBatch(line, 3), takeBatch(line, 3), takeBatch(line, 3)], [
    ["a", "b"],
    ["c"],
    ["d"],
  ]);
});

Deno.test("dropOut() has each task tried by itself before anything else", () => {
  const line = emptyLine();
  line.waiting.push("d");
  dropOut(line, ["b", "c"]);
  assertEquals([takeBatch(line, 3), takeBatch(line, 3), takeBatch(line, 3)], [["b"], ["c"], ["d"]]);
});

Deno.test("a line lands all but the tasks that are red by themselves, whatever its batches", () => {
  fc.assert(fc.property(
    fc.array(fc.boolean(), { maxLength: 12 }),
    fc.integer({ min: 1, max: 6 }),
    (red, size) => {
      const line = emptyLine();
      line.waiting.push(...red.map((_, index) => String(index)));
      const isRed = (task: string) => red[Number(task)] === true;
      const landed: string[] = [];
      const refused: string[] = [];
      for (let batch = takeBatch(line, size); batch.length > 0; batch = takeBatch(line, size)) {
        if (!batch.some(isRed)) landed.push(...batch);
        else if (batch.length === 1) refused.push(...batch);
        else halve(line, batch);
      }
      const all = red.map((_, index) => String(index));
      assertEquals(landed, all.filter((task) => !isRed(task)));
      assertEquals(refused, all.filter(isRed));
    },
  ));
});

Deno.test("firstBad() finds the first bad state, with a logarithm of questions", async () => {
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 200 }).chain((count) =>
      fc.tuple(fc.constant(count), fc.integer({ min: 0, max: count - 1 }))
    ),
    async ([count, first]) => {
      let asked = 0;
      const isBad = (index: number) => {
        asked++;
        assert(index < count - 1, "the last is known to be bad");
        return Promise.resolve(index >= first);
      };
      assertEquals(await firstBad(count, isBad), first);
      assert(asked <= Math.ceil(Math.log2(count)), `${asked} questions for ${count}`);
    },
  ));
});
