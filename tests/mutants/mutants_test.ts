import { assertEquals } from "../support/assert.ts";
import { choose, mutantsOf, mutated } from "./mutants.ts";

const SOURCE = `import { a } from "./a.ts";
/** Whether a === b. */
export function isLast(list: string[], at: number): boolean {
  note(at);
  if (!list.length) return false;
  return at === list.length - 1;
}`;

Deno.test("mutantsOf() changes conditions, statements and constants, never comments or imports", () => {
  assertEquals(mutantsOf("a.ts", SOURCE).map(({ line, after }) => `${line} ${after.trim()}`), [
    "4 ",
    "5 if (list.length) return false;",
    "5 if (!list.length) return true;",
    "6 return at !== list.length - 1;",
    "6 return at === list.length + 1;",
  ]);
});

Deno.test("mutated() changes one line", () => {
  const [mutant] = mutantsOf("a.ts", SOURCE);
  const changed = mutant && mutated(SOURCE, mutant);
  assertEquals(changed, SOURCE.replace("  note(at);", ""));
});

Deno.test("choose() takes the same mutants for the same seed, each once", () => {
  const all = mutantsOf("a.ts", SOURCE);
  assertEquals(choose(all, 3, 7), choose(mutantsOf("a.ts", SOURCE), 3, 7));
  assertEquals(choose(all, 99, 1).length, all.length);
});
