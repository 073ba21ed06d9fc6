import fc from "fast-check";
import { closest } from "../../src/domain/suggest.ts";
import { assertEquals } from "../support/assert.ts";

const WORDS = ["execute", "validate", "status", "watch", "report", "jobs", "idle-timeout"];

Deno.test("closest() finds the word behind a slip of the fingers", () => {
  const slips: Record<string, string> = {
    exceute: "execute",
    executes: "execute",
    exec: "execute",
    valdate: "validate",
    Status: "status",
    jbos: "jobs",
    job: "jobs",
    "idle-timout": "idle-timeout",
  };
  for (const [slip, meant] of Object.entries(slips)) assertEquals(closest(slip, WORDS), meant);
});

Deno.test("closest() offers nothing for a word that is far from all", () => {
  for (const word of ["", "x", "deploy", "repo", "something-else-altogether"]) {
    assertEquals(closest(word, ["execute", "jobs", "yes"]), undefined, word);
  }
  assertEquals(closest("9", ["1", "2"]), undefined);
  assertEquals(closest("task-99", ["task-0", "task-1"]), undefined);
});

Deno.test("closest() finds a word itself before any other", () => {
  fc.assert(fc.property(fc.constantFrom(...WORDS), (word) => {
    assertEquals(closest(word, WORDS), word);
  }));
});
