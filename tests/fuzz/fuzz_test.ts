import { readIndex } from "../../src/plan/plan_index.ts";
import { parseJournal } from "../../src/run/store.ts";
import { sampleEvents } from "../report/sample_run.ts";
import { assertEquals } from "../support/assert.ts";
import { fuzz } from "./fuzz.ts";
import { mutant } from "./mutate.ts";
import { READERS } from "./readers.ts";

const RUNS = 300;

for (const reader of READERS) {
  Deno.test(`the ${reader.name} reader has a defined answer to ${RUNS} inputs that are almost right`, async () => {
    // The memory is that of all tests before, so only the long form looks at it.
    const { problems } = await fuzz(reader, RUNS, 1);
    assertEquals(problems.filter(({ what }) => !what.endsWith("of memory")), []);
  });
}

Deno.test("mutant() gives the same input for the same seed", () => {
  assertEquals(mutant(["id: a\n"], 7), mutant(["id: a\n"], 7));
});

Deno.test("blocks within blocks beyond measure are a problem of the plan, at its place", () => {
  const { problems } = readIndex("- ".repeat(3_000) + "x\ny: z\n", "/plan.yaml");
  assertEquals(problems[0]?.code, "too-deep");
});

Deno.test("a journal's line that lacks something is passed over, and the others count", () => {
  const [first, ...others] = sampleEvents().map((event) => JSON.stringify(event));
  const torn = [
    '{"v":1,"seq":2,"at":"yesterday","run":"r","type":"notice","message":"x"}',
    '{"v":1,"seq":2,"at":"2026-11-22T09:00:00Z","run":"r","type":"notice"}',
    '{"v":1,"seq":2,"at":"2026-11-22T09:00:00Z","run":"r","type":"task.status","task":"a","from":"x","to":"y"}',
    '{"v":1,"seq":2,"at":"2026-11-22T09:00:00Z","run":"r","type":"constructor"}',
    "null",
  ];
  const text = [first, ...torn, ...others].map((line) => `${line}\n`).join("");
  assertEquals(parseJournal(text), sampleEvents());
});
