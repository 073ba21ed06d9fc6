import { parseDue } from "../dates.js";

/** `todo due <id> <when>`: says when a todo is due. */
export function run({ todos, args, today }) {
  const [id, when = ""] = args;
  const todo = todos.find((todo) => String(todo.id) === id);
  if (!todo) throw new Error(`there is no todo ${id ?? "without a number"}`);
  const due = parseDue(when, today);
  if (due === undefined) throw new Error(`'${when}' is no date: today, tomorrow, +3d, 2026-03-01`);
  return {
    todos: todos.map((other) => other === todo ? { ...todo, due } : other),
    lines: [`due ${due}: ${todo.text}`],
  };
}
