import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/due.js";

const todos = [{ id: 1, text: "Sleep", done: false }, { id: 2, text: "Eat", done: false }];
const today = "2026-03-01";

test("due sets the date of one todo", () => {
  const after = run({ todos, args: ["1", "tomorrow"], today });
  assert.deepEqual(after.todos.map(({ due }) => due), ["2026-03-02", undefined]);
  assert.deepEqual(after.lines, ["due 2026-03-02: Sleep"]);
});

test("due refuses what is no date and what is no todo", () => {
  assert.throws(() => run({ todos, args: ["1", "soon"], today }), /'soon' is no date/);
  assert.throws(() => run({ todos, args: ["1"], today }), /is no date/);
  assert.throws(() => run({ todos, args: ["7", "today"], today }), /there is no todo 7/);
});
