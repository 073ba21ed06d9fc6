import assert from "node:assert/strict";
import { test } from "node:test";
import { run as agenda } from "../src/commands/agenda.js";
import { run as done } from "../src/commands/done.js";
import { run as due } from "../src/commands/due.js";

const today = "2026-03-01";
const todos = ["Sleep", "Eat", "Read"].map((text, at) => ({ id: at + 1, text, done: false }));

test("agenda shows what is due, the most overdue first", () => {
  let list = due({ todos, args: ["1", "today"], today }).todos;
  list = due({ todos: list, args: ["2", "2026-02-27"], today }).todos;
  list = due({ todos: list, args: ["3", "tomorrow"], today }).todos;
  assert.deepEqual(agenda({ todos: list, today }).lines, ["2 Eat (since 2026-02-27)", "1 Sleep"]);
});

test("agenda leaves out what is done, and says when nothing is left", () => {
  const list = due({ todos, args: ["1", "today"], today }).todos;
  const after = done({ todos: list, args: ["1"], today }).todos;
  assert.deepEqual(agenda({ todos: after, today }).lines, ["nothing to do today"]);
});
