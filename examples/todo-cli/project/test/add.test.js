import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/add.js";

const today = "2026-03-01";

test("add puts a todo at the end, with the next id", () => {
  const todos = [{ id: 3, text: "Sleep", done: false }];
  const after = run({ todos, args: ["Water", "the", "plants"], today });
  assert.deepEqual(after.todos.at(-1), { id: 4, text: "Water the plants", done: false });
  assert.deepEqual(after.lines, ["added 4"]);
});

test("add refuses an empty text", () => {
  assert.throws(() => run({ todos: [], args: [" "], today }), /what is there to do/);
});
