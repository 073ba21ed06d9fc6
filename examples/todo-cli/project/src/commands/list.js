/** `todo list`: shows every todo. */
export function run({ todos }) {
  const lines = todos.map(({ id, text, done }) => `${id} [${done ? "x" : " "}] ${text}`);
  return { todos, lines };
}
