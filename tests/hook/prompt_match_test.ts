import { type Request, requestIn } from "../../src/hook/prompt_match.ts";
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
/** Whether it asks for it wherever it is said. */
function asksForRun(prompt: string): boolean {
  const wish = requestIn(prompt);
  return wish !== undefined && wish.given === undefined;
}

/** Most of the rules were written against the others; the last examples are what they missed once. */
const HELD_OUT = EXAMPLES.filter((_, index) => index % 3 === 2);
const KNOWN = EXAMPLES.filter((_, index) => index % 3 !== 2);

function measure(examples: readonly Example[]) {
  const found = examples.filter(({ prompt }) => asksForRun(prompt));
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

Deno.test("requestIn() reads a long paste in no time, from both of its ends", () => {
  const paste = "the tasks, that run in parallel and then execute, ".repeat(200_000);
  assertEquals(asksForRun(paste), false);
  assertEquals(asksForRun(`Execute the plan.\n${paste}`), true);
  assertEquals(asksForRun(`${paste}\nExecute the plan.`), true);
});

/** `wishes.tsv`: what is wished for, what there is in the repository, and the prompt. */
const WISHES = Deno.readTextFileSync(new URL("wishes.tsv", import.meta.url)).trimEnd().split("\n")
  .map((line) => line.split("\t"))
  .map(([label = "", there = "", prompt = ""]) => ({ label, there, prompt }));

function isMeant(wish: Request | undefined, there: string): string {
  const meant = wish !== undefined &&
    (wish.given === undefined || there === "interrupted" ||
      there === (wish.given === "plan" ? "ready" : "live"));
  return meant ? wish.for : "none";
}

// These were written before their author had seen the rules, and the odd ones are not looked at
// when the rules are changed.
for (const [name, odd] of [["known", 0], ["held-out", 1]] as const) {
  const half = WISHES.filter((_, index) => index % 2 === odd);
  const found = half.filter(({ there, prompt }) => isMeant(requestIn(prompt), there) !== "none");
  const right = found.filter(({ label }) => label !== "none").length;
  const precision = right / found.length;
  const recall = right / half.filter(({ label }) => label !== "none").length;
  const numbers = `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`;
  Deno.test(`${half.length} ${name} wishes, of a plan or a run that is there: ${numbers}`, () => {
    assert(precision >= 0.98 && recall >= 0.93, numbers);
    const mistaken = found.filter(({ label, there, prompt }) =>
      label !== "none" && isMeant(requestIn(prompt), there) !== label
    );
    assertEquals(mistaken, []);
  });
}
