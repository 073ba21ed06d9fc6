import { asksForParallelWork } from "../../src/hook/prompt_match.ts";
import { assert, assertEquals } from "../support/assert.ts";

interface Example {
  asks: boolean;
  prompt: string;
}

const EXAMPLES: Example[] = Deno.readTextFileSync(new URL("prompts.tsv", import.meta.url))
  .trimEnd().split("\n").map((line) => {
    const [label = "", prompt = ""] = line.split("\t");
    return { asks: label === "yes", prompt: prompt.replaceAll("\\n", "\n") };
  });
/** Most of the rules were written against the others; the last examples are what they missed once. */
const HELD_OUT = EXAMPLES.filter((_, index) => index % 3 === 2);
const KNOWN = EXAMPLES.filter((_, index) => index % 3 !== 2);

function measure(examples: readonly Example[]) {
  const found = examples.filter(({ prompt }) => asksForParallelWork(prompt));
  const right = found.filter(({ asks }) => asks).length;
  const missed = examples.filter(({ asks, prompt }) =>
    asks && !found.some((one) => one.prompt === prompt)
  );
  return {
    precision: right / found.length,
    recall: right / examples.filter(({ asks }) => asks).length,
    wrong: [...missed, ...found.filter(({ asks }) => !asks)],
  };
}

Deno.test("the examples are many, half of them near misses, and none twice", () => {
  assert(EXAMPLES.length >= 200);
  assert(EXAMPLES.filter(({ asks }) => !asks).length >= EXAMPLES.length / 2);
  assertEquals(new Set(EXAMPLES.map(({ prompt }) => prompt)).size, EXAMPLES.length);
});

for (const [name, examples] of Object.entries({ known: KNOWN, "held-out": HELD_OUT })) {
  const { precision, recall, wrong } = measure(examples);
  const numbers = `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`;
  Deno.test(`${examples.length} ${name} prompts: ${numbers}`, () => {
    const what = wrong.map(({ asks, prompt }) => `${asks ? "missed" : "not meant"}: ${prompt}`);
    assert(precision >= 0.98 && recall >= 0.95, `${numbers}\n${what.join("\n")}`);
  });
}

Deno.test("asksForParallelWork() reads a long paste in no time, from both of its ends", () => {
  const paste = "the tasks, that run in parallel and then execute, ".repeat(200_000);
  assertEquals(asksForParallelWork(paste), false);
  assertEquals(asksForParallelWork(`Execute the plan.\n${paste}`), true);
  assertEquals(asksForParallelWork(`${paste}\nExecute the plan.`), true);
});
