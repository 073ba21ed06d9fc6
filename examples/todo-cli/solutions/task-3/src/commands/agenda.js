/** `todo agenda`: what is still to do today, the most overdue first. */
export function run({ todos, today }) {
  const open = todos.filter(({ done, due }) => !done && due !== undefined && due <= today);
  const sorted = [...open].sort((a, b) => a.due.localeCompare(b.due) || a.id - b.id);
  const lines = sorted.map(({ id, text, due }) =>
    `${id} ${text}${due < today ? ` (since ${due})` : ""}`
  );
  return { todos, lines: lines.length > 0 ? lines : ["nothing to do today"] };
}
