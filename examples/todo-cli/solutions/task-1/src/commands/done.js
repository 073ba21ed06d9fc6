/** `todo done <id>`: marks a todo as done. */
export function run({ todos, args }) {
  const [id] = args;
  const todo = todos.find((todo) => String(todo.id) === id);
  if (!todo) throw new Error(`there is no todo ${id ?? "without a number"}`);
  return {
    todos: todos.map((other) => other === todo ? { ...todo, done: true } : other),
    lines: [`done: ${todo.text}`],
  };
}
