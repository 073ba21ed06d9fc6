/** `todo add <text>`: puts a todo at the end of the list. */
export function run({ todos, args }) {
  const text = args.join(" ").trim();
  if (text === "") throw new Error("what is there to do?");
  const todo = { id: Math.max(0, ...todos.map(({ id }) => id)) + 1, text, done: false };
  return { todos: [...todos, todo], lines: [`added ${todo.id}`] };
}
