import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/done.js";

const todos = [{ id: 1, text: "Sleep", done: false }, { id: 2, text: "Eat", done: false }];
const today = "2026-03-01";

test("done marks one todo and leaves the others", () => {
  const after = run({ todos, args: ["2"], today });
  assert.deepEqual(after.todos.map(({ done }) => done), [false, true]);
  assert.deepEqual(after.lines, ["done: Eat"]);
});

test("done refuses an id that does not exist", () => {
  assert.throws(() => run({ todos, args: ["7"], today }), /there is no todo 7/);
  assert.throws(() => run({ todos, args: [], today }), /there is no todo/);
});
