import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../src/commands/list.js";

test("list marks what is done", () => {
  const todos = [{ id: 1, text: "Sleep", done: true }, { id: 2, text: "Eat", done: false }];
  assert.deepEqual(run({ todos, args: [], today: "2026-03-01" }).lines, [
    "1 [x] Sleep",
    "2 [ ] Eat",
  ]);
});
