import { questionIn } from "../../src/domain/question.ts";
import { assertEquals } from "../support/assert.ts";

Deno.test("questionIn() finds the question that the prompt asks for, and no other", () => {
  assertEquals(questionIn("I stopped.\nQUESTION: Which database?"), "Which database?");
  assertEquals(questionIn("I stopped.\n**QUESTION:** Which\ndatabase?\n"), "Which\ndatabase?");
  assertEquals(questionIn("Everything is done. Any questions?"), undefined);
  assertEquals(questionIn("The line begins with QUESTION: as told."), undefined);
  assertEquals(questionIn("QUESTION:"), undefined);
  assertEquals(questionIn("All done.\n**QUESTION: None.**"), undefined);
  assertEquals(
    questionIn("QUESTION: None of the two fits. Which one?"),
    "None of the two fits. Which one?",
  );
});
